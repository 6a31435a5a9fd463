"""How revenue and payout are agreed; offers and their events share it."""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RateType(models.TextChoices):
    """How an amount is agreed."""

    CPA = "cpa", _("CPA (fixed amount per action)")
    CPL = "cpl", _("CPL (fixed amount per lead)")
    FIXED = "fixed", _("Fixed amount")
    CPS = "cps", _("CPS (percent)")


class PercentOf(models.TextChoices):
    """What a percentage of payout refers to."""

    SALE_AMOUNT = "sale_amount", _("Sale amount")
    REVENUE = "revenue", _("Revenue")


class Terms(models.Model):
    """What the advertiser pays (revenue) and what the affiliate is paid (payout)."""

    revenue_type = models.CharField(
        _("revenue type"), max_length=5, choices=RateType.choices, default=RateType.CPA
    )
    revenue_value = models.DecimalField(
        _("revenue value"),
        max_digits=18,
        decimal_places=6,
        default=Decimal(0),
        help_text=_("An amount in the offer's currency, or a percentage for CPS."),
    )
    payout_type = models.CharField(
        _("payout type"), max_length=5, choices=RateType.choices, default=RateType.CPA
    )
    payout_value = models.DecimalField(
        _("payout value"),
        max_digits=18,
        decimal_places=6,
        default=Decimal(0),
        help_text=_("An amount in the offer's currency, or a percentage for CPS."),
    )
    percent_of = models.CharField(
        _("payout percent of"),
        max_length=12,
        choices=PercentOf.choices,
        default=PercentOf.SALE_AMOUNT,
        help_text=_("What a payout in percent refers to."),
    )

    class Meta:
        abstract = True


def terms_constraints(prefix: str) -> list[models.CheckConstraint]:
    """Return the checks of ``Terms`` under names that begin with ``prefix``."""
    return [
        models.CheckConstraint(
            condition=Q(revenue_value__gte=0) & Q(payout_value__gte=0),
            name=f"{prefix}_terms_not_negative",
            violation_error_message=_("Revenue and payout cannot be negative."),
        ),
        models.CheckConstraint(
            condition=(~Q(revenue_type=RateType.CPS) | Q(revenue_value__lte=100))
            & (~Q(payout_type=RateType.CPS) | Q(payout_value__lte=100)),
            name=f"{prefix}_percentage_at_most_100",
            violation_error_message=_("A percentage cannot exceed 100."),
        ),
    ]
