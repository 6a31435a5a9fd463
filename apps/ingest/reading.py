"""The values of a report: amounts, status, goal and custom fields, each checked."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from django.utils.dateparse import parse_datetime

from apps.events.categories import (
    FieldType,
)
from apps.ingest.configuration import EventConfig, OfferConfig
from apps.ingest.inbound import Inbound, printable
from apps.ingest.refusals import RefusedError
from apps.ingest.vocabulary import OWN_FIELDS
from apps.offers.money import (
    AgreedTerms,
    Amounts,
    Rate,
    SaleAmountRequiredError,
    apply_terms,
)
from apps.offers.terms import (
    RateType,
)
from apps.tracking.statuses import (
    ConversionStatus,
)

NOTHING = Rate(RateType.FIXED, Decimal(0))
AMOUNT_LIMIT = Decimal(10) ** 12
ID_MAX_LENGTH = 120
AMOUNT = re.compile(r"\d{1,13}(\.\d{1,12})?", re.ASCII)
NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?", re.ASCII)
CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


class Report(NamedTuple):
    """What is reported, read and priced."""

    sale_amount: Decimal | None
    sale_currency: str
    amounts: Amounts | None
    status: str
    hold_until: datetime | None
    goal_id: int | None
    order_id: str
    device_id: str
    user_id: str
    occurred_at: datetime
    is_history: bool
    fields: Mapping[str, Any]
    params: Mapping[str, Any]

    @property
    def is_payable(self) -> bool:
        """Tell whether the affiliate is owed anything."""
        return self.amounts is not None and self.amounts.payout > 0


def read_report(
    inbound: Inbound,
    values: Mapping[str, str],
    *,
    offer: OfferConfig,
    event: EventConfig | None,
    affiliate_id: int | None,
) -> Report:
    """Read and check every value. Raises ``RefusedError`` naming the field."""
    amount = _amount(values.get("amount", ""))
    currency = _currency(values.get("currency", "")) or offer.terms.currency
    terms = agreed_terms(offer, event, affiliate_id)
    status = read_status(values) or _initial_status(offer, event)
    hold = offer.hold if status == ConversionStatus.APPROVED else None
    return Report(
        sale_amount=amount,
        sale_currency=currency if amount is not None else "",
        amounts=_priced(terms, amount, currency),
        status=ConversionStatus.HOLD.value if hold else status,
        hold_until=inbound.received_at + hold if hold else None,
        goal_id=_goal(values.get("goal", ""), offer, event),
        order_id=read_id("order_id", values),
        device_id=read_id("device_id", values),
        user_id=read_id("user_id", values),
        occurred_at=read_moment(values.get("occurred_at", ""), inbound.received_at),
        is_history=inbound.is_history,
        fields=_custom_fields(inbound, values, event),
        params=_other_values(inbound, values, event),
    )


def agreed_terms(
    offer: OfferConfig, event: EventConfig | None, affiliate_id: int | None
) -> AgreedTerms | None:
    """Return the terms that hold; of the payouts the most specific one.

    That is the affiliate's for the event, the event's, the affiliate's on the offer,
    the offer's. An event without terms of its own takes the offer's when it makes a
    conversion, and else earns nothing. Organic traffic earns no payout.
    """
    if event is not None and event.terms is not None:
        terms = event.terms
        own: Mapping[int, Rate | None] = event.payouts
    elif event is None or event.is_affiliate_conversion:
        terms, own = offer.terms, offer.affiliate_rates
    else:
        return None
    if affiliate_id is None:
        return replace(terms, payout=NOTHING)
    payout = own.get(affiliate_id)
    return replace(terms, payout=payout) if payout else terms


def _priced(
    terms: AgreedTerms | None, amount: Decimal | None, currency: str
) -> Amounts | None:
    if terms is None:
        return None
    try:
        return apply_terms(terms, sale_amount=amount, sale_currency=currency)
    except SaleAmountRequiredError as error:
        raise RefusedError(
            "bad_amount", "The terms are a percentage: «amount» is needed."
        ) from error


def _amount(text: str) -> Decimal | None:
    if not text:
        return None
    if not AMOUNT.fullmatch(text):
        raise RefusedError(
            "bad_amount",
            f"«{printable(text)}» is no amount. Use digits and a point, e.g. 12.50.",
        )
    try:
        amount = Decimal(text)
    except InvalidOperation as error:
        raise RefusedError("bad_amount", "This is no amount.") from error
    if amount >= AMOUNT_LIMIT:
        raise RefusedError("bad_amount", "The amount is too large.")
    return amount


def _currency(text: str) -> str:
    code = text.upper()
    if code and not CURRENCY.fullmatch(code):
        raise RefusedError(
            "bad_currency", f"«{printable(text)}» is no currency code, e.g. USD."
        )
    return code


def read_status(values: Mapping[str, str]) -> str:
    """Return the status that the sender names, or "". Raises ``RefusedError``."""
    text = values.get("status", "")
    if text and text not in ConversionStatus.values:
        known = ", ".join(ConversionStatus.values)
        raise RefusedError("bad_status", f"«status» must be one of: {known}.")
    return text


def _initial_status(offer: OfferConfig, event: EventConfig | None) -> str:
    return (event.maps_to_status if event else "") or offer.default_status


def _goal(text: str, offer: OfferConfig, event: EventConfig | None) -> int | None:
    if not offer.has_goals:
        return None
    if not text:
        return offer.default_goal_id if event is None else event.goal_id
    goal_id = offer.goals.get(text)
    if goal_id is None:
        raise RefusedError(
            "bad_field:goal", f"This offer has no goal «{printable(text)}»."
        )
    return goal_id


def read_id(name: str, values: Mapping[str, str]) -> str:
    """Return an id of the sender's, or "". Raises ``RefusedError`` for a long one."""
    text = values.get(name, "")
    if len(text) > ID_MAX_LENGTH:
        raise RefusedError(f"bad_field:{name}", f"At most {ID_MAX_LENGTH} characters.")
    return text


