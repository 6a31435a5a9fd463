"""Builds the offers of the configuration: each with its effective events."""

import ipaddress
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TypeVar

from apps.accounts.models import PartyStatus
from apps.attribution.sightings import rules_of
from apps.event_lists.models import EventListItem, OfferEventList
from apps.events.models import (
    EventLimit,
    EventType,
    OfferEvent,
    OfferEventField,
    OfferEventPayout,
    OfferEventSource,
)
from apps.goals.models import Goal, GoalStatus
from apps.ingest.configuration import (
    EventConfig,
    FieldConfig,
    LimitConfig,
    ListConfig,
    OfferConfig,
)
from apps.offers.models import (
    Offer,
    OfferAffiliate,
    OfferKind,
    OfferStatus,
    PartnershipStatus,
)
from apps.offers.money import AgreedTerms, Rate
from apps.offers.terms import Terms
from apps.value_lists.models import OfferValueList


class _OfOffer(Protocol):
    @property
    def offer_id(self) -> int: ...


_Row = TypeVar("_Row", bound=_OfOffer)


def _by_offer(rows: Iterable[_Row]) -> Mapping[int, list[_Row]]:
    found: dict[int, list[_Row]] = defaultdict(list)
    for row in rows:
        found[row.offer_id].append(row)
    return found


@dataclass(frozen=True, slots=True)
class _Rows:
    """What belongs to offers, grouped by offer; fields by offer event."""

    event_types: Mapping[int, EventType]
    events: Mapping[int, list[OfferEvent]]
    listed: Mapping[int, set[int]]
    goals: Mapping[int, list[Goal]]
    affiliates: Mapping[int, list[OfferAffiliate]]
    fields: Mapping[int, list[FieldConfig]]
    payouts: Mapping[int, dict[int, Rate]]
    limits: Mapping[int, list[EventLimit]]
    lists: Mapping[int, list[ListConfig]]


def compile_offers(event_types: Mapping[int, EventType]) -> dict[int, OfferConfig]:
    """Return every offer with what a postback may ask of it, in a few queries."""
    rows = _Rows(
        event_types=event_types,
        events=_by_offer(OfferEvent.objects.all()),
        listed=_listed_event_types(),
        goals=_by_offer(Goal.objects.filter(status=GoalStatus.ACTIVE)),
        affiliates=_by_offer(
            OfferAffiliate.objects.filter(
                status=PartnershipStatus.ACTIVE, affiliate__status=PartyStatus.ACTIVE
            )
        ),
        fields=_fields(),
        payouts=_payouts(),
        limits=_by_offer(EventLimit.objects.order_by("pk")),
        lists=_lists(),
    )
    return {
        offer.pk: _offer(offer, rows)
        for offer in Offer.objects.select_related("advertiser", "project")
    }


def _listed_event_types() -> Mapping[int, set[int]]:
    """Return the event types that each offer has through its lists (R197)."""
    items: dict[int, set[int]] = defaultdict(set)
    for list_id, type_id in EventListItem.objects.values_list(
        "event_list_id", "event_type_id"
    ):
        items[list_id].add(type_id)
    found: dict[int, set[int]] = defaultdict(set)
    for offer_id, list_id in OfferEventList.objects.values_list(
        "offer_id", "event_list_id"
    ):
        found[offer_id] |= items[list_id]
    return found


def _fields() -> Mapping[int, list[FieldConfig]]:
    found: dict[int, list[FieldConfig]] = defaultdict(list)
    for field in OfferEventField.objects.all():
        found[field.offer_event_id].append(
            FieldConfig(field.name, field.type, field.is_required)
        )
    return found


def _payouts() -> Mapping[int, dict[int, Rate]]:
    found: dict[int, dict[int, Rate]] = defaultdict(dict)
    for row in OfferEventPayout.objects.all():
        rate = Rate(row.payout_type, row.payout_value)
        found[row.offer_event_id][row.affiliate_id] = rate
    return found


def _lists() -> Mapping[int, list[ListConfig]]:
    found: dict[int, list[ListConfig]] = defaultdict(list)
    consulted = OfferValueList.objects.filter(value_list__is_archived=False)
    for row in consulted.select_related("value_list").order_by("pk"):
        one = row.value_list
        found[row.offer_id].append(
            ListConfig(
                id=one.pk,
                name=one.name,
                kind=one.kind,
                field=one.field,
                normalization=one.normalization,
                hashing=one.hashing,
            )
        )
    return found


