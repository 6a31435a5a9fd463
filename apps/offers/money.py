"""What a conversion earns and costs: terms applied to a sale, rounded once.

Source of the minor units: ISO 4217, list one.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from apps.offers.terms import (
    PercentOf,
    RateType,
)

NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
FOUR_DECIMALS = "CLF UYW"
MINOR_UNITS = {
    currency: places
    for currencies, places in (
        (NO_DECIMALS, 0),
        (THREE_DECIMALS, 3),
        (FOUR_DECIMALS, 4),
    )
    for currency in currencies.split()
}
DEFAULT_MINOR_UNITS = 2


@dataclass(frozen=True, slots=True)
class Rate:
    """An amount, or a percentage when ``type`` is CPS."""

    type: str
    value: Decimal

    @property
    def is_percentage(self) -> bool:
        """Tell whether a sale amount is needed."""
        return self.type == RateType.CPS


@dataclass(frozen=True, slots=True)
class AgreedTerms:
    """The terms that hold for one event: the most specific ones."""

    revenue: Rate
    payout: Rate
    percent_of: str
    currency: str


@dataclass(frozen=True, slots=True)
class Amounts:
    """Revenue and payout of one conversion in one currency."""

    revenue: Decimal
    payout: Decimal
    currency: str


class SaleAmountRequiredError(ValueError):
    """The terms are a percentage and no sale amount came along."""


def apply_terms(
    terms: AgreedTerms, *, sale_amount: Decimal | None, sale_currency: str
) -> Amounts:
    """Return what ``terms`` make of a sale.

    A percentage is in the currency of the sale, a fixed amount in that of the terms.
    Only the payout is rounded: half-even, to the currency's minor unit. Raises
    ``SaleAmountRequiredError`` for a percentage of nothing.
    """
    revenue = _amount(terms.revenue, sale_amount)
    base = revenue if terms.percent_of == PercentOf.REVENUE else sale_amount
    payout = _amount(terms.payout, base)
    currency = sale_currency if terms.revenue.is_percentage else terms.currency
    return Amounts(revenue, round_to_minor_unit(payout, currency), currency)


def _amount(rate: Rate, base: Decimal | None) -> Decimal:
    if not rate.is_percentage:
        return rate.value
    if base is None:
        raise SaleAmountRequiredError
    return base * rate.value / 100


def round_to_minor_unit(amount: Decimal, currency: str) -> Decimal:
    """Round half-even to what the currency can be paid in, e.g. 2 places for USD."""
    places = MINOR_UNITS.get(currency, DEFAULT_MINOR_UNITS)
    return amount.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)


def without_idle_zeros(amount: Decimal, currency: str) -> Decimal:
    """Return the same amount as people write it: 5.000000 USD as 5.00."""
    rounded = round_to_minor_unit(amount, currency)
    return rounded if rounded == amount else amount.normalize()
