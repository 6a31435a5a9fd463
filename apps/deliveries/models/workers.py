"""Worker processes and their shifts."""

from django.db import models

from apps.core.ids import uuid7
from apps.core.visibility import ScopedQuerySet


class WorkerShift(models.Model):
    """A worker process and its current or last shift of draining deliveries.

    ``seen_at`` is the heartbeat. Until ``accepting_until`` the process promises to
    look for due deliveries by itself, which makes a wake-up needless (see ``waking``).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    worker = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    accepting_until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    def __str__(self) -> str:
        return self.worker
