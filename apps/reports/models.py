"""Hourly figures: what the overview reads instead of the log."""

from django.db import models

from apps.core.visibility import ScopedQuerySet
from apps.offers.models import (
    Offer,
)
from apps.postbacks.models import PostbackRule


class EventHour(models.Model):
    """How many events an offer accepted in the hour that begins at ``hour`` (UTC)."""

    hour = models.DateTimeField()
    offer = models.ForeignKey(Offer, on_delete=models.CASCADE, related_name="+")
    accepted = models.PositiveIntegerField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["hour", "offer"], name="event_hour_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H:00}"


class DeliveryHour(models.Model):
    """What became of the deliveries a rule planned in one hour (UTC)."""

    AFFILIATE_PATH = "rule__owner_affiliate"

    hour = models.DateTimeField()
    rule = models.ForeignKey(PostbackRule, on_delete=models.CASCADE, related_name="+")
    planned = models.PositiveIntegerField()
    delivered = models.PositiveIntegerField()
    failed = models.PositiveIntegerField()
    held = models.PositiveIntegerField()
    p95_ms = models.PositiveIntegerField(
        null=True, help_text="95 % of the delivered ones took at most this long."
    )
    delivered_at = models.DateTimeField(
        null=True, help_text="When the last of them arrived, maybe hours later."
    )
    failed_at = models.DateTimeField(
        null=True, help_text="When the last of them failed for good."
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hour", "rule"], name="delivery_hour_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hour:%Y-%m-%d %H:00}"
