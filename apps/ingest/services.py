"""The one way in: every door calls ``receive``, which accepts, refuses or repeats."""

from typing import Any

from apps.core.ids import uuid7
from apps.deliveries import waking
from apps.deliveries.planning import PlannedDelivery, plan_deliveries
from apps.deliveries.states import (
    DeliveryState,
)
from apps.events.categories import (
    Category,
    EffectiveCategory,
    RepeatPolicy,
)
from apps.ingest import storage
from apps.ingest.compiling import current_configuration
from apps.ingest.configuration import Configuration, EventConfig, OfferConfig
from apps.ingest.inbound import Inbound
from apps.ingest.models import Result
from apps.ingest.reading import Report, read_report
from apps.ingest.refusals import Answer, RefusedError
from apps.ingest.refused_requests import record_duplicate, record_refusal
from apps.ingest.resolving import (
    Transaction,
    authenticate,
    check_transaction,
    mapped_values,
    resolve_event,
    resolve_offer,
)
from apps.ingest.tallies import Tally, tally
from apps.postbacks.matching import Trigger

KEY_SEPARATOR = "\x1f"
"""Between the parts of a dedupe key; no field can hold it (control character)."""


def receive(inbound: Inbound) -> tuple[Answer, int]:
    """Accept what ``inbound`` reports; return the answer and its HTTP status.

    The status is 200 for an accepted or repeated report; doors may say 201. What is
    refused or a duplicate is stored with its reason.
    """
    try:
        answer = accept_event(inbound)
    except RefusedError as refusal:
        record_refusal(inbound, refusal)
        answer = Answer(Result.REFUSED.value, refusal.reason, refusal.detail)
        return answer, refusal.status_code
    return answer, 200


def accept_event(inbound: Inbound) -> Answer:
    """Store the event and plan its deliveries in one transaction (DESIGN §3).

    Raises ``RefusedError``. A repeated report returns the ids of the first event.
    """
    version, found = storage.read_transaction(inbound.get("transaction_id")[:200])
    configuration = current_configuration(version)
    token = authenticate(inbound, configuration)
    offer, known = resolve_offer(inbound, token, found, configuration)
    event = resolve_event(inbound, offer, configuration)
    check_transaction(event, known, offer, inbound.received_at)
    values = mapped_values(inbound, event)
    report = read_report(
        inbound, values, offer=offer, event=event, affiliate_id=known.affiliate_id
    )
    new = _new_event(inbound, report, offer=offer, event=event, known=known)
    planned = plan_deliveries(_triggers(new, offer), configuration.rules)
    return _store(inbound, new, planned, configuration)


def _store(
    inbound: Inbound,
    new: storage.NewEvent,
    planned: list[PlannedDelivery],
    configuration: Configuration,
) -> Answer:
    columns = new.columns
    offer_id, name = columns["offer_id"], columns["name"]
    if not storage.write_event(new, planned, dict(configuration.destinations)):
        event_id, conversion_id = storage.first_event(columns["dedupe_key"])
        answer = Answer(
            Result.DUPLICATE.value,
            "duplicate",
            "This was reported before; nothing was counted again.",
            event_id,
            conversion_id,
        )
        record_duplicate(inbound, answer, offer_id)
        return answer
    tally(offer_id, name, Tally.ACCEPTED, inbound.received_at)
    if any(delivery.state == DeliveryState.PENDING for delivery in planned):
        waking.request_wake_up()
    return Answer(
        Result.ACCEPTED.value,
        event=columns["id"],
        conversion=columns["conversion_id"],
    )


def _new_event(
    inbound: Inbound,
    report: Report,
    *,
    offer: OfferConfig,
    event: EventConfig | None,
    known: Transaction,
) -> storage.NewEvent:
    creates = event is None or event.is_affiliate_conversion
    conversion_id = uuid7() if creates else None
    amounts = report.amounts
    columns: dict[str, Any] = {
        "id": uuid7(),
        "source": inbound.source,
        "offer_id": offer.id,
        "event_type_id": (event.type_id or None) if event else None,
        "name": event.name if event else "",
        "transaction_id": inbound.get("transaction_id"),
        "click_id": known.click_id,
        "conversion_id": conversion_id or known.conversion_id,
        "affiliate_id": known.affiliate_id,
        "goal_id": report.goal_id,
        "category": effective_category(event, is_payable=report.is_payable),
        "is_payable": report.is_payable,
        "order_id": report.order_id,
        "dedupe_key": _dedupe_key(inbound, report, offer.id, event),
        "occurred_at": report.occurred_at,
        "received_at": inbound.received_at,
        "params": report.params,
        "fields": report.fields,
        "triggered_by_id": None,
        "sale_amount": report.sale_amount,
        "sale_currency": report.sale_currency,
        "currency": amounts.currency if amounts else "",
        "revenue": amounts.revenue if amounts else None,
        "payout": amounts.payout if amounts else None,
    }
    return storage.NewEvent(
        columns, conversion_id, uuid7() if creates else None, report.status
    )


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
    """Return what makes this report the same as another, ``None`` if nothing does.

    An event that may repeat is still the same when its order id was seen (R58).
    """
    transaction_id = inbound.get("transaction_id")
    if event is None:
        parts = [str(offer_id), "base", transaction_id]
    elif event.repeat_policy != RepeatPolicy.UNLIMITED:
        parts = [str(offer_id), str(event.type_id), "t", transaction_id]
    elif report.order_id:
        parts = [str(offer_id), str(event.type_id), "o", report.order_id]
    else:
        return None
    if event is not None and not event.type_id:
        parts.append(event.name)
    return KEY_SEPARATOR.join(parts)


def _triggers(new: storage.NewEvent, offer: OfferConfig) -> list[Trigger]:
    columns = new.columns
    shared: dict[str, Any] = {
        "offer_id": offer.id,
        "affiliate_id": columns["affiliate_id"],
        "goal_id": columns["goal_id"],
        "has_goals": offer.has_goals,
    }
    triggers = [
        Trigger(
            id=columns["id"],
            event_type_id=columns["event_type_id"],
            event_name=columns["name"],
            category=columns["category"],
            **shared,
        )
    ]
    if new.change_id is not None:
        triggers.append(Trigger(id=new.change_id, new_status=new.status, **shared))
    return triggers
