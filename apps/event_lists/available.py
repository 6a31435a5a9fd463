"""The events an offer has: its own and those of its lists, as ingestion sees them."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from apps.event_lists.models import EventListItem
from apps.events.categories import Category, RepeatPolicy
from apps.events.models import EventType, OfferEvent, OfferEventSource
from apps.offers.models import Offer


@dataclass(frozen=True, slots=True)
class AvailableEvent:
    """An event type on an offer, what the offer says differently, its lists."""

    event_type: EventType
    own: OfferEvent | None
    lists: tuple[str, ...]

    @property
    def is_enabled(self) -> bool:
        """Whether reports of it are taken."""
        return self.own is None or self.own.is_enabled

    @property
    def category(self) -> Category:
        """The category on this offer."""
        own = self.own.category if self.own else ""
        return Category(own or self.event_type.category)

    @property
    def repeat_policy(self) -> RepeatPolicy:
        """How often it may happen on this offer."""
        own = self.own.repeat_policy if self.own else ""
        return RepeatPolicy(own or self.event_type.repeat_policy)

    @property
    def is_affiliate_conversion(self) -> bool:
        """Whether it makes a conversion on this offer."""
        own = self.own.is_affiliate_conversion if self.own else None
        return self.event_type.is_affiliate_conversion if own is None else own

    @property
    def names(self) -> set[str]:
        """Every name under which a sender may report it."""
        own = self.own.advertiser_event_name if self.own else ""
        return {self.event_type.name, *self.event_type.aliases, own} - {""}


def available_events(
    offer: Offer, *, with_fields: bool = False
) -> list[AvailableEvent]:
    """Return the events of ``offer`` by name; four queries, however many there are."""
    lists: dict[int, list[str]] = defaultdict(list)
    items = EventListItem.objects.filter(event_list__offers=offer)
    for type_id, name in items.values_list("event_type_id", "event_list__name"):
        lists[type_id].append(name)
    rows = OfferEvent.objects.filter(offer=offer)
    if with_fields:
        rows = rows.prefetch_related("fields")
    own = {row.event_type_id: row for row in rows}
    direct = {pk for pk, row in own.items() if row.source == OfferEventSource.DIRECT}
    types = EventType.objects.filter(pk__in={*lists, *direct}).order_by("name")
    return [
        AvailableEvent(one, own.get(one.pk), tuple(sorted(lists[one.pk])))
        for one in types
    ]


def offers_with_two_conversion_events(
    event_type: EventType, offers: QuerySet[Offer]
) -> QuerySet[Offer]:
    """Return those of ``offers`` where ``event_type`` is one of several (R179).

    Reports then count a transaction as converted more than once.
    """
    if not event_type.is_conversion:
        return offers.none()
    others = ~Q(event_type=event_type) & Q(event_type__is_conversion=True)
    return offers.filter(_has(Q(event_type=event_type)) & _has(others))


def _has(which: Q) -> Q:
    """Return the condition that an offer takes reports of such an event."""
    own = OfferEvent.objects.filter(offer=OuterRef("pk"))
    direct = own.filter(which, source=OfferEventSource.DIRECT, is_enabled=True)
    switched_off = OfferEvent.objects.filter(
        offer=OuterRef(OuterRef("pk")),
        event_type=OuterRef("event_type"),
        is_enabled=False,
    )
    listed = EventListItem.objects.filter(
        which, ~Exists(switched_off), event_list__offers=OuterRef("pk")
    )
    return Q(Exists(direct)) | Q(Exists(listed))
