"""Workers, their processes and the shifts of these."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.ids import uuid7
from apps.core.visibility import ScopedQuerySet


class Worker(models.Model):
    """One ``manage.py worker``: it watches over the processes that send.

    ``seen_at`` is its heartbeat, which goes on while there is nothing to send.
    """

    id = models.UUIDField(_("id"), primary_key=True, default=uuid7, editable=False)
    name = models.CharField(_("worker"), max_length=200)
    version = models.CharField(_("version"), max_length=40)
    processes = models.PositiveIntegerField(_("processes"))
    threads = models.PositiveIntegerField(
        _("threads"), help_text=_("Requests that one process sends at the same time.")
    )
    started_at = models.DateTimeField(_("started at"))
    seen_at = models.DateTimeField(_("seen at"))
    stopped_at = models.DateTimeField(_("stopped at"), null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")

    def __str__(self) -> str:
        return self.name


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
    version = models.CharField(_("version"), max_length=40, blank=True, db_default="")
    lanes = models.PositiveIntegerField(
        _("lanes"),
        default=0,
        db_default=0,
        help_text=_("Destinations that deliveries waited for when it looked last."),
    )
    in_flight = models.PositiveIntegerField(
        _("in flight"),
        default=0,
        db_default=0,
        help_text=_("Deliveries it was sending when it was seen last."),
    )
    attempts = models.PositiveIntegerField(
        _("attempts"), default=0, db_default=0, help_text=_("In this shift.")
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("worker shift")
        verbose_name_plural = _("worker shifts")

    def __str__(self) -> str:
        return self.worker
