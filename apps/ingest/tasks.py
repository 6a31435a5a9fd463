"""What the queue calls."""

from django.utils import timezone

from apps.ingest.conversions import release_holds


def end_holds() -> None:
    """Approve the conversions whose hold has ended; runs every minute."""
    release_holds(timezone.now())
