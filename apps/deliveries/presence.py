"""That a worker lives: its supervisor says so every few seconds, also when it idles."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet

from apps.deliveries.models import Worker
from apps.deliveries.shifts import VERSION, worker_name

BEAT_SECONDS = 5.0
SILENT_AFTER = timedelta(seconds=30)
"""A worker that was not seen for so long is not alive: six beats are missing."""
MISSED_FOR = timedelta(minutes=10)
"""For so long a silent worker is missed; then others have long taken its place."""


def beat(worker_id: UUID, *, started_at: datetime, now: datetime) -> None:
    """Show that the worker of this process lives."""
    Worker.objects.update_or_create(
        pk=worker_id,
        defaults={
            "name": worker_name(),
            "version": VERSION,
            "processes": settings.Q_CLUSTER["workers"],
            "threads": settings.DELIVERY_THREADS,
            "started_at": started_at,
            "seen_at": now,
            "stopped_at": None,
        },
    )


def leave(worker_id: UUID, *, now: datetime) -> None:
    """Show that the worker was stopped: nobody misses it."""
    Worker.objects.filter(pk=worker_id).update(seen_at=now, stopped_at=now)


def alive(now: datetime) -> QuerySet[Worker]:
    """Return the workers that live at ``now``."""
    return Worker.objects.filter(stopped_at=None, seen_at__gt=now - SILENT_AFTER)


def missing(now: datetime) -> QuerySet[Worker]:
    """Return the workers that fell silent lately without being stopped."""
    return Worker.objects.filter(
        stopped_at=None,
        seen_at__lte=now - SILENT_AFTER,
        seen_at__gt=now - MISSED_FOR,
    )