def read_moment(text: str, received_at: datetime) -> datetime:
    """Return when something happened; now, unless told. Raises ``RefusedError``."""
    if not text:
        return received_at
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment > received_at:
        raise RefusedError(
            "bad_field:occurred_at",
            "Use ISO 8601 with a time zone, not in the future, "
            "e.g. 2026-01-31T12:00:00Z.",
        )
    return moment


def _custom_fields(
    inbound: Inbound, values: Mapping[str, str], event: EventConfig | None
) -> dict[str, str]:
    if event is None or not event.fields:
        return {}
    given = inbound.nested.get("fields")
    own = given if isinstance(given, dict) else {}
    found: dict[str, str] = {}
    for field in event.fields:
        text = _text(field.name, inbound, own) or values.get(field.name, "")
        if not text and field.is_required:
            raise RefusedError(
                f"missing_field:{field.name}", f"The field «{field.name}» is required."
            )
        if text:
            found[field.name] = _checked(field.name, field.type, text)
    return found


def _text(name: str, inbound: Inbound, own: Mapping[str, Any]) -> str:
    """Return the JSON value of a custom field as text, "" when there is none."""
    value = own.get(name, inbound.nested.get(name))
    if isinstance(value, dict | list):
        raise RefusedError(f"bad_field:{name}", "A text or a number is needed.")
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _checked(name: str, kind: str, text: str) -> str:
    if kind == FieldType.NUMBER and not NUMBER.fullmatch(text):
        raise RefusedError(f"bad_field:{name}", f"«{printable(text)}» is no number.")
    if kind == FieldType.DATE:
        try:
            date.fromisoformat(text)
        except ValueError as error:
            raise RefusedError(
                f"bad_field:{name}", f"«{printable(text)}» is no date YYYY-MM-DD."
            ) from error
    return text


def _other_values(
    inbound: Inbound, values: Mapping[str, str], event: EventConfig | None
) -> dict[str, Any]:
    custom = {field.name for field in event.fields} if event else set()
    known = OWN_FIELDS | custom
    nested = {name: v for name, v in inbound.nested.items() if name not in known}
    return {**{name: v for name, v in values.items() if name not in known}, **nested}
