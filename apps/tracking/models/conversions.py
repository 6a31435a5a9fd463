"""Conversions and the money they carry."""

from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Affiliate
from apps.core.ids import uuid7
from apps.core.models import TimeStamped
from apps.core.visibility import ScopedQuerySet
from apps.events.models import (
    EventType,
)
from apps.goals.models import Goal
from apps.offers.models import (
    Offer,
)
from apps.tracking.models.clicks import TRANSACTION_ID_MAX_LENGTH, Click
from apps.tracking.statuses import ConversionStatus


class Money(models.Model):
    """Amounts frozen at acceptance; ``currency`` is that of revenue and payout."""

    sale_amount = models.DecimalField(
        _("sale amount"), max_digits=18, decimal_places=6, null=True
    )
    sale_currency = models.CharField(_("sale currency"), max_length=3, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    revenue = models.DecimalField(
        _("revenue"), max_digits=18, decimal_places=6, null=True
    )
    payout = models.DecimalField(
        _("payout"), max_digits=18, decimal_places=6, null=True
    )

    class Meta:
        abstract = True


class Conversion(Money, TimeStamped):
    """One outcome of a transaction; ``version`` counts its changes."""

    AFFILIATE_PATH: ClassVar = "affiliate"

    id = models.UUIDField(_("id"), primary_key=True, default=uuid7, editable=False)
    offer = models.ForeignKey(
        Offer,
        on_delete=models.PROTECT,
        related_name="conversions",
        db_index=False,
        verbose_name=_("offer"),
    )
    click = models.ForeignKey(
        Click,
        on_delete=models.PROTECT,
        null=True,
        related_name="conversions",
        db_index=False,
        # Else a click that goes would look through all conversions. It stays with them.
        db_constraint=False,
        verbose_name=_("click"),
    )
    transaction_id = models.CharField(
        _("transaction id"), max_length=TRANSACTION_ID_MAX_LENGTH
    )
    event_type = models.ForeignKey(
        EventType,
        on_delete=models.PROTECT,
        null=True,
        related_name="conversions",
        db_index=False,
        help_text=_("Empty: the base conversion of the transaction."),
        verbose_name=_("event type"),
    )
    goal = models.ForeignKey(
        Goal,
        on_delete=models.PROTECT,
        null=True,
        related_name="conversions",
        db_index=False,
        verbose_name=_("goal"),
    )
    affiliate = models.ForeignKey(
        Affiliate,
        on_delete=models.PROTECT,
        null=True,
        related_name="conversions",
        db_index=False,
        verbose_name=_("affiliate"),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=ConversionStatus.choices
    )
    status_reason = models.CharField(_("status reason"), max_length=200, blank=True)
    hold_until = models.DateTimeField(
        _("hold until"),
        null=True,
        help_text=_("When the hold ends by itself; empty: by hand only."),
    )
    is_payable = models.BooleanField(_("payable"), default=True)
    order_id = models.CharField(_("order id"), max_length=120, blank=True)
    occurred_at = models.DateTimeField(_("occurred at"))
    version = models.PositiveIntegerField(_("version"), default=1)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversion")
        verbose_name_plural = _("conversions")
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
            models.CheckConstraint(
                condition=Q(hold_until=None) | Q(status=ConversionStatus.HOLD),
                name="conversion_hold_ends_only_when_on_hold",
            ),
        ]
        indexes = [
            # Everything of one transaction; the check that an event's base exists.
            models.Index(fields=["transaction_id"], name="conversion_by_transaction"),
            # The search box, which takes order ids too.
            models.Index(
                fields=["order_id"],
                condition=~Q(order_id=""),
                name="conversion_by_order",
            ),
            BrinIndex(fields=["created_at"], name="conversion_by_time"),
            # The conversions of one offer; those that are not approved; newest first.
            models.Index(fields=["offer", "id"], name="conversion_by_offer"),
            models.Index(
                fields=["status", "id"],
                condition=~Q(status=ConversionStatus.APPROVED),
                name="conversion_not_approved",
            ),
            # What an affiliate sees.
            models.Index(
                fields=["affiliate", "id"],
                condition=Q(affiliate__isnull=False),
                name="conversion_by_affiliate",
            ),
            # The holds that have ended.
            models.Index(
                fields=["hold_until"],
                condition=Q(hold_until__isnull=False),
                name="conversion_by_hold",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.transaction_id} ({self.get_status_display()})"
