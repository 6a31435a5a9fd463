"""What the queue calls."""

from apps.deliveries.clock import database_now
from apps.ingest.attributing import settle_due
from apps.ingest.conversions import release_holds


def end_holds() -> None:
    """Approve the conversions whose hold has ended; runs every minute."""
    release_holds(database_now())


def settle() -> None:
    """Decide about events that waited; runs every minute, and when one is woken for."""
    settle_due(database_now())
