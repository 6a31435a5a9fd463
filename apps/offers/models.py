"""What is promoted, on which terms, and by whom."""

import secrets
from datetime import timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Advertiser, Affiliate
from apps.core.models import TimeStamped
from apps.core.visibility import ScopedQuerySet
from apps.offers.attribution_settings import (
    SETTINGS_CONSTRAINTS,
    AttributionSettings,
)
from apps.offers.kinds import (
    InitialStatus,
    OfferKind,
    OfferStatus,
    PartnershipStatus,
    Platform,
)
from apps.offers.terms import RateType, Terms, terms_constraints
from apps.offers.validators import validate_network, validate_url_template

PUBLIC_TOKEN_LENGTH = 16

__all__ = [
    "InitialStatus",
    "Offer",
    "OfferAffiliate",
    "OfferKind",
    "OfferStatus",
    "PartnershipStatus",
    "Platform",
    "Project",
    "new_public_token",
]


def new_public_token() -> str:
    """Return the random name of an offer in its public URLs (no secret)."""
    return secrets.token_hex(PUBLIC_TOKEN_LENGTH // 2)


class Project(AttributionSettings, TimeStamped):
    """Groups offers that share user identities and the rules of attribution."""

    name = models.CharField(_("name"), max_length=120)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="project_name_unique",
                violation_error_message=_("A project of this name exists already."),
            ),
            *SETTINGS_CONSTRAINTS,
        ]

    def __str__(self) -> str:
        return self.name


class Offer(Terms, TimeStamped):
    """What is promoted: an offer, campaign, program or app."""

    AFFILIATE_PATH: ClassVar = "offer_affiliates__affiliate"
    AFFILIATE_CONDITIONS: ClassVar = {"offer_affiliates__status": "active"}

    name = models.CharField(_("name"), max_length=200)
    advertiser = models.ForeignKey(
        Advertiser,
        on_delete=models.PROTECT,
        related_name="offers",
        verbose_name=_("advertiser"),
    )
    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="offers",
        verbose_name=_("project"),
    )
    kind = models.CharField(
        _("kind"), max_length=10, choices=OfferKind.choices, default=OfferKind.CPA
    )
    platform = models.CharField(
        _("platform"), max_length=12, choices=Platform.choices, default=Platform.WEB
    )
    vertical = models.CharField(_("vertical"), max_length=80, blank=True)
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=OfferStatus.choices,
        default=OfferStatus.DRAFT,
    )
    landing_url = models.CharField(
        _("landing page"),
        max_length=2_000,
        blank=True,
        validators=[validate_url_template],
        help_text=_(
            "Where a click is sent; macros are filled, e.g. "
            "https://shop.example/?cid={transaction_id}."
        ),
    )
    currency = models.CharField(
        _("currency"),
        max_length=3,
        default="USD",
        help_text=_("ISO 4217 code, e.g. USD."),
    )
    enable_goals = models.BooleanField(
        _("enable goals"),
        default=False,
        help_text=_("Postbacks of this offer may then depend on a goal."),
    )
    default_goal = models.ForeignKey(
        "goals.Goal",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("The goal of the base conversion."),
        verbose_name=_("default goal"),
    )
    conversion_default_status = models.CharField(
        _("conversion default status"),
        max_length=10,
        choices=InitialStatus.choices,
        default=InitialStatus.APPROVED,
        help_text=_("Used when the advertiser sends no status."),
    )
    hold_days = models.PositiveSmallIntegerField(
        _("hold days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("Days an approved conversion is on hold first. Empty: none."),
    )
    click_lifespan_days = models.PositiveSmallIntegerField(
        _("click lifespan days"),
        default=30,
        validators=[MinValueValidator(1), MaxValueValidator(365)],
        help_text=_("Days after the click in which a conversion counts."),
    )
    accept_unknown_events = models.BooleanField(
        _("accept unknown events"),
        default=False,
        help_text=_(
            "Store events of unknown names as uncategorized instead of refusing them."
        ),
    )
    ip_allowlist = ArrayField(
        models.CharField(max_length=43, validators=[validate_network]),
        verbose_name=_("IP allow list"),
        default=list,
        blank=True,
        help_text=_(
            "Networks that may report, e.g. 203.0.113.0/24, separated by "
            "commas. Empty: anybody with a token."
        ),
    )
    public_token = models.CharField(
        _("public token"),
        max_length=PUBLIC_TOKEN_LENGTH,
        default=new_public_token,
        editable=False,
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.UniqueConstraint(
                "advertiser",
                Lower("name"),
                name="offer_name_unique_per_advertiser",
                violation_error_message=_("This advertiser has an offer of this name."),
            ),
            models.UniqueConstraint(
                fields=["public_token"], name="offer_public_token_unique"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"),
                name="offer_currency_is_iso_code",
                violation_error_message=_("Three capital letters, e.g. USD."),
            ),
            models.CheckConstraint(
                condition=Q(click_lifespan_days__range=(1, 365)),
                name="offer_click_lifespan_1_to_365_days",
                violation_error_message=_("A click lives 1 to 365 days."),
            ),
            models.CheckConstraint(
                condition=Q(hold_days=None) | Q(hold_days__range=(1, 365)),
                name="offer_hold_1_to_365_days",
                violation_error_message=_("A hold lasts 1 to 365 days, or is empty."),
            ),
            *terms_constraints("offer"),
        ]
        indexes = [
            # The changelist's filter by status.
            models.Index(fields=["status"], name="offer_by_status"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def click_lifespan(self) -> timedelta:
        """How long after the click a conversion counts."""
        return timedelta(days=self.click_lifespan_days)


class OfferAffiliate(TimeStamped):
    """An affiliate on an offer, with a payout of its own if agreed."""

    AFFILIATE_PATH: ClassVar = "affiliate"

    offer = models.ForeignKey(
        Offer,
        on_delete=models.CASCADE,
        related_name="offer_affiliates",
        verbose_name=_("offer"),
    )
    affiliate = models.ForeignKey(
        Affiliate,
        on_delete=models.CASCADE,
        related_name="offer_affiliates",
        verbose_name=_("affiliate"),
    )
    status = models.CharField(
        _("status"),
        max_length=10,
        choices=PartnershipStatus.choices,
        default=PartnershipStatus.ACTIVE,
    )
    payout_type = models.CharField(
        _("payout type"),
        max_length=5,
        choices=RateType.choices,
        blank=True,
        help_text=_("Empty: as the offer says."),
    )
    payout_value = models.DecimalField(
        _("payout value"), max_digits=18, decimal_places=6, null=True, blank=True
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = _("affiliate of an offer")
        verbose_name_plural = _("affiliates of offers")
        constraints = [
            models.UniqueConstraint(
                fields=["offer", "affiliate"],
                name="offer_affiliate_unique",
                violation_error_message=_("This affiliate is on the offer already."),
            ),
            models.CheckConstraint(
                condition=Q(payout_type="", payout_value=None)
                | (~Q(payout_type="") & Q(payout_value__gte=0)),
                name="offer_affiliate_payout_is_complete",
                violation_error_message=_(
                    "Give a payout type and a value that is not negative, or neither."
                ),
            ),
            models.CheckConstraint(
                condition=~Q(payout_type=RateType.CPS) | Q(payout_value__lte=100),
                name="offer_affiliate_percentage_at_most_100",
                violation_error_message=_("A percentage cannot exceed 100."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer} / {self.affiliate}"
