"""Projects, offers with their terms, goals and partners, and their URLs."""

from typing import Any, ClassVar

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.core.adminkit.pages import PagesAdmin, list_url
from apps.core.adminkit.scoping import ScopedAdmin, ScopedMixin
from apps.deliveries.models import Delivery
from apps.event_lists.models import OfferEventList
from apps.events.models import OfferEvent
from apps.goals.models import Goal
from apps.offers.models import Offer, OfferAffiliate, Project
from apps.postbacks.models import PostbackRule
from apps.tracking.models import Event

TERMS = (
    ("revenue_type", "revenue_value"),
    ("payout_type", "payout_value", "percent_of"),
)
EXAMPLE = "secure=TOKEN&transaction_id=REPLACE"


class GoalInline(ScopedMixin, admin.TabularInline[Any, Any]):
    """The milestones of the offer."""

    model = Goal
    extra = 0
    fields = ("name", "alias", "ref", "is_private", "status")


class OfferAffiliateInline(ScopedMixin, admin.TabularInline[Any, Any]):
    """Who promotes the offer."""

    model = OfferAffiliate
    extra = 0
    autocomplete_fields = ("affiliate",)


class OfferEventInline(ScopedMixin, admin.TabularInline[Any, Any]):
    """The events of the offer and what they pay; details on a page of their own."""

    model = OfferEvent
    extra = 0
    show_change_link = True
    autocomplete_fields = ("event_type",)
    fields = (
        "event_type",
        "is_enabled",
        "advertiser_event_name",
        "revenue_type",
        "revenue_value",
        "payout_type",
        "payout_value",
    )


class OfferEventListInline(ScopedMixin, admin.TabularInline[Any, Any]):
    """The event lists attached to the offer."""

    model = OfferEventList
    extra = 0


@admin.register(Project)
class ProjectAdmin(ScopedAdmin):
    """Groups of offers."""

    search_fields = ("name",)


@admin.register(Offer)
class OfferAdmin(PagesAdmin):
    """What is promoted."""

    list_display = ("id", "name", "advertiser", "status", "kind", "platform")
    list_display_links = ("id", "name")
    list_filter = ("status", "kind", "platform", "advertiser")
    list_select_related = ("advertiser",)
    search_fields = ("name", "=public_token")
    autocomplete_fields = ("advertiser", "project")
    readonly_fields = ("addresses",)
    inlines = (
        OfferEventInline,
        OfferEventListInline,
        GoalInline,
        OfferAffiliateInline,
    )
    fieldsets: ClassVar[Any] = (
        (
            None,
            {
                "fields": (
                    "name",
                    "advertiser",
                    "project",
                    ("status", "kind", "platform"),
                    "vertical",
                    "landing_url",
                )
            },
        ),
        (
            "Revenue & payout",
            {"fields": (*TERMS, "currency", "conversion_default_status")},
        ),
        ("Goals", {"fields": ("enable_goals", "default_goal")}),
        (
            "What is accepted",
            {
                "fields": (
                    "click_lifespan_days",
                    "accept_unknown_events",
                    "ip_allowlist",
                )
            },
        ),
        ("Addresses", {"fields": ("addresses",)}),
    )

    def related_tabs(self, obj: Offer) -> list[tuple[str, str]]:
        """Return the lists that belong to an offer."""
        return [
            ("Postbacks", list_url(PostbackRule, offer__id__exact=obj.pk)),
            ("Event log", list_url(Event, offer__id__exact=obj.pk)),
            ("Deliveries", list_url(Delivery, offer__id__exact=obj.pk)),
        ]

    def formfield_for_foreignkey(
        self, db_field: Any, request: Any, **kwargs: Any
    ) -> Any:
        """Offer only the goals of this offer as its default goal."""
        if db_field.name == "default_goal":
            offer_id = request.resolver_match.kwargs.get("object_id")
            kwargs["queryset"] = Goal.objects.filter(offer=offer_id)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @admin.display(description="Postback URLs")
    def addresses(self, obj: Offer) -> SafeString | str:
        """Show the addresses that senders use (R59 to R61)."""
        if obj.pk is None:
            return "Save the offer first."
        token = obj.public_token
        rows = [
            ("Conversion", f"/postback?{EXAMPLE}"),
            ("Click", f"/click/{token}?affiliate=ID&sub1="),
            *(
                (name, f"/postback/{token}/{event_id}?{EXAMPLE}")
                for event_id, name in obj.offer_events.values_list(
                    "event_type_id", "event_type__name"
                )
            ),
        ]
        return format_html(
            "<dl>{}</dl>",
            format_html_join("", "<dt>{}</dt><dd><code>{}</code></dd>", rows),
        )


@admin.register(Goal)
class GoalAdmin(ScopedAdmin):
    """Named milestones."""

    list_display = ("name", "offer", "alias", "is_private", "status")
    list_filter = ("status", "offer")
    list_select_related = ("offer",)
    search_fields = ("name", "alias")
    autocomplete_fields = ("offer",)
