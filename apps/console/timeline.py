"""The story of a transaction: what happened in which order, the newest last."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.attribution.models import Fact
from apps.console.delivery_words import reason_in_words, state_badge
from apps.console.status_words import status_badge, told_by
from apps.core.adminkit.showing import link, money
from apps.deliveries.about import about
from apps.deliveries.models import Delivery
from apps.deliveries.states import DeliveryKind, DeliveryState
from apps.tracking.models import Conversion, ConversionChange, Event, Lead
from apps.tracking.personal import Mask
from apps.tracking.statuses import Operation

SHOWN = 200


class Entry(NamedTuple):
    """One line: when, what with its link, more about it, and how it stands."""

    at: datetime
    what: str
    link: SafeString | str
    more: str = ""
    state: SafeString | str = ""


class Story(NamedTuple):
    """The newest entries in their order, and whether older ones were left out."""

    entries: list[Entry]
    is_cut: bool


def story_of(
    lead: Lead, conversions: list[Conversion], user: User, mask: Mask
) -> Story:
    """Return what happened in the transaction of ``lead``, as ``user`` may see it.

    Every kind of row is read once, the newest of it, however long the story is.
    """
    events = _newest(
        Event.objects.visible_to(user)
        .filter(offer=lead.offer_id, transaction_id=lead.transaction_id)
        .select_related("triggered_by")
    )
    changes = _newest(
        ConversionChange.objects.visible_to(user)
        .filter(conversion__in=[one.pk for one in conversions])
        .select_related("conversion__event_type", "actor")
    )
    facts = _facts_of(events)
    deliveries = _newest(
        Delivery.objects.visible_to(user)
        .filter(about([*(one.pk for one in (*events, *changes)), *facts]))
        .select_related("rule")
    )
    kinds = (
        _beginnings(lead, user),
        _of_events(events, user),
        _of_changes(changes, user, mask),
        _of_deliveries(deliveries, facts, user, mask),
    )
    # Sorting is stable: what happened at once stays in the order of the kinds.
    entries = sorted((one for kind in kinds for one in kind), key=lambda one: one.at)
    is_cut = len(entries) > SHOWN or any(
        len(rows) == SHOWN for rows in (events, changes, deliveries)
    )
    return Story(entries[-SHOWN:], is_cut)


def _newest(rows: QuerySet[Any]) -> list[Any]:
    return list(rows.order_by("-pk")[:SHOWN])[::-1]


def _facts_of(events: list[Event]) -> dict[UUID, str]:
    """Return the names of the facts and retractions postbacks may have been told of."""
    found = {}
    for fact in Fact.objects.filter(event__in=events) if events else ():
        found[fact.pk] = str(fact)
        if fact.retraction_id is not None:
            retracted = _("%(fact)s, retracted") % {"fact": fact}
            found[fact.retraction_id] = retracted
    return found


def _beginnings(lead: Lead, user: User) -> Iterator[Entry]:
    click = lead.click
    if click is not None:
        by = lead.affiliate.name if lead.affiliate else _("organic")
        yield Entry(click.clicked_at, _("Click"), link(click, user, _("Click")), by)
    yield Entry(lead.submitted_at, _("Lead"), _("Lead submitted"), lead.public_id)


def _of_events(events: list[Event], user: User) -> Iterator[Entry]:
    for event in events:
        by = [event.get_source_display(), event.get_category_display().lower()]
        if event.triggered_by is not None:
            by.insert(1, str(event.triggered_by))
        yield Entry(
            event.received_at,
            _("Event"),
            link(event, user, event.display_name),
            " · ".join(by),
        )


def _of_changes(
    changes: list[ConversionChange], user: User, mask: Mask
) -> Iterator[Entry]:
    for change in changes:
        conversion = change.conversion
        name = str(conversion.event_type or _("base conversion"))
        is_new = change.operation == Operation.CREATE
        more = _("%(amount)s payout") % {
            "amount": money(conversion.payout, conversion.currency)
        }
        if not is_new:
            told = [told_by(change, user), mask.text(change.reason)]
            told += [] if change.fires_postbacks else [_("nobody was told")]
            more = " · ".join(filter(None, told))
        yield Entry(
            change.changed_at,
            _("Conversion") if is_new else _("Status"),
            link(conversion, user, name if is_new else f"{name}: {change}"),
            more,
            status_badge(change.new_status),
        )


def _of_deliveries(
    deliveries: list[Delivery], facts: dict[UUID, str], user: User, mask: Mask
) -> Iterator[Entry]:
    for delivery in deliveries:
        name = f"#{delivery.rule_id} {delivery.rule.name}".strip()
        code = f"HTTP {delivery.response_status}" if delivery.response_status else ""
        is_done = delivery.state == DeliveryState.DELIVERED
        why = "" if is_done else mask.sentence(reason_in_words(delivery))
        is_test = delivery.kind == DeliveryKind.TEST
        yield Entry(
            delivery.created_at,
            _("Test") if is_test else _("Postback"),
            link(delivery, user, name),
            " · ".join(filter(None, (facts.get(delivery.trigger_id), code, why))),
            state_badge(delivery),
        )
