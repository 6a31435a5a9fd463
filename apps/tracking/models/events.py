"""Events, and the changes of status that they or people cause."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Affiliate
from apps.core.ids import uuid7
from apps.core.visibility import ScopedQuerySet
from apps.events.categories import (
    EffectiveCategory,
)
from apps.events.models import (
    EVENT_NAME_MAX_LENGTH,
    EventType,
)
from apps.goals.models import Goal
from apps.offers.models import (
    Offer,
)
from apps.tracking.models.clicks import TRANSACTION_ID_MAX_LENGTH, Click
from apps.tracking.models.conversions import Conversion, Money
from apps.tracking.statuses import ConversionStatus, Operation, Source


class Event(Money):
    """One accepted fact "this event type happened"; frozen at acceptance.

    The base conversion of a transaction is an event without a type and name.
    """

    AFFILIATE_PATH: ClassVar = "affiliate"

    id = models.UUIDField(_("id"), primary_key=True, default=uuid7, editable=False)
    source = models.CharField(_("source"), max_length=6, choices=Source.choices)
    offer = models.ForeignKey(
        Offer,
        on_delete=models.PROTECT,
        related_name="events",
        db_index=False,
        verbose_name=_("offer"),
    )
    event_type = models.ForeignKey(
        EventType,
        on_delete=models.PROTECT,
        null=True,
        related_name="events",
        db_index=False,
        verbose_name=_("event type"),
    )
    name = models.CharField(_("name"), max_length=EVENT_NAME_MAX_LENGTH, blank=True)
    transaction_id = models.CharField(
        _("transaction id"), max_length=TRANSACTION_ID_MAX_LENGTH
    )
    click = models.ForeignKey(
        Click,
        on_delete=models.PROTECT,
        null=True,
        related_name="events",
        db_index=False,
        # Else a click that goes would look through all events. It goes after them.
        db_constraint=False,
        verbose_name=_("click"),
    )
    conversion = models.ForeignKey(
        Conversion,
        on_delete=models.PROTECT,
        null=True,
        related_name="events",
        db_index=False,
        verbose_name=_("conversion"),
    )
    affiliate = models.ForeignKey(
        Affiliate,
        on_delete=models.PROTECT,
        null=True,
        related_name="events",
        db_index=False,
        verbose_name=_("affiliate"),
    )
    goal = models.ForeignKey(
        Goal,
        on_delete=models.PROTECT,
        null=True,
        related_name="events",
        db_index=False,
        verbose_name=_("goal"),
    )
    category = models.CharField(
        _("category"), max_length=20, choices=EffectiveCategory.choices
    )
    is_payable = models.BooleanField(_("payable"), default=False)
    order_id = models.CharField(_("order id"), max_length=120, blank=True)
    dedupe_key = models.CharField(_("dedupe key"), max_length=500, null=True)  # noqa: DJ001 - NULL never collides
    order_key = models.CharField(_("order key"), max_length=500, null=True)  # noqa: DJ001 - NULL never collides
    occurred_at = models.DateTimeField(_("occurred at"))
    received_at = models.DateTimeField(_("received at"))
    params = models.JSONField(_("params"), default=dict)
    fields = models.JSONField(_("fields"), default=dict)
    triggered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("triggered by"),
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.UniqueConstraint(
                fields=["dedupe_key"],
                condition=Q(dedupe_key__isnull=False),
                name="event_dedupe_key_unique",
            ),
            models.UniqueConstraint(
                fields=["order_key"],
                condition=Q(order_key__isnull=False),
                name="event_order_key_unique",
            ),
            models.CheckConstraint(
                condition=Q(event_type=None) | ~Q(name=""),
                name="event_of_a_type_has_a_name",
            ),
        ]
        indexes = [
            # The story of one transaction.
            models.Index(fields=["transaction_id"], name="event_by_transaction"),
            # "View logs" of an event type; the event log of one offer, newest first.
            models.Index(fields=["event_type", "id"], name="event_log_of_type"),
            models.Index(fields=["offer", "id"], name="event_log_of_offer"),
            # What an affiliate sees.
            models.Index(
                fields=["affiliate", "id"],
                condition=Q(affiliate__isnull=False),
                name="event_log_of_affiliate",
            ),
            # The event log of what came in otherwise than by URL, newest first.
            models.Index(
                fields=["source", "id"],
                condition=~Q(source=Source.URL),
                name="event_log_not_by_url",
            ),
            BrinIndex(fields=["received_at"], name="event_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.display_name} · {self.transaction_id}"

    @property
    def display_name(self) -> str:
        """The name as reported, or what an event without a name is."""
        return self.name or gettext("base conversion")


class ConversionChange(models.Model):
    """One edge of a conversion's status machine: what conversion rules react to."""

    AFFILIATE_PATH: ClassVar = "conversion__affiliate"

    id = models.UUIDField(_("id"), primary_key=True, default=uuid7, editable=False)
    conversion = models.ForeignKey(
        Conversion,
        on_delete=models.PROTECT,
        related_name="changes",
        db_index=False,
        verbose_name=_("conversion"),
    )
    number = models.PositiveIntegerField(_("number"))
    operation = models.CharField(
        _("operation"), max_length=6, choices=Operation.choices
    )
    old_status = models.CharField(
        _("old status"), max_length=10, choices=ConversionStatus.choices, blank=True
    )
    new_status = models.CharField(
        _("new status"), max_length=10, choices=ConversionStatus.choices
    )
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    source = models.CharField(_("source"), max_length=6, choices=Source.choices)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        verbose_name=_("actor"),
    )
    event = models.ForeignKey(
        Event,
        on_delete=models.PROTECT,
        null=True,
        related_name="changes",
        verbose_name=_("event"),
    )
    fires_postbacks = models.BooleanField(_("fires postbacks"), default=True)
    changed_at = models.DateTimeField(_("changed at"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversion change")
        verbose_name_plural = _("conversion changes")
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
        return f"{self.old_status or gettext('new')} → {self.new_status}"
