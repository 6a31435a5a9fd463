"""Event lists: made once, used by many offers, always live (R194 to R198)."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.console.attaching import warn_of_two
from apps.core.adminkit.addresses import list_url
from apps.core.adminkit.pages import PagesAdmin
from apps.core.adminkit.scoping import ScopedInline
from apps.event_lists.models import EventList, EventListItem, OfferEventList
from apps.events.models import EventType
from apps.offers.models import Offer

TIP = (
    "Offers follow the list: what you add or remove here counts for every offer that "
    "uses it, at once. Tip: offers of the same vertical share a list."
)


class ItemInline(ScopedInline):
    """The events of a list."""

    model = EventListItem
    extra = 0
    autocomplete_fields = ("event_type",)
    verbose_name = "event"
    verbose_name_plural = "Events"


class ListOfferInline(ScopedInline):
    """The offers that use a list."""

    model = OfferEventList
    extra = 0
    autocomplete_fields = ("offer",)
    verbose_name = "offer"
    verbose_name_plural = "Offers that use it"


@admin.register(EventList)
class EventListAdmin(PagesAdmin):
    """Sets of events that offers share."""

    list_display = ("name", "description", "events", "used_by")
    search_fields = ("name", "description")
    ordering = ("name",)
    inlines = (ItemInline, ListOfferInline)
    empty = ("No event lists yet.", f"A list is made once. {TIP}")
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("name", "description"), "description": TIP}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count events and offers with the page's own query."""
        lists: QuerySet[Any] = super().get_queryset(request)
        counted: QuerySet[Any] = lists.annotate(
            event_count=_count_of(EventListItem), offer_count=_count_of(OfferEventList)
        )
        return counted

    def related_tabs(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return the offers of the list, where it is attached to more at once."""
        return [(f"Used by {_offers(obj)}", _offers_url(obj))]

    def save_related(
        self, request: HttpRequest, form: Any, formsets: Any, change: bool
    ) -> None:
        """Warn of offers that now have two conversion events (R179)."""
        super().save_related(request, form, formsets, change)
        conversion = EventType.objects.filter(
            event_lists=form.instance, is_conversion=True
        ).first()
        if conversion is not None:
            using = Offer.objects.filter(event_lists=form.instance)
            warn_of_two(request, conversion, using.order_by("name"))

    @admin.display(description="events", ordering="event_count")
    def events(self, obj: Any) -> int:
        """Return how many events are in it."""
        count: int = obj.event_count
        return count

    @admin.display(description="offers", ordering="offer_count")
    def used_by(self, obj: Any) -> SafeString | str:
        """Link to the offers that use it (R197)."""
        if not obj.offer_count:
            return "used by no offer"
        return format_html(
            '<a href="{}">used by {}</a>', _offers_url(obj), _offers(obj)
        )


def _count_of(rows: type[EventListItem] | type[OfferEventList]) -> Coalesce:
    """Return how many of ``rows`` a list has; joins would multiply with each other."""
    of_list = rows._default_manager.filter(event_list=OuterRef("pk"))  # noqa: SLF001
    counted = of_list.order_by().values("event_list").annotate(number=Count("pk"))
    return Coalesce(Subquery(counted.values("number")), 0)


def _offers(obj: Any) -> str:
    return "1 offer" if obj.offer_count == 1 else f"{obj.offer_count} offers"


def _offers_url(obj: EventList) -> str:
    return list_url(Offer, event_lists__id__exact=obj.pk)
