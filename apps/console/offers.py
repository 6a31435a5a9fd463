"""Offers with their terms, events, goals and partners, and their URLs."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.console.duplicating import duplicate
from apps.console.people import signed_in
from apps.core.adminkit.addresses import add_url, list_url
from apps.core.adminkit.pages import Page, PagesAdmin
from apps.core.adminkit.scoping import ScopedInline
from apps.core.adminkit.showing import badge
from apps.deliveries.models import Delivery
from apps.event_lists.models import OfferEventList
from apps.events.models import EventLimit, OfferEvent, SeenEventName
from apps.goals.models import Goal
from apps.offers.models import Offer, OfferAffiliate, OfferStatus
from apps.postbacks.models import PostbackRule
from apps.tracking.models import Event
from apps.value_lists.models import OfferValueList

TERMS = (
    ("revenue_type", "revenue_value"),
    ("payout_type", "payout_value", "percent_of"),
)
EXAMPLE = "secure=TOKEN&transaction_id=REPLACE"
STATUS_COLOURS = {OfferStatus.ACTIVE: "ok", OfferStatus.PAUSED: "wait"}
SHOWN_TO_AFFILIATES = ("name", "status", "kind", "platform", "vertical", "landing_url")


class GoalInline(ScopedInline):
    """The milestones of the offer."""

    model = Goal
    extra = 0
    fields = ("name", "alias", "ref", "is_private", "status")


class OfferAffiliateInline(ScopedInline):
    """Who promotes the offer."""

    model = OfferAffiliate
    extra = 0
    autocomplete_fields = ("affiliate",)
    verbose_name = "affiliate"
    verbose_name_plural = "Affiliates"


class OfferEventInline(ScopedInline):
    """The events of the offer and what they pay; details on a page of their own."""

    model = OfferEvent
    extra = 0
    show_change_link = True
    autocomplete_fields = ("event_type",)
    verbose_name = "event"
    verbose_name_plural = "Events"
    fields = (
        "event_type",
        "is_enabled",
        "advertiser_event_name",
        "revenue_type",
        "revenue_value",
        "payout_type",
        "payout_value",
    )


class EventLimitInline(ScopedInline):
    """How many events the offer takes; what exceeds it is counted and filtered."""

    model = EventLimit
    extra = 0
    autocomplete_fields = ("event_type",)
    verbose_name = "limit"
    verbose_name_plural = "Limits"


class OfferEventListInline(ScopedInline):
    """The event lists attached to the offer (R195)."""

    model = OfferEventList
    extra = 0
    autocomplete_fields = ("event_list",)
    verbose_name = "event list"
    verbose_name_plural = "Event lists"


class OfferValueListInline(ScopedInline):
    """The lists of values that the offer consults."""

    model = OfferValueList
    extra = 0
    autocomplete_fields = ("value_list",)
    verbose_name = "value list"
    verbose_name_plural = "Value lists"


@admin.register(Offer)
class OfferAdmin(PagesAdmin):
    """What is promoted."""

    list_display = (
        "id",
        "name",
        "advertiser",
        "status_badge",
        "kind",
        "platform",
        "links",
    )
    list_display_links = ("id", "name")
    list_filter = ("status", "kind", "platform", "advertiser", "project")
    list_select_related = ("advertiser",)
    search_fields = ("name", "=public_token", "=id")
    search_help_text = "Name, number or public token"
    ordering = ("-id",)
    autocomplete_fields = ("advertiser", "project")
    readonly_fields = ("addresses",)
    pages = (Page("duplicate", "Duplicate postbacks", "view", duplicate),)
    quick_views = (
        ("Active", "status__exact=active"),
        ("Draft", "status__exact=draft"),
        ("Paused", "status__exact=paused"),
    )
    empty = (
        "No offers yet.",
        "An offer is what is promoted; events and postbacks belong to it.",
    )
    inlines = (
        OfferEventInline,
        OfferEventListInline,
        EventLimitInline,
        OfferValueListInline,
        GoalInline,
        OfferAffiliateInline,
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show affiliates what they promote, and nothing of the terms."""
        if signed_in(request).affiliate_id is not None:
            return ((None, {"fields": SHOWN_TO_AFFILIATES}),)
        first = ("name", "advertiser", "project", ("status", "kind", "platform"))
        general = {"fields": (*first, "vertical", "landing_url")}
        status = ("conversion_default_status", "hold_days")
        money = {"fields": (*TERMS, "currency", status)}
        security = ("click_lifespan_days", "accept_unknown_events", "ip_allowlist")
        sets = (
            (None, general),
            ("Revenue & payout", money),
            ("Clicks & security", {"fields": security}),
            ("Goals", {"fields": ("enable_goals", "default_goal")}),
        )
        return (*sets, ("Postback URLs", {"fields": ("addresses",)})) if obj else sets

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Show affiliates no terms and no other affiliates."""
        return () if signed_in(request).affiliate_id is not None else self.inlines

    def get_list_display(self, request: HttpRequest) -> Any:
        """Leave the advertiser out for affiliates."""
        hidden = ("advertiser",) if signed_in(request).affiliate_id is not None else ()
        return [name for name in self.list_display if name not in hidden]

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Leave the advertiser out for affiliates."""
        if signed_in(request).affiliate_id is not None:
            return ("status", "kind", "platform")
        return self.list_filter

    def related_tabs(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return the lists that belong to an offer (R65)."""
        tabs = [
            ("Postbacks", list_url(PostbackRule, offer__id__exact=obj.pk)),
            ("Event log", list_url(Event, offer__id__exact=obj.pk)),
            ("Deliveries", list_url(Delivery, offer__id__exact=obj.pk)),
        ]
        if signed_in(request).affiliate_id is None:
            seen = list_url(SeenEventName, offer__id__exact=obj.pk)
            tabs.append(("Received names", seen))
        return tabs

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Offer only the goals of this offer as its default goal."""
        if db_field.name == "default_goal":
            match = request.resolver_match
            offer_id = match.kwargs.get("object_id") if match else None
            kwargs["queryset"] = Goal.objects.filter(offer=offer_id)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description="status", ordering="status")
    def status_badge(self, obj: Offer) -> SafeString:
        """Show whether the offer accepts events."""
        colour = STATUS_COLOURS.get(OfferStatus(obj.status), "off")
        return badge(obj.get_status_display(), colour)

    @admin.display(description="")
    def links(self, obj: Offer) -> SafeString:
        """Link to what people look for next."""
        return format_html(
            '<a href="{}">Postbacks</a> · <a href="{}">Add postback</a>',
            list_url(PostbackRule, offer__id__exact=obj.pk),
            add_url(PostbackRule, offer=obj.pk),
        )

    @admin.display(description="URLs")
    def addresses(self, obj: Offer) -> SafeString | str:
        """Show the addresses that senders use (R59 to R61)."""
        if obj._state.adding:  # noqa: SLF001 - Django's documented model API
            return ""
        token = obj.public_token
        rows = [
            ("Conversion, all offers", f"/postback?{EXAMPLE}"),
            ("Tracking link", f"/click/{token}?affiliate=ID&sub1="),
            *(
                (f"Event {name}", f"/postback/{token}/{event_id}?{EXAMPLE}")
                for event_id, name in obj.offer_events.values_list(
                    "event_type_id", "event_type__name"
                )
            ),
        ]
        return format_html(
            '<dl class="urls">{}</dl>',
            format_html_join("", "<dt>{}</dt><dd><code>{}</code></dd>", rows),
        )
