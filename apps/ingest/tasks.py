"""What the queue calls."""

from apps.deliveries.clock import database_now
from apps.ingest.conversions import release_holds


def end_holds() -> None:
    """Approve the conversions whose hold has ended; runs every minute."""
    release_holds(database_now())
