"""Worker processes and their shifts."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.ids import uuid7
from apps.core.visibility import ScopedQuerySet


class WorkerShift(models.Model):
    """A worker process and its current or last shift of draining deliveries.

    ``seen_at`` is the heartbeat. Until ``accepting_until`` the process promises to
    look for due deliveries by itself, which makes a wake-up needless (see ``waking``).
    """

    id = models.UUIDField(_("id"), primary_key=True, default=uuid7, editable=False)
    worker = models.CharField(_("worker"), max_length=200)
    started_at = models.DateTimeField(_("started at"))
    seen_at = models.DateTimeField(_("seen at"))
    accepting_until = models.DateTimeField(_("accepting until"))
    ended_at = models.DateTimeField(_("ended at"), null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("worker shift")
        verbose_name_plural = _("worker shifts")

    def __str__(self) -> str:
        return self.worker
