"""Events that people trigger by hand, and what they would lead to (R186 to R188)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.http import HttpRequest

from apps.deliveries.planning import PlannedDelivery, plan_deliveries
from apps.ingest import storage
from apps.ingest.compiling import current_configuration
from apps.ingest.configuration import Configuration, EventConfig
from apps.ingest.inbound import Inbound, check_bounds, check_nested, unread_request
from apps.ingest.listed_values import find_listed
from apps.ingest.preparing import prepare_event
from apps.ingest.resolving import Sender
from apps.ingest.storage import NOWHERE, First, NewEvent
from apps.ingest.transactions import read_transactions
from apps.postbacks.triggers import change_trigger
from apps.tracking.models import Conversion, ConversionChange, Event, Lead
from apps.tracking.statuses import STATUS_MOVES, Operation, Source


class Preview(NamedTuple):
    """What triggering would store; ``first`` is the event that it would repeat."""

    planned: tuple[PlannedDelivery, ...]
    first: First | None
    has_limits: bool


def events_of(offer_id: int) -> list[EventConfig]:
    """Return the events that may be triggered on an offer, by name (R188)."""
    offer = current_configuration().offers.get(offer_id)
    events = offer.events_by_id.values() if offer else ()
    return sorted((one for one in events if one.is_enabled), key=lambda one: one.name)


def manual_report(
    request: HttpRequest,
    lead: Lead,
    values: Mapping[str, str],
    fields: Mapping[str, str],
    now: datetime,
) -> Inbound:
    """Return what a person reports of ``lead``, as a door would have read it.

    Raises ``RefusedError`` for what exceeds the inbound limits.
    """
    unread = unread_request(request, source=Source.MANUAL.value, received_at=now)
    given = {name: text for name, text in values.items() if text}
    nested = {"fields": {name: text for name, text in fields.items() if text}}
    inbound = unread._replace(
        token="",
        values={**given, "transaction_id": lead.transaction_id},
        nested=nested,
    )
    check_bounds({**inbound.values, **nested["fields"]})
    check_nested(nested)
    return inbound


def preview_event(inbound: Inbound, sender: Sender) -> Preview:
    """Return what ``accept_event`` would plan; nothing is written.

    It is prepared by the same function. Caps and limits are counted only when it
    happens. Raises ``RefusedError``.
    """
    transaction_id = inbound.get("transaction_id")
    version, found = read_transactions([transaction_id])
    configuration = current_configuration(version)
    listed = find_listed([inbound], sender, found, configuration)
    known = found.get(transaction_id)
    new = prepare_event(inbound, sender, known, configuration, listed)
    first = storage.first_events([new])[new.id]
    has_limits = bool(new.limits or any(one.caps for one in new.deliveries))
    return Preview(
        (*new.deliveries, *_by_move(new, configuration, inbound.received_at)),
        None if first == NOWHERE else first,
        has_limits,
    )


def _by_move(
    new: NewEvent, configuration: Configuration, now: datetime
) -> list[PlannedDelivery]:
    """Return what the change of status leads to that the event would cause (R211)."""
    if not new.moves_to:
        return []
    conversion = Conversion.objects.select_related("offer", "click").get(
        pk=new.columns["conversion_id"]
    )
    if new.moves_to not in STATUS_MOVES[conversion.status]:
        return []
    carried: dict[str, Any] = {n: new.columns[n] for n in ("params", "fields")}
    change = ConversionChange(
        conversion=conversion,
        operation=Operation.UPDATE,
        old_status=conversion.status,
        new_status=new.moves_to,
        reason=new.columns["name"],
        event=Event(**carried),
    )
    return plan_deliveries([change_trigger(change)], configuration.rules, now)
