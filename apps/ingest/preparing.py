"""What an accepted report becomes: the rows of its event and its deliveries; pure."""

import hashlib
from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from apps.core.ids import uuid7
from apps.deliveries.planning import plan_deliveries
from apps.events.categories import (
    Category,
    EffectiveCategory,
    RepeatPolicy,
)
from apps.ingest.configuration import (
    Configuration,
    EventConfig,
    LimitConfig,
    OfferConfig,
)
from apps.ingest.following import followed, outlives_its_click, sighting_of
from apps.ingest.inbound import Inbound, number_in
from apps.ingest.listed_values import Listed, check_lists
from apps.ingest.reading import Report, read_report, read_status
from apps.ingest.refusals import RefusedError
from apps.ingest.resolving import (
    Sender,
    Transaction,
    check_transaction,
    mapped_values,
    resolve_event,
    resolve_offer,
)
from apps.ingest.storage import NewEvent, Repeat
from apps.postbacks.checks import Trigger
from apps.postbacks.facts import Facts, change_facts, event_facts
from apps.tracking.models import new_public_id

KEY_SEPARATOR = "\x1f"
"""Between the parts of a key; no field can hold it (control character)."""


def prepare_event(
    inbound: Inbound,
    sender: Sender,
    found: Transaction | None,
    configuration: Configuration,
    listed: Listed,
) -> NewEvent:
    """Check what ``inbound`` reports and return what is to be stored.

    ``listed`` holds those of its values that are on lists of its offer. Raises
    ``RefusedError``; whether it is a duplicate, the database decides.
    """
    offer, known = resolve_offer(inbound, sender, found, configuration)
    try:
        return _prepare(inbound, sender, offer, known, configuration, listed)
    except RefusedError as refusal:
        refusal.offer_id = offer.id
        refusal.event_name = reported_name(inbound, configuration)
        raise


def reported_name(inbound: Inbound, configuration: Configuration) -> str:
    """Return the name that a report is counted under, defined or not (R209)."""
    number = number_in(inbound.event_id or inbound.get("event_id"))
    return inbound.get("event_name") or configuration.event_names.get(number, "")


def _prepare(
    inbound: Inbound,
    sender: Sender,
    offer: OfferConfig,
    known: Transaction,
    configuration: Configuration,
    listed: Listed,
) -> NewEvent:
    event = resolve_event(inbound, offer, configuration)
    values = mapped_values(inbound, event)
    if not outlives_its_click(inbound, values, event):
        check_transaction(event, known, offer, inbound.received_at)
    check_lists(inbound, event, offer, listed)
    report = read_report(
        inbound, values, offer=offer, event=event, affiliate_id=known.affiliate_id
    )
    repeat = _repeat(values)
    makes_conversion = event is None or event.is_affiliate_conversion
    columns = _columns(inbound, report, offer=offer, event=event, known=known)
    columns["triggered_by_id"] = sender.user_id
    change_id: UUID | None = None
    if makes_conversion:
        change_id, columns["conversion_id"] = uuid7(), uuid7()
    triggers = _triggers(columns, offer, known, change_id, report.status)
    sighting = sighting_of(columns, report, offer=offer, event=event, known=known)
    return NewEvent(
        columns,
        change_id=change_id,
        status=report.status,
        hold_until=report.hold_until,
        lead_id=new_public_id() if event is None and offer.captures_leads else "",
        deliveries=()
        if inbound.is_history
        else plan_deliveries(triggers, configuration.rules, inbound.received_at),
        repeat=repeat if makes_conversion else None,
        moves_to=_moved_status(event, known) if not makes_conversion else "",
        limits=_limits(event, offer),
        sighting=sighting,
        trigger=followed(triggers[0], offer) if sighting else None,
    )


def _repeat(values: Mapping[str, str]) -> Repeat | None:
    """Return what a report asks for should it be a repeated one (R101)."""
    status = read_status(values)
    scope = values.get("scope", "")
    if scope not in ("", "conversion", "transaction"):
        raise RefusedError(
            "bad_field:scope", "«scope» must be «conversion» or «transaction»."
        )
    return Repeat(status, of_transaction=scope == "transaction") if status else None


def _moved_status(event: EventConfig | None, known: Transaction) -> str:
    """Return where an event moves the conversion it did not make, or "" (R211)."""
    return event.maps_to_status if event and known.conversion_id else ""


