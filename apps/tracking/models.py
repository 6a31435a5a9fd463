"""What happened: clicks, leads, conversions with their changes, and events."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from apps.accounts.models import Affiliate
from apps.core.ids import uuid7
from apps.core.models import TimeStamped
from apps.core.visibility import ScopedQuerySet
from apps.events.models import EVENT_NAME_MAX_LENGTH, EffectiveCategory, EventType
from apps.goals.models import Goal
from apps.offers.models import Offer

TRANSACTION_ID_MAX_LENGTH = 64


class Click(models.Model):
    """The start of a transaction; owns the public transaction id.

    ``params`` holds what came along: sub1 … sub10, partner_click_id, fbclid and
    whatever else the link carried.
    """

    AFFILIATE_PATH: ClassVar = "affiliate"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    transaction_id = models.CharField(max_length=TRANSACTION_ID_MAX_LENGTH)
    offer = models.ForeignKey(
        Offer, on_delete=models.PROTECT, related_name="clicks", db_index=False
    )
    affiliate = models.ForeignKey(
        Affiliate,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="clicks",
        db_index=False,
        help_text="Empty: organic.",
    )
    clicked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    params = models.JSONField(default=dict)
    ip = models.GenericIPAddressField(null=True)
    user_agent = models.CharField(max_length=500, blank=True)
    referrer = models.CharField(max_length=2_000, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["transaction_id"], name="click_transaction_unique"
            ),
            models.CheckConstraint(
                condition=~Q(transaction_id=""), name="click_has_a_transaction_id"
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("clicked_at")),
                name="click_expires_after_it_happened",
            ),
        ]
        indexes = [
            # The changelist of one offer, newest first.
            models.Index(fields=["offer", "clicked_at"], name="click_by_offer"),
            BrinIndex(fields=["clicked_at"], name="click_by_time"),
        ]

    def __str__(self) -> str:
        return self.transaction_id


class Lead(TimeStamped):
    """The person view of a transaction. Contact data is sealed, its hashes are not."""

    AFFILIATE_PATH: ClassVar = "affiliate"

    public_id = models.CharField(max_length=32)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="leads")
    click = models.ForeignKey(
        Click, on_delete=models.PROTECT, null=True, related_name="leads"
    )
    transaction_id = models.CharField(max_length=TRANSACTION_ID_MAX_LENGTH)
    affiliate = models.ForeignKey(
        Affiliate, on_delete=models.PROTECT, null=True, related_name="leads"
    )
    status = models.CharField(max_length=30, default="new")
    sealed_contact = models.TextField(default="", blank=True, editable=False)
    email_hash = models.CharField(max_length=64, blank=True, editable=False)
    phone_hash = models.CharField(max_length=64, blank=True, editable=False)
    submitted_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="lead_public_id_unique"),
            models.UniqueConstraint(
                fields=["offer", "transaction_id"], name="lead_one_per_transaction"
            ),
        ]
        indexes = [
            # Look-up of a person across leads.
            models.Index(
                fields=["email_hash"],
                condition=~Q(email_hash=""),
                name="lead_by_email",
            ),
            models.Index(
                fields=["phone_hash"],
                condition=~Q(phone_hash=""),
                name="lead_by_phone",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class ConversionStatus(models.TextChoices):
    """The states of a conversion (domain: pending → approved | rejected | hold …)."""

    PENDING = "pending", "Pending"
    HOLD = "hold", "On hold"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"


STATUS_MOVES: dict[str, frozenset[str]] = {
    ConversionStatus.PENDING: frozenset({"approved", "rejected", "hold"}),
    ConversionStatus.HOLD: frozenset({"approved", "rejected"}),
    ConversionStatus.APPROVED: frozenset({"rejected"}),
    ConversionStatus.REJECTED: frozenset({"approved"}),
}
"""Where a conversion may go from each status."""


class Money(models.Model):
    """Amounts frozen at acceptance; ``currency`` is that of revenue and payout."""

    sale_amount = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    sale_currency = models.CharField(max_length=3, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    revenue = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    payout = models.DecimalField(max_digits=18, decimal_places=6, null=True)

    class Meta:
        abstract = True


class Conversion(Money, TimeStamped):
    """One outcome of a transaction; ``version`` counts its changes."""

    AFFILIATE_PATH: ClassVar = "affiliate"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    offer = models.ForeignKey(
        Offer, on_delete=models.PROTECT, related_name="conversions"
    )
    click = models.ForeignKey(
        Click,
        on_delete=models.PROTECT,
        null=True,
        related_name="conversions",
        db_index=False,
    )
    transaction_id = models.CharField(max_length=TRANSACTION_ID_MAX_LENGTH)
    event_type = models.ForeignKey(
        EventType,
        on_delete=models.PROTECT,
        null=True,
        related_name="conversions",
        db_index=False,
        help_text="Empty: the base conversion of the transaction.",
    )
    goal = models.ForeignKey(
        Goal,
        on_delete=models.PROTECT,
        null=True,
        related_name="conversions",
        db_index=False,
    )
    affiliate = models.ForeignKey(
        Affiliate,
        on_delete=models.PROTECT,
        null=True,
        related_name="conversions",
    )
    status = models.CharField(max_length=10, choices=ConversionStatus.choices)
    status_reason = models.CharField(max_length=200, blank=True)
    is_payable = models.BooleanField("payable", default=True)
    order_id = models.CharField(max_length=120, blank=True)
    occurred_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "transaction_id"],
                condition=Q(event_type=None),
                name="conversion_one_base_per_transaction",
            ),
            models.UniqueConstraint(
                fields=["offer", "transaction_id", "event_type", "order_id"],
                condition=Q(event_type__isnull=False) & ~Q(order_id=""),
                name="conversion_one_per_event_and_order",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ConversionStatus.values),
                name="conversion_status_is_known",
            ),
        ]
        indexes = [
            # Everything of one transaction; the check that an event's base exists.
            models.Index(fields=["transaction_id"], name="conversion_by_transaction"),
            BrinIndex(fields=["created_at"], name="conversion_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.transaction_id} ({self.get_status_display()})"


class Operation(models.TextChoices):
    """What a change did to the conversion."""

    CREATE = "create", "Created"
    UPDATE = "update", "Updated"
    DELETE = "delete", "Deleted"


class Source(models.TextChoices):
    """By which door something came in."""

    URL = "url", "Postback URL"
    API = "api", "API"
    MANUAL = "manual", "By hand"
    IMPORT = "import", "Import"
    SYSTEM = "system", "System"


class Event(Money):
    """One accepted fact "this event type happened"; frozen at acceptance.

    The base conversion of a transaction is an event without a type and name.
    """

    AFFILIATE_PATH: ClassVar = "affiliate"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    source = models.CharField(max_length=6, choices=Source.choices)
    offer = models.ForeignKey(
        Offer, on_delete=models.PROTECT, related_name="events", db_index=False
    )
    event_type = models.ForeignKey(
        EventType,
        on_delete=models.PROTECT,
        null=True,
        related_name="events",
        db_index=False,
    )
    name = models.CharField(max_length=EVENT_NAME_MAX_LENGTH, blank=True)
    transaction_id = models.CharField(max_length=TRANSACTION_ID_MAX_LENGTH)
    click = models.ForeignKey(
        Click,
        on_delete=models.PROTECT,
        null=True,
        related_name="events",
        db_index=False,
    )
    conversion = models.ForeignKey(
        Conversion,
        on_delete=models.PROTECT,
        null=True,
        related_name="events",
        db_index=False,
    )
    affiliate = models.ForeignKey(
        Affiliate,
        on_delete=models.PROTECT,
        null=True,
        related_name="events",
        db_index=False,
    )
    goal = models.ForeignKey(
        Goal,
        on_delete=models.PROTECT,
        null=True,
        related_name="events",
        db_index=False,
    )
    category = models.CharField(max_length=20, choices=EffectiveCategory.choices)
    is_payable = models.BooleanField("payable", default=False)
    order_id = models.CharField(max_length=120, blank=True)
    dedupe_key = models.CharField(max_length=500, null=True)  # noqa: DJ001 - NULL never collides
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    params = models.JSONField(default=dict)
    fields = models.JSONField(default=dict)
    triggered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dedupe_key"], name="event_dedupe_key_unique"
            ),
            models.CheckConstraint(
                condition=Q(event_type=None) | ~Q(name=""),
                name="event_of_a_type_has_a_name",
            ),
        ]
        indexes = [
            # The story of one transaction.
            models.Index(fields=["transaction_id"], name="event_by_transaction"),
            # "View logs" of an event type; the event log of one offer.
            models.Index(fields=["event_type", "received_at"], name="event_by_type"),
            models.Index(fields=["offer", "received_at"], name="event_by_offer"),
            BrinIndex(fields=["received_at"], name="event_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.display_name} · {self.transaction_id}"

    @property
    def display_name(self) -> str:
        """The name as reported, or what an event without a name is."""
        return self.name or "base conversion"


class ConversionChange(models.Model):
    """One edge of a conversion's status machine: what conversion rules react to."""

    AFFILIATE_PATH: ClassVar = "conversion__affiliate"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    conversion = models.ForeignKey(
        Conversion,
        on_delete=models.PROTECT,
        related_name="changes",
        db_index=False,
    )
    number = models.PositiveIntegerField()
    operation = models.CharField(max_length=6, choices=Operation.choices)
    old_status = models.CharField(
        max_length=10, choices=ConversionStatus.choices, blank=True
    )
    new_status = models.CharField(max_length=10, choices=ConversionStatus.choices)
    reason = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=6, choices=Source.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
    )
    event = models.ForeignKey(
        Event, on_delete=models.PROTECT, null=True, related_name="changes"
    )
    fires_postbacks = models.BooleanField(default=True)
    changed_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["conversion", "number"], name="conversion_change_number_unique"
            ),
            models.CheckConstraint(
                condition=~Q(old_status=models.F("new_status")),
                name="conversion_change_is_an_edge",
            ),
            models.CheckConstraint(
                condition=Q(operation=Operation.CREATE, old_status="", number=1)
                | (~Q(operation=Operation.CREATE) & ~Q(old_status="")),
                name="conversion_change_create_comes_first",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.old_status or 'new'} → {self.new_status}"
