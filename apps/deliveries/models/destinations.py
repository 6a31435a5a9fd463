"""Where deliveries go: its health, and what it can take."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.visibility import ScopedQuerySet
from apps.deliveries.states import BreakerState, DestinationState


class Destination(models.Model):
    """Where deliveries go: scheme, host and port, or a provider's account."""

    key = models.CharField(_("key"), max_length=300)
    state = models.CharField(
        _("state"),
        max_length=6,
        choices=DestinationState.choices,
        default=DestinationState.OPEN,
    )
    paused_reason = models.CharField(_("paused reason"), max_length=300, blank=True)
    paused_until = models.DateTimeField(_("paused until"), null=True, blank=True)
    maximum_concurrency = models.PositiveSmallIntegerField(
        _("maximum concurrency"),
        null=True,
        blank=True,
        help_text=_(
            "At most so many requests at the same time, all workers together. "
            "Empty: as many as there are threads."
        ),
    )
    rate_per_second = models.FloatField(
        _("rate per second"),
        null=True,
        blank=True,
        help_text=_("At most so many requests per second, e.g. 5 or 0.5. Empty: any."),
    )
    # The token bucket: how many requests were left, and when.
    tokens = models.FloatField(_("tokens"), default=0, editable=False)
    tokens_at = models.DateTimeField(_("tokens at"), null=True, editable=False)
    # The breaker: see ``deliveries.breaker``.
    breaker = models.CharField(
        _("breaker"),
        max_length=9,
        choices=BreakerState.choices,
        default=BreakerState.CLOSED,
        editable=False,
    )
    failures = models.PositiveIntegerField(
        _("failures in a row"), default=0, editable=False
    )
    trips = models.PositiveIntegerField(_("trips"), default=0, editable=False)
    retry_at = models.DateTimeField(
        _("next try"), null=True, editable=False, help_text=_("Of an open breaker.")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("destination")
        verbose_name_plural = _("destinations")
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                name="destination_key_unique",
                violation_error_message=_("This destination exists already."),
            ),
            models.CheckConstraint(
                condition=Q(maximum_concurrency=None) | Q(maximum_concurrency__gte=1),
                name="destination_concurrency_at_least_one",
                violation_error_message=_(
                    "At least one request at a time. To send none, "
                    "pause the destination."
                ),
            ),
            models.CheckConstraint(
                condition=Q(rate_per_second=None)
                | Q(rate_per_second__gte=0.001, rate_per_second__lte=10_000),
                name="destination_rate_is_positive",
                violation_error_message=_(
                    "A rate is between 0.001 and 10,000 a second. "
                    "To send nothing, pause the destination."
                ),
            ),
            models.CheckConstraint(
                condition=Q(breaker=BreakerState.CLOSED, retry_at=None)
                | (~Q(breaker=BreakerState.CLOSED) & Q(retry_at__isnull=False)),
                name="destination_open_breaker_has_a_next_try",
            ),
            models.CheckConstraint(
                condition=Q(state=DestinationState.PAUSED)
                | Q(paused_reason="", paused_until=None),
                name="destination_reason_only_while_paused",
            ),
        ]

    def __str__(self) -> str:
        return self.key
