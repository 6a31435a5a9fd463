"""How many events an offer takes, and how many it took."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.models import TimeStamped
from apps.core.visibility import ScopedQuerySet
from apps.events.models.vocabulary import EventType
from apps.offers.models import Offer


class LimitPeriod(models.TextChoices):
    """The window of a limit; both begin on the clock, in UTC."""

    HOUR = "hour", _("hour")
    DAY = "day", _("day")


class EventLimit(TimeStamped):
    """At most so many events per hour or day; what exceeds it is filtered.

    Without an event type it counts every report of the offer, conversions included.
    """

    offer = models.ForeignKey(
        Offer,
        on_delete=models.CASCADE,
        related_name="event_limits",
        verbose_name=_("offer"),
    )
    event_type = models.ForeignKey(
        EventType,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: everything the offer receives, counted together."),
        verbose_name=_("event type"),
    )
    maximum = models.PositiveIntegerField(_("maximum"))
    period = models.CharField(_("period"), max_length=4, choices=LimitPeriod.choices)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("event limit")
        verbose_name_plural = _("event limits")
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "event_type", "period"],
                nulls_distinct=False,
                name="event_limit_unique",
                violation_error_message=_("The offer has this limit already."),
            ),
            models.CheckConstraint(
                condition=Q(maximum__gte=1),
                name="event_limit_at_least_one",
                violation_error_message=_(
                    "A limit lets at least one event pass. To stop "
                    "an event altogether, switch it off."
                ),
            ),
            models.CheckConstraint(
                condition=Q(period__in=LimitPeriod.values),
                name="event_limit_period_is_known",
            ),
        ]

    def __str__(self) -> str:
        return gettext("%(maximum)d per %(period)s") % {
            "maximum": self.maximum,
            "period": self.period,
        }


class EventLimitCount(models.Model):
    """How many events a limit let pass in one period. Its row is the lock."""

    limit = models.ForeignKey(
        EventLimit,
        on_delete=models.CASCADE,
        related_name="counts",
        db_index=False,
        verbose_name=_("limit"),
    )
    period_start = models.DateTimeField(_("period start"))
    count = models.PositiveIntegerField(_("count"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("event limit count")
        verbose_name_plural = _("event limit counts")
        constraints = [
            models.UniqueConstraint(
                fields=["limit", "period_start"], name="event_limit_count_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.count} since {self.period_start:%Y-%m-%d %H:%M}"
