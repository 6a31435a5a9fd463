"""Event types, what they are on offers, lists of them, and names that were seen."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.console.offers import TERMS
from apps.core.adminkit.pages import list_url
from apps.core.adminkit.paging import CappedPaginator
from apps.core.adminkit.scoping import ReadOnlyMixin, ScopedAdmin, ScopedMixin
from apps.event_lists.models import EventList, EventListItem, OfferEventList
from apps.events.models import EventType, OfferEvent, OfferEventField, SeenEventName
from apps.tracking.models import Event


@admin.register(EventType)
class EventTypeAdmin(ScopedAdmin):
    """The vocabulary of the organization."""

    list_display = (
        "id",
        "name",
        "category",
        "is_conversion",
        "is_affiliate_conversion",
        "repeat_policy",
        "logs",
    )
    list_display_links = ("id", "name")
    list_filter = ("category", "is_conversion")
    search_fields = ("name", "description")

    @admin.display(description="log")
    def logs(self, obj: EventType) -> SafeString:
        """Link to the events of this type (R200)."""
        url = list_url(Event, event_type__id__exact=obj.pk)
        return format_html('<a href="{}">View logs</a>', url)


class FieldInline(ScopedMixin, admin.TabularInline[Any, Any]):
    """Custom fields that are submitted with the event (R189)."""

    model = OfferEventField
    extra = 0


@admin.register(OfferEvent)
class OfferEventAdmin(ScopedAdmin):
    """An event on one offer."""

    list_display = ("event_type", "offer", "is_enabled", "advertiser_event_name")
    list_filter = ("is_enabled", "offer")
    list_select_related = ("event_type", "offer")
    search_fields = ("event_type__name", "advertiser_event_name")
    autocomplete_fields = ("offer", "event_type", "goal")
    inlines = (FieldInline,)
    fieldsets: ClassVar[Any] = (
        (
            None,
            {
                "fields": (
                    "offer",
                    "event_type",
                    "is_enabled",
                    "source",
                    "advertiser_event_name",
                    "goal",
                )
            },
        ),
        ("Revenue & payout", {"fields": TERMS}),
        (
            "Different from the event type",
            {
                "fields": (
                    "category",
                    "is_affiliate_conversion",
                    "repeat_policy",
                    "param_map",
                )
            },
        ),
    )


class ItemInline(ScopedMixin, admin.TabularInline[Any, Any]):
    """The events of a list."""

    model = EventListItem
    extra = 0
    autocomplete_fields = ("event_type",)


class ListOfferInline(ScopedMixin, admin.TabularInline[Any, Any]):
    """The offers that use a list."""

    model = OfferEventList
    extra = 0
    autocomplete_fields = ("offer",)


@admin.register(EventList)
class EventListAdmin(ScopedAdmin):
    """Sets of events that offers share; a change counts at once."""

    list_display = ("name", "description")
    search_fields = ("name",)
    inlines = (ItemInline, ListOfferInline)


@admin.register(SeenEventName)
class SeenEventNameAdmin(ReadOnlyMixin, ScopedAdmin):
    """Every name an offer received, defined or not."""

    list_display = (
        "name",
        "offer",
        "accepted_count",
        "refused_count",
        "last_at",
    )
    list_filter = ("offer",)
    list_select_related = ("offer",)
    search_fields = ("name",)
    paginator = CappedPaginator
