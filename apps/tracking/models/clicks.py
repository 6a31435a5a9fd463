"""Clicks and leads: how transactions begin."""

import secrets
from typing import ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Affiliate
from apps.core.ids import uuid7
from apps.core.models import TimeStamped
from apps.core.visibility import ScopedQuerySet
from apps.offers.models import (
    Offer,
)

TRANSACTION_ID_MAX_LENGTH = 64
PUBLIC_ID_BYTES = 12


def new_public_id() -> str:
    """Return the random name of a lead (no secret, but not to be guessed)."""
    return secrets.token_hex(PUBLIC_ID_BYTES)


class Click(models.Model):
    """The start of a transaction; owns the public transaction id.

    ``params`` holds what came along: sub1 … sub10, partner_click_id, fbclid and
    whatever else the link carried.
    """

    AFFILIATE_PATH: ClassVar = "affiliate"

    id = models.UUIDField(_("id"), primary_key=True, default=uuid7, editable=False)
    transaction_id = models.CharField(
        _("transaction id"), max_length=TRANSACTION_ID_MAX_LENGTH
    )
    offer = models.ForeignKey(
        Offer,
        on_delete=models.PROTECT,
        related_name="clicks",
        db_index=False,
        verbose_name=_("offer"),
    )
    affiliate = models.ForeignKey(
        Affiliate,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="clicks",
        db_index=False,
        help_text=_("Empty: organic."),
        verbose_name=_("affiliate"),
    )
    clicked_at = models.DateTimeField(_("clicked at"))
    expires_at = models.DateTimeField(_("expires at"))
    params = models.JSONField(_("params"), default=dict)
    ip = models.GenericIPAddressField(_("ip"), null=True)
    user_agent = models.CharField(_("user agent"), max_length=500, blank=True)
    referrer = models.CharField(_("referrer"), max_length=2_000, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("click")
        verbose_name_plural = _("clicks")
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
            models.Index(fields=["offer", "id"], name="click_by_offer"),
            # What an affiliate sees.
            models.Index(
                fields=["affiliate", "id"],
                condition=Q(affiliate__isnull=False),
                name="click_by_affiliate",
            ),
            BrinIndex(fields=["clicked_at"], name="click_by_time"),
        ]

    def __str__(self) -> str:
        return self.transaction_id


class Lead(TimeStamped):
    """The person view of a transaction. Contact data is sealed, its hashes are not.

    Once erased, it never holds contact data again.
    """

    AFFILIATE_PATH: ClassVar = "affiliate"

    public_id = models.CharField(_("public id"), max_length=32, default=new_public_id)
    offer = models.ForeignKey(
        Offer, on_delete=models.PROTECT, related_name="leads", verbose_name=_("offer")
    )
    click = models.ForeignKey(
        Click,
        on_delete=models.PROTECT,
        null=True,
        related_name="leads",
        verbose_name=_("click"),
    )
    transaction_id = models.CharField(
        _("transaction id"), max_length=TRANSACTION_ID_MAX_LENGTH
    )
    affiliate = models.ForeignKey(
        Affiliate,
        on_delete=models.PROTECT,
        null=True,
        related_name="leads",
        verbose_name=_("affiliate"),
    )
    status = models.CharField(_("status"), max_length=30, default="new")
    sealed_contact = models.TextField(
        _("sealed contact"), default="", blank=True, editable=False
    )
    email_hash = models.CharField(
        _("email hash"), max_length=64, blank=True, editable=False
    )
    phone_hash = models.CharField(
        _("phone hash"), max_length=64, blank=True, editable=False
    )
    submitted_at = models.DateTimeField(_("submitted at"))
    erased_at = models.DateTimeField(
        _("personal data erased"), null=True, blank=True, editable=False
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("lead")
        verbose_name_plural = _("leads")
        permissions = [
            ("unmask_lead", "Can see personal data"),
            ("erase_lead", "Can erase personal data"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["public_id"], name="lead_public_id_unique"),
            models.UniqueConstraint(
                fields=["offer", "transaction_id"], name="lead_one_per_transaction"
            ),
            models.CheckConstraint(
                condition=Q(erased_at=None)
                | Q(sealed_contact="", email_hash="", phone_hash=""),
                name="lead_erased_has_no_contact",
            ),
        ]
        indexes = [
            # The lead of a transaction: its page, what is to be masked, the search.
            models.Index(fields=["transaction_id"], name="lead_by_transaction"),
            # The quick link Erased, newest first.
            models.Index(
                fields=["id"],
                condition=Q(erased_at__isnull=False),
                name="lead_erased",
            ),
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
