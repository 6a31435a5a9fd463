"""The events of an offer in one table: what they pay, their URLs, how often they came.

The figures are those that ingestion adds up per name; the log is not read.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.console.offer_urls import Absolute, base_urls, event_url
from apps.core.adminkit.addresses import add_url, change_url, list_url, page_url
from apps.core.adminkit.showing import NOTHING, money
from apps.event_lists.available import AvailableEvent, available_events
from apps.events.categories import RepeatPolicy
from apps.events.models import OfferEvent, OfferEventSource, SeenEventName
from apps.offers.models import Offer
from apps.offers.terms import RateType, Terms
from apps.postbacks.models import PostbackRule, TriggerKind
from apps.tracking.models import Event

UNDEFINED_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Flag:
    """A badge beside an event's name."""

    label: str
    title: str
    colour: str = ""


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event of the table."""

    event: AvailableEvent
    flags: list[Flag]
    revenue: str
    payout: str
    count: int
    refused: int
    last_at: datetime | None
    url: str
    links: list[tuple[str, str]]


def offer_events(offer: Offer, user: User, absolute: Absolute) -> dict[str, Any]:
    """Return the table, the names nobody defined, and what is wrong with either."""
    available = available_events(offer, with_fields=True)
    known = {name for event in available for name in event.names}
    seen = SeenEventName.objects.visible_to(user).filter(offer=offer)
    figures = {row.name: row for row in seen.filter(name__in=known)}
    undefined = seen.exclude(name__in=known).order_by("-last_at")[:UNDEFINED_SHOWN]
    may_define = user.has_perm("events.add_offerevent")
    return {
        "rows": [_row(offer, event, figures, user, absolute) for event in available],
        "undefined": undefined,
        "define_url": page_url(offer, "define") if may_define else "",
        "received_url": list_url(SeenEventName, offer__id__exact=offer.pk),
        "add_event_url": add_url(OfferEvent, offer=offer.pk) if may_define else "",
        "conversion_events": _doubled(available),
        "base_url": base_urls(offer, absolute)[0],
        "shows_terms": True,
    }


def events_for_affiliates(offer: Offer) -> list[tuple[AvailableEvent, list[Flag]]]:
    """Return the events that take reports, with what affiliates may know (R21)."""
    available = [event for event in available_events(offer) if event.is_enabled]
    return [(event, event_flags(event)) for event in available]


def event_flags(event: AvailableEvent) -> list[Flag]:
    """Return what is special about an event on its offer (R175 to R177, R225)."""
    flags = []
    if event.event_type.is_conversion:
        flags.append(Flag(_("conversion"), _("Counts as the primary conversion"), "ok"))
    if event.is_affiliate_conversion:
        flags.append(
            Flag(_("affiliate conversion"), _("Postbacks on conversions fire"))
        )
    if event.repeat_policy != RepeatPolicy.ONCE_PER_TRANSACTION:
        flags.append(Flag(_("multi-trigger"), str(event.repeat_policy.label)))
    if event.event_type.needs_conversion:
        flags.append(
            Flag(_("after a conversion"), _("Needs a conversion first"), "off")
        )
    if not event.is_enabled:
        flags.append(Flag(_("switched off"), _("Reports of it are refused"), "wait"))
    return flags


def _doubled(available: list[AvailableEvent]) -> list[str]:
    """Return the conversion events if reports count several of them (R179)."""
    names = [
        event.event_type.name
        for event in available
        if event.event_type.is_conversion and event.is_enabled
    ]
    return names if len(names) > 1 else []


def _row(
    offer: Offer,
    event: AvailableEvent,
    figures: dict[str, SeenEventName],
    user: User,
    absolute: Absolute,
) -> EventRow:
    seen = [figures[name] for name in event.names if name in figures]
    fields = event.own.fields.all() if event.own else ()
    terms = _terms(offer, event)
    return EventRow(
        event=event,
        flags=event_flags(event),
        revenue=_rate(terms, "revenue", offer.currency),
        payout=_rate(terms, "payout", offer.currency),
        count=sum(row.accepted_count for row in seen),
        refused=sum(row.refused_count + row.filtered_count for row in seen),
        last_at=max((row.last_at for row in seen), default=None),
        url=event_url(offer, event.event_type.pk, absolute, fields),
        links=_links(offer, event, user),
    )


def _terms(offer: Offer, event: AvailableEvent) -> Terms | None:
    """Return what holds before an affiliate's own payout: the event's, the offer's."""
    if event.own is not None:
        return event.own
    return offer if event.is_affiliate_conversion else None


def _rate(terms: Terms | None, side: str, currency: str) -> str:
    value: Decimal = getattr(terms, f"{side}_value", Decimal(0))
    if not value:
        return NOTHING
    if getattr(terms, f"{side}_type") == RateType.CPS:
        return f"{value.normalize():f} %"
    return money(value, currency)


def _links(offer: Offer, event: AvailableEvent, user: User) -> list[tuple[str, str]]:
    """Return what can be done about an event from its row (R180, R181, R200)."""
    type_id = event.event_type.pk
    shared = {"offer": offer.pk, "event_type": type_id}
    found = [
        (
            _("View logs"),
            list_url(Event, offer__id__exact=offer.pk, event_type__id__exact=type_id),
            "tracking.view_event",
        ),
        (
            _("Add postback URL"),
            add_url(
                PostbackRule, trigger=TriggerKind.EVENT, action="ping_url", **shared
            ),
            "postbacks.add_postbackrule",
        ),
        (
            (_("Edit"), change_url(event.own), "events.view_offerevent")
            if event.own
            else (
                _("Customize"),
                add_url(OfferEvent, source=OfferEventSource.LIST, **shared),
                "events.add_offerevent",
            )
        ),
    ]
    return [(label, url) for label, url, needed in found if user.has_perm(needed)]
