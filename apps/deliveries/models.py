"""The durable units of work, every try of them, and where they go."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from apps.accounts.models import Affiliate
from apps.core.ids import uuid7
from apps.core.visibility import ScopedQuerySet
from apps.deliveries.states import (
    TERMINAL_STATES,
    AttemptOutcome,
    DeliveryKind,
    DeliveryState,
    DestinationState,
    TriggerType,
)
from apps.offers.models import (
    Offer,
)
from apps.postbacks.models import PostbackRule, RuleRevision
from apps.tracking.models import (
    Click,
    Conversion,
    Event,
)


class Destination(models.Model):
    """Where deliveries go: scheme, host and port, or a provider's account."""

    key = models.CharField(max_length=300)
    state = models.CharField(
        max_length=6, choices=DestinationState.choices, default=DestinationState.OPEN
    )
    paused_reason = models.CharField(max_length=300, blank=True)
    paused_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"],
                name="destination_key_unique",
                violation_error_message="This destination exists already.",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Delivery(models.Model):
    """One rule told of one trigger. Its id sorts by the time it was planned."""

    AFFILIATE_PATH: ClassVar = "rule__owner_affiliate"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rule = models.ForeignKey(
        PostbackRule,
        on_delete=models.PROTECT,
        related_name="deliveries",
        db_index=False,
    )
    revision = models.ForeignKey(
        RuleRevision,
        on_delete=models.PROTECT,
        related_name="deliveries",
        db_index=False,
    )
    trigger_type = models.CharField(max_length=20, choices=TriggerType.choices)
    trigger_id = models.UUIDField()
    kind = models.CharField(
        max_length=6, choices=DeliveryKind.choices, default=DeliveryKind.LIVE
    )
    event = models.ForeignKey(
        Event,
        on_delete=models.PROTECT,
        null=True,
        related_name="deliveries",
    )
    conversion = models.ForeignKey(
        Conversion,
        on_delete=models.PROTECT,
        null=True,
        related_name="deliveries",
        db_index=False,
    )
    click = models.ForeignKey(
        Click,
        on_delete=models.PROTECT,
        null=True,
        related_name="deliveries",
        db_index=False,
    )
    offer = models.ForeignKey(
        Offer, on_delete=models.PROTECT, related_name="deliveries", db_index=False
    )
    affiliate = models.ForeignKey(
        Affiliate,
        on_delete=models.PROTECT,
        null=True,
        related_name="deliveries",
        db_index=False,
    )
    destination = models.ForeignKey(
        Destination,
        on_delete=models.PROTECT,
        related_name="deliveries",
        db_index=False,
    )
    state = models.CharField(
        max_length=10, choices=DeliveryState.choices, default=DeliveryState.PENDING
    )
    reason = models.CharField(
        max_length=40,
        blank=True,
        help_text="Why it is held or suppressed, as a code.",
    )
    attempts = models.PositiveIntegerField("number of attempts", default=0)
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    outcome = models.CharField("last outcome", max_length=10, blank=True)
    response_status = models.PositiveSmallIntegerField("response code", null=True)
    message = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["trigger_id", "rule"],
                condition=Q(kind=DeliveryKind.LIVE),
                name="delivery_one_live_per_rule_and_trigger",
            ),
            models.CheckConstraint(
                condition=Q(
                    state=DeliveryState.SENDING,
                    lease_until__isnull=False,
                    lease_token__isnull=False,
                )
                | (
                    ~Q(state=DeliveryState.SENDING)
                    & Q(lease_until=None, lease_token=None)
                ),
                name="delivery_lease_only_while_sending",
            ),
            models.CheckConstraint(
                condition=Q(state__in=TERMINAL_STATES, finished_at__isnull=False)
                | (~Q(state__in=TERMINAL_STATES) & Q(finished_at=None)),
                name="delivery_finished_when_terminal",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(DeliveryState.HELD, DeliveryState.SUPPRESSED))
                | ~Q(reason=""),
                name="delivery_held_or_suppressed_has_a_reason",
            ),
        ]
        indexes = [
            # Claiming: first attempts before retries, oldest first.
            models.Index(
                fields=["due_at"],
                condition=Q(state=DeliveryState.PENDING),
                name="delivery_pending_due",
            ),
            models.Index(
                fields=["due_at"],
                condition=Q(state=DeliveryState.RETRYING),
                name="delivery_retrying_due",
            ),
            # The sweep: leases of workers that died.
            models.Index(
                fields=["lease_until"],
                condition=Q(state=DeliveryState.SENDING),
                name="delivery_lease",
            ),
            # The quick links Failed and Held, newest first.
            models.Index(
                fields=["state", "id"],
                condition=Q(state__in=(DeliveryState.FAILED, DeliveryState.HELD)),
                name="delivery_failed_or_held",
            ),
            # The log of one rule, newest first.
            models.Index(fields=["rule", "id"], name="delivery_by_rule"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Attempt(models.Model):
    """One try of a delivery, with the request and the answer as they went."""

    AFFILIATE_PATH: ClassVar = "delivery__rule__owner_affiliate"

    delivery = models.ForeignKey(
        Delivery,
        on_delete=models.PROTECT,
        related_name="attempt_log",
        db_index=False,
    )
    number = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=10, choices=AttemptOutcome.choices)
    code = models.CharField(max_length=60, blank=True)
    message = models.CharField(max_length=500, blank=True)
    request = models.JSONField(null=True)
    response_status = models.PositiveSmallIntegerField(null=True)
    response_headers = models.JSONField(default=dict)
    response_body = models.TextField(blank=True)
    is_truncated = models.BooleanField(default=False)
    address = models.CharField(max_length=45, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["delivery", "number"], name="attempt_number_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"Attempt {self.number}"


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
