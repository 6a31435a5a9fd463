"""Hourly figures: what the overview and the reconciliation read instead of the log."""

from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Affiliate
from apps.attribution.catalogue import FactKind
from apps.core.visibility import ScopedQuerySet
from apps.offers.models import (
    Offer,
)
from apps.postbacks.models import PostbackRule


class EventHour(models.Model):
    """How many events an offer accepted in the hour that begins at ``hour`` (UTC).

    ``accepted`` counts all of them, the others those of one effective category. What
    is missing to ``accepted`` was counted before categories were.
    """

    hour = models.DateTimeField(_("hour"))
    offer = models.ForeignKey(
        Offer, on_delete=models.CASCADE, related_name="+", verbose_name=_("offer")
    )
    accepted = models.PositiveIntegerField(_("accepted"))
    # With defaults in the database: workers of a release before know accepted only.
    views = models.PositiveIntegerField(_("views"), default=0, db_default=0)
    engagement = models.PositiveIntegerField(_("engagement"), default=0, db_default=0)
    progress = models.PositiveIntegerField(_("progress"), default=0, db_default=0)
    conversions = models.PositiveIntegerField(_("conversions"), default=0, db_default=0)
    partial_conversions = models.PositiveIntegerField(
        _("partial conversions"), default=0, db_default=0
    )
    uncategorized = models.PositiveIntegerField(
        _("uncategorized"), default=0, db_default=0
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("funnel")
        verbose_name_plural = _("funnel")
        constraints = [
            models.UniqueConstraint(fields=["hour", "offer"], name="event_hour_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H:00}"


class DeliveryHour(models.Model):
    """What became of the deliveries a rule planned in one hour (UTC)."""

    AFFILIATE_PATH = "rule__owner_affiliate"

    hour = models.DateTimeField(_("hour"))
    rule = models.ForeignKey(
        PostbackRule, on_delete=models.CASCADE, related_name="+", verbose_name=_("rule")
    )
    planned = models.PositiveIntegerField(_("planned"))
    delivered = models.PositiveIntegerField(_("delivered"))
    failed = models.PositiveIntegerField(_("failed"))
    held = models.PositiveIntegerField(_("held"))
    p95_ms = models.PositiveIntegerField(
        _("p95 ms"),
        null=True,
        help_text=_("95 % of the delivered ones took at most this long."),
    )
    delivered_at = models.DateTimeField(
        _("delivered at"),
        null=True,
        help_text=_("When the last of them arrived, maybe hours later."),
    )
    failed_at = models.DateTimeField(
        _("failed at"), null=True, help_text=_("When the last of them failed for good.")
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery hour")
        verbose_name_plural = _("delivery hours")
        constraints = [
            models.UniqueConstraint(
                fields=["hour", "rule"], name="delivery_hour_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H:00}"


FINAL = (
    "delivered",
    "failed",
    "cancelled",
    "not_sampled",
    "no_consent",
    "over_cap",
    "nothing_to_send",
    "otherwise_suppressed",
)
"""Columns of what ends a delivery, unless somebody has it sent again."""


class OutcomeHour(models.Model):
    """What became of every match of one hour (UTC), by rule, offer and affiliate.

    ``matched`` counts the rows. The others count those whose state can be accounted
    for, so what is missing to ``matched`` is unexplained (``deliveries.invariants``).
    """

    AFFILIATE_PATH = "rule__owner_affiliate"

    hour = models.DateTimeField(_("hour"))
    rule = models.ForeignKey(
        PostbackRule,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        verbose_name=_("rule"),
    )
    offer = models.ForeignKey(
        Offer,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        verbose_name=_("offer"),
    )
    affiliate = models.ForeignKey(
        Affiliate,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("affiliate"),
    )
    matched = models.PositiveIntegerField(_("matched"))
    delivered = models.PositiveIntegerField(_("delivered"))
    failed = models.PositiveIntegerField(_("failed"))
    held = models.PositiveIntegerField(_("held"))
    pending = models.PositiveIntegerField(
        _("pending"), help_text=_("Waits for its first attempt.")
    )
    retrying = models.PositiveIntegerField(_("retrying"))
    cancelled = models.PositiveIntegerField(_("cancelled"))
    not_sampled = models.PositiveIntegerField(_("not sampled"))
    no_consent = models.PositiveIntegerField(_("no consent"))
    over_cap = models.PositiveIntegerField(_("over cap"))
    nothing_to_send = models.PositiveIntegerField(_("nothing to send"))
    otherwise_suppressed = models.PositiveIntegerField(_("otherwise suppressed"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliation")
        constraints = [
            models.UniqueConstraint(
                fields=["hour", "rule", "offer", "affiliate"],
                nulls_distinct=False,
                name="outcome_hour_unique",
            ),
        ]
        indexes = [
            # Hours that may still change, to be counted again.
            models.Index(
                fields=["hour", "rule"],
                condition=Q(matched__gt=sum((F(name) for name in FINAL), Value(0))),
                name="outcome_hour_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H:00} #{self.rule_id}"


class FactHour(models.Model):
    """How many facts a rule listened to in one hour (UTC), and how many it told of."""

    AFFILIATE_PATH = "rule__owner_affiliate"

    hour = models.DateTimeField(_("hour"))
    rule = models.ForeignKey(
        PostbackRule,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        verbose_name=_("rule"),
    )
    kind = models.CharField(_("kind"), max_length=25, choices=FactKind.choices)
    events = models.PositiveIntegerField(_("events"))
    postbacks = models.PositiveIntegerField(_("postbacks"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("fact hour")
        verbose_name_plural = _("fact hours")
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "kind", "hour"], name="fact_hour_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H:00}"