def _limits(event: EventConfig | None, offer: OfferConfig) -> tuple[LimitConfig, ...]:
    if not offer.limits:
        return ()
    type_id = event.type_id if event else None
    return tuple(
        limit for limit in offer.limits if limit.event_type_id in (None, type_id)
    )


def _columns(
    inbound: Inbound,
    report: Report,
    *,
    offer: OfferConfig,
    event: EventConfig | None,
    known: Transaction,
) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "source": inbound.source,
        "offer_id": offer.id,
        "event_type_id": (event.type_id or None) if event else None,
        "name": event.name if event else "",
        "transaction_id": inbound.get("transaction_id"),
        "click_id": known.click_id,
        "conversion_id": known.conversion_id,
        "affiliate_id": known.affiliate_id,
        "goal_id": report.goal_id,
        "category": effective_category(event, is_payable=report.is_payable),
        "is_payable": report.is_payable,
        "order_id": report.order_id,
        "dedupe_key": _dedupe_key(inbound, report, offer.id, event),
        "order_key": _order_key(report.order_id, offer.id, event),
        "occurred_at": report.occurred_at,
        "received_at": inbound.received_at,
        "params": report.params,
        "fields": report.fields,
        **_money(report),
    }


def _money(report: Report) -> dict[str, Any]:
    amounts = report.amounts
    return {
        "sale_amount": report.sale_amount,
        "sale_currency": report.sale_currency,
        "currency": amounts.currency if amounts else "",
        "revenue": amounts.revenue if amounts else None,
        "payout": amounts.payout if amounts else None,
    }


def effective_category(event: EventConfig | None, *, is_payable: bool) -> str:
    """Return the category rules choose from: conversions split by payability (R15)."""
    if event is not None and event.category != Category.CONVERSION:
        return event.category
    if is_payable:
        return EffectiveCategory.CONVERSIONS.value
    return EffectiveCategory.PARTIAL_CONVERSIONS.value


def _dedupe_key(
    inbound: Inbound, report: Report, offer_id: int, event: EventConfig | None
) -> str | None:
    """Return what its repeat policy lets happen once, ``None`` for no such thing."""
    scope = "t", inbound.get("transaction_id")
    if event is not None:
        policy = event.repeat_policy
        if policy == RepeatPolicy.UNLIMITED:
            if not inbound.repeat_key or report.order_id:
                return None
            # A file that is imported twice is told once, as far as its rows go.
            scope = "i", inbound.repeat_key
        elif policy == RepeatPolicy.ONCE_PER_DEVICE and report.device_id:
            scope = "d", _digest(report.device_id)
        elif policy == RepeatPolicy.ONCE_PER_USER and report.user_id:
            scope = "u", _digest(report.user_id)
    return KEY_SEPARATOR.join((str(offer_id), *_kind(event), *scope))


def _digest(text: str) -> str:
    """Return what stands for a device or a person in a key that is kept for ever."""
    return hashlib.sha256(text.encode()).hexdigest()


def _order_key(order_id: str, offer_id: int, event: EventConfig | None) -> str | None:
    """Return what one order may do once, whatever the policy (R58)."""
    if not order_id:
        return None
    return KEY_SEPARATOR.join((str(offer_id), *_kind(event), "o", order_id))


def _kind(event: EventConfig | None) -> tuple[str, ...]:
    """Return what tells kinds of events apart: number, undefined name, or neither."""
    if event is None:
        return ("base",)
    return (str(event.type_id),) if event.type_id else ("0", event.name)


def _triggers(
    columns: Mapping[str, Any],
    offer: OfferConfig,
    known: Transaction,
    change_id: UUID | None,
    status: str,
) -> list[Trigger]:
    carried = {
        "fields": columns["fields"],
        "params": columns["params"],
        "click": known.click_params,
    }
    value_of = columns.__getitem__
    event = Trigger(
        id=columns["id"],
        offer_id=offer.id,
        affiliate_id=columns["affiliate_id"],
        goal_id=columns["goal_id"],
        has_goals=offer.has_goals,
        transaction_id=columns["transaction_id"],
        happened_at=columns["occurred_at"],
        clicked_at=known.clicked_at,
        facts=Facts(partial(event_facts, value_of, columns["name"]), **carried),
        event_type_id=columns["event_type_id"],
        event_name=columns["name"],
        category=columns["category"],
    )
    if change_id is None:
        return [event]
    change = event._replace(
        id=change_id,
        facts=Facts(partial(change_facts, value_of, status, ""), **carried),
        new_status=status,
        operation="create",
        event_type_id=None,
        event_name="",
        category="",
    )
    return [event, change]