def _offer(offer: Offer, rows: _Rows) -> OfferConfig:
    events = _effective_events(offer, rows)
    return OfferConfig(
        id=offer.pk,
        public_token=offer.public_token,
        advertiser_id=offer.advertiser_id,
        is_active=(
            offer.status == OfferStatus.ACTIVE
            and offer.advertiser.status == PartyStatus.ACTIVE
        ),
        landing_url=offer.landing_url,
        has_goals=offer.enable_goals,
        default_goal_id=offer.default_goal_id,
        default_status=offer.conversion_default_status,
        hold=timedelta(days=offer.hold_days) if offer.hold_days else None,
        captures_leads=offer.kind == OfferKind.LEADGEN,
        limits=tuple(
            LimitConfig(row.pk, row.event_type_id, row.maximum, row.period)
            for row in rows.limits.get(offer.pk, ())
        ),
        lists=tuple(rows.lists.get(offer.pk, ())),
        click_lifespan=offer.click_lifespan,
        accepts_unknown_events=offer.accept_unknown_events,
        networks=tuple(ipaddress.ip_network(text) for text in offer.ip_allowlist),
        attribution=rules_of(offer),
        terms=_terms(offer, offer.currency),
        goals=_goal_names(rows.goals.get(offer.pk, [])),
        events_by_id={event.type_id: event for event, _ in events},
        events_by_name=_event_names(events, rows.event_types),
        affiliate_rates={
            row.affiliate_id: _own_rate(row)
            for row in rows.affiliates.get(offer.pk, [])
        },
    )


def _goal_names(goals: Iterable[Goal]) -> dict[str, int]:
    """Return what senders may call each goal; a name wins over an alias."""
    goals = list(goals)
    aliases = {goal.alias: goal.pk for goal in goals if goal.alias}
    return {**aliases, **{goal.name: goal.pk for goal in goals}}


def _own_rate(row: OfferAffiliate) -> Rate | None:
    if row.payout_value is None:
        return None
    return Rate(row.payout_type, row.payout_value)


def _terms(row: Terms, currency: str) -> AgreedTerms:
    return AgreedTerms(
        revenue=Rate(row.revenue_type, row.revenue_value),
        payout=Rate(row.payout_type, row.payout_value),
        percent_of=row.percent_of,
        currency=currency,
    )


def _effective_events(offer: Offer, rows: _Rows) -> list[tuple[EventConfig, str]]:
    """Return the offer's events with the advertiser's name of each.

    Effective are its own events and those of its lists. A disabled one stays known,
    so that a report of it is refused with the right reason.
    """
    listed = rows.listed.get(offer.pk, set())
    own = {row.event_type_id: row for row in rows.events.get(offer.pk, [])}
    direct = {
        type_id for type_id, row in own.items() if row.source == OfferEventSource.DIRECT
    }
    return [
        (
            _event(rows.event_types[type_id], own.get(type_id), offer, rows),
            own[type_id].advertiser_event_name if type_id in own else "",
        )
        for type_id in sorted(listed | direct)
    ]


def _event(
    event_type: EventType, row: OfferEvent | None, offer: Offer, rows: _Rows
) -> EventConfig:
    own_flag = row.is_affiliate_conversion if row else None
    return EventConfig(
        type_id=event_type.pk,
        name=event_type.name,
        category=(row.category if row else "") or event_type.category,
        repeat_policy=(row.repeat_policy if row else "") or event_type.repeat_policy,
        is_affiliate_conversion=(
            event_type.is_affiliate_conversion if own_flag is None else own_flag
        ),
        needs_conversion=event_type.needs_conversion,
        is_enabled=row.is_enabled if row else True,
        goal_id=row.goal_id if row else None,
        terms=_terms(row, offer.currency) if row else None,
        payouts=rows.payouts.get(row.pk, {}) if row else {},
        maps_to_status=row.maps_to_status if row else "",
        fields=tuple(rows.fields.get(row.pk, ())) if row else (),
        param_map=row.param_map if row else {},
        standard_kind=event_type.standard_kind,
        is_activity=event_type.is_activity,
    )


def _event_names(
    events: list[tuple[EventConfig, str]], event_types: Mapping[int, EventType]
) -> dict[str, EventConfig]:
    """Return the events by every name a sender may use.

    The advertiser's own name wins over the event type's, that over a former name.
    """
    former = {
        alias: event
        for event, _ in events
        for alias in event_types[event.type_id].aliases
    }
    current = {event.name: event for event, _ in events}
    advertisers = {name: event for event, name in events if name}
    return {**former, **current, **advertisers}
