"""Event types, what they are on offers, lists of them, and names that were received."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.console.offers import TERMS
from apps.core.adminkit.addresses import list_url
from apps.core.adminkit.pages import PagesAdmin
from apps.core.adminkit.scoping import ScopedInline
from apps.core.adminkit.screens import LogAdmin
from apps.core.adminkit.showing import moment_column
from apps.event_lists.models import EventList, EventListItem, OfferEventList
from apps.events.models import (
    EventType,
    OfferEvent,
    OfferEventField,
    OfferEventPayout,
    SeenEventName,
)
from apps.postbacks.models import PostbackRule
from apps.tracking.models import Event


@admin.register(EventType)
class EventTypeAdmin(PagesAdmin):
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
    list_filter = ("category", "is_conversion", "is_affiliate_conversion")
    search_fields = ("name", "description", "=id")
    ordering = ("name",)
    empty = ("No event types yet.", "Their names are what senders report.")
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("name", "aliases", "description", "category")}),
        (
            "Conversions",
            {"fields": ("is_conversion", "is_affiliate_conversion")},
        ),
        ("Repetition", {"fields": ("repeat_policy", "needs_conversion")}),
    )

    def related_tabs(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return the lists that belong to an event type (R181, R200)."""
        return [
            ("Event log", list_url(Event, event_type__id__exact=obj.pk)),
            ("Offers", list_url(OfferEvent, event_type__id__exact=obj.pk)),
            ("Postbacks", list_url(PostbackRule, event_type__id__exact=obj.pk)),
        ]

    def save_model(
        self, request: HttpRequest, obj: EventType, form: Any, change: bool
    ) -> None:
        """Warn of a name that differs only in case: senders must spell it exactly."""
        super().save_model(request, obj, form, change)
        similar = EventType.objects.filter(name__iexact=obj.name).exclude(pk=obj.pk)
        for other in similar:
            messages.warning(
                request,
                f"«{other.name}» differs only in case from «{obj.name}». Names match "
                "exactly: make sure that senders know which one to use.",
            )

    @admin.display(description="log")
    def logs(self, obj: EventType) -> SafeString:
        """Link to the events of this type (R200)."""
        url = list_url(Event, event_type__id__exact=obj.pk)
        return format_html('<a href="{}">View logs</a>', url)


class FieldInline(ScopedInline):
    """Custom fields that are submitted with the event (R189)."""

    model = OfferEventField
    extra = 0
    verbose_name = "custom field"
    verbose_name_plural = "Custom fields"


class PayoutInline(ScopedInline):
    """What single affiliates are paid for the event."""

    model = OfferEventPayout
    extra = 0
    autocomplete_fields = ("affiliate",)
    verbose_name = "payout of an affiliate"
    verbose_name_plural = "Payouts of single affiliates"


@admin.register(OfferEvent)
class OfferEventAdmin(PagesAdmin):
    """An event on one offer."""

    list_display = (
        "event_type",
        "offer",
        "is_enabled",
        "advertiser_event_name",
        "payout_type",
        "payout_value",
    )
    list_filter = ("is_enabled", "offer", "event_type")
    list_select_related = ("event_type", "offer")
    search_fields = ("event_type__name", "advertiser_event_name", "offer__name")
    ordering = ("offer__name", "event_type__name")
    autocomplete_fields = ("offer", "event_type", "goal")
    inlines = (FieldInline, PayoutInline)
    empty = (
        "No events on offers yet.",
        "Put an event type on an offer to give it terms, fields and a URL of its own.",
    )
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
                    "maps_to_status",
                )
            },
        ),
        ("Revenue & payout", {"fields": TERMS}),
        (
            "Different from the event type",
            {"fields": ("category", "is_affiliate_conversion", "repeat_policy")},
        ),
        ("Parameters", {"fields": ("param_map",)}),
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
    """Sets of events that offers share; a change counts at once."""

    list_display = ("name", "description")
    search_fields = ("name",)
    ordering = ("name",)
    inlines = (ItemInline, ListOfferInline)
    empty = (
        "No event lists yet.",
        "A list is made once and used by many offers; a change counts at once.",
    )


@admin.register(SeenEventName)
class SeenEventNameAdmin(LogAdmin):
    """Every name an offer received, defined or not."""

    list_display = (
        "name",
        "offer",
        "accepted_count",
        "filtered_count",
        "refused_count",
        moment_column("first_at", "first"),
        moment_column("last_at", "last"),
    )
    list_filter = ("offer",)
    list_select_related = ("offer",)
    search_fields = ("name",)
    ordering = ("-last_at",)
    empty = ("No names received yet.", "Every name a sender reports is counted here.")
