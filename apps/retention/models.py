"""What was removed from the log, when, and until where."""

from datetime import datetime

from django.db import models
from django.db.models import F, Max, Q
from django.utils.translation import gettext_lazy as _

from apps.core.visibility import ScopedQuerySet


class LogTable(models.TextChoices):
    """The parts of the log, in the order in which they can go."""

    ATTEMPTS = "attempts", _("Attempts")
    DELIVERIES = "deliveries", _("Deliveries")
    REFUSED_REQUESTS = "refused_requests", _("Refused requests")
    SUBJECTS = "subjects", _("Devices and users")
    EVENTS = "events", _("Events")
    CLICKS = "clicks", _("Clicks")


class Pruning(models.Model):
    """One pass over one part of the log: what is older than ``until`` went.

    ``position`` is how far it came, so that whoever is interrupted goes on there.
    """

    table = models.CharField(_("table"), max_length=20, choices=LogTable.choices)
    until = models.DateTimeField(_("older than"))
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)
    rows = models.PositiveBigIntegerField(_("rows"), default=0)
    bytes = models.PositiveBigIntegerField(
        _("bytes"), default=0, help_text=_("Of the rows; their indexes not counted.")
    )
    position = models.CharField(_("position"), max_length=36, blank=True)
    days_left = models.PositiveIntegerField(
        _("days left"),
        default=0,
        help_text=_("Days of attempts that were in use; they go next time."),
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("pruning")
        verbose_name_plural = _("prunings")
        constraints = [
            models.UniqueConstraint(
                fields=["table", "until"], name="pruning_once_for_each_day"
            ),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(finished_at__gte=F("started_at")),
                name="pruning_ends_after_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_table_display()} {self.until:%Y-%m-%d}"


def whole_since(table: LogTable) -> datetime | None:
    """Return from when on a part of the log is complete, ``None`` if all of it is.

    Sums of earlier hours must not be counted again: they would come out too low.
    """
    went = Pruning.objects.filter(table=table, rows__gt=0)
    found: datetime | None = went.aggregate(latest=Max("until"))["latest"]
    return found
