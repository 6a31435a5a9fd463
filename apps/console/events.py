"""Events on offers, and the names that offers received."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.console.attaching import warn_of_two
from apps.console.offer_inlines import RATES
from apps.console.offer_urls import event_url
from apps.console.people import signed_in
from apps.core.adminkit.addresses import add_url, list_url, page_url
from apps.core.adminkit.pages import PagesAdmin
from apps.core.adminkit.scoping import ScopedInline
from apps.core.adminkit.screens import LogAdmin
from apps.core.adminkit.showing import moment_column
from apps.events.models import (
    OfferEvent,
    OfferEventField,
    OfferEventPayout,
    SeenEventName,
)
from apps.goals.models import Goal, GoalStatus
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule, TriggerKind
from apps.tracking.models import Event


class FieldInline(ScopedInline):
    """Custom fields that are submitted with the event (R189 to R193)."""

    model = OfferEventField
    extra = 0
    verbose_name = _("custom field")
    verbose_name_plural = _(
        "Custom fields (sent with the event, checked on every entry)"
    )


class PayoutInline(ScopedInline):
    """What single affiliates are paid for the event."""

    model = OfferEventPayout
    extra = 0
    autocomplete_fields = ("affiliate",)
    verbose_name = _("payout of an affiliate")
    verbose_name_plural = _("Payouts of single affiliates")


def _goals_to_choose(request: HttpRequest) -> QuerySet[Goal]:
    """Return the goals of the event's offer; of all offers while it is not known."""
    goals = Goal.objects.filter(status=GoalStatus.ACTIVE, offer__enable_goals=True)
    match = request.resolver_match
    event_id = match.kwargs.get("object_id") if match else None
    asked = request.GET.get("offer", "")
    if event_id:
        goals = goals.filter(offer__offer_events=event_id)
    elif asked.isdecimal():
        goals = goals.filter(offer=int(asked))
    return goals.select_related("offer")


class OfferEventForm(forms.ModelForm[OfferEvent]):
    """Refuses a goal of another offer."""

    def clean(self) -> dict[str, Any] | None:
        """Compare the goal's offer with the event's."""
        values = super().clean() or {}
        goal, offer = values.get("goal"), values.get("offer")
        if goal is not None and offer is not None and goal.offer_id != offer.pk:
            self.add_error(
                "goal",
                gettext(
                    "«%(goal)s» is a goal of «%(other)s». Choose one of «%(offer)s», "
                    "or none."
                )
                % {"goal": goal.name, "other": goal.offer, "offer": offer},
            )
        return values


@admin.register(OfferEvent)
class OfferEventAdmin(PagesAdmin):
    """An event on one offer (R166)."""

    form = OfferEventForm
    change_form_template = "console/offer_event.html"
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
    autocomplete_fields = ("offer", "event_type")
    inlines = (FieldInline, PayoutInline)
    empty = (
        _("No events on offers yet."),
        _(
            "Put an event type on an offer to give it terms, fields and a URL of its "
            "own."
        ),
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
        (_("Revenue & payout"), {"fields": RATES}),
        (
            _("Different from the event type"),
            {"fields": ("category", "is_affiliate_conversion", "repeat_policy")},
        ),
        (_("Parameters"), {"fields": ("param_map",)}),
    )

    def related_tabs(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return what belongs to the event, and the way back to its offer."""
        shared = {
            "offer__id__exact": obj.offer_id,
            "event_type__id__exact": obj.event_type_id,
        }
        return [
            (gettext("View logs"), list_url(Event, **shared)),
            (gettext("Postbacks"), list_url(PostbackRule, **shared)),
            (gettext("All events of the offer"), page_url(obj.offer, "terms")),
        ]

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Offer the goals of the offer, if it has goals switched on."""
        if db_field.name == "goal":
            kwargs["queryset"] = _goals_to_choose(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show the dedicated postback URL, and how to add one that is told (R59)."""
        obj = kwargs.get("obj")
        if obj is not None:
            absolute = request.build_absolute_uri
            fields = obj.fields.all()
            url = event_url(obj.offer, obj.event_type_id, absolute, fields)
            context["urls"] = [(gettext("Dedicated postback URL"), url)]
            if signed_in(request).has_perm("postbacks.add_postbackrule"):
                context["add_rule_url"] = add_url(
                    PostbackRule,
                    trigger=TriggerKind.EVENT,
                    action="ping_url",
                    offer=obj.offer_id,
                    event_type=obj.event_type_id,
                )
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: OfferEvent, form: Any, change: bool
    ) -> None:
        """Warn when the offer now has two conversion events (R179)."""
        super().save_model(request, obj, form, change)
        warn_of_two(request, obj.event_type, Offer.objects.filter(pk=obj.offer_id))

    def response_post_save_add(
        self, request: HttpRequest, obj: OfferEvent
    ) -> HttpResponseRedirect:
        """Go to the offer's tab, where the URL of the new event stands (R59)."""
        return HttpResponseRedirect(page_url(obj.offer, "terms"))

    def response_post_save_change(
        self, request: HttpRequest, obj: OfferEvent
    ) -> HttpResponseRedirect:
        """Go back to the offer's events."""
        return HttpResponseRedirect(page_url(obj.offer, "terms"))


@admin.register(SeenEventName)
class SeenEventNameAdmin(LogAdmin):
    """Every name an offer received, defined or not."""

    list_display = (
        "name",
        "offer",
        "accepted_count",
        "filtered_count",
        "refused_count",
        moment_column("first_at", _("first")),
        moment_column("last_at", _("last")),
        "events",
    )
    list_filter = ("offer",)
    list_select_related = ("offer",)
    search_fields = ("name",)
    ordering = ("-last_at",)
    empty = (
        _("No names received yet."),
        _("Every name a sender reports is counted here."),
    )

    @admin.display(description="")
    def events(self, obj: SeenEventName) -> SafeString:
        """Link to where the name can be defined."""
        return format_html(
            '<a href="{}">{}</a>',
            page_url(obj.offer, "terms"),
            gettext("Events of the offer"),
        )
