"""Offers: a page with a tab for each side of them (R65)."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.console.attaching import attach_event_list
from apps.console.defining import define
from apps.console.duplicating import MAY_ADD_RULES, duplicate
from apps.console.offer_events import events_for_affiliates, offer_events
from apps.console.offer_forms import OfferForm
from apps.console.offer_inlines import (
    RATES,
    EventLimitInline,
    GoalInline,
    OfferAffiliateInline,
    OfferEventListInline,
    OfferValueListInline,
)
from apps.console.offer_urls import base_urls
from apps.console.partner_facts import partner_facts
from apps.console.people import signed_in
from apps.core.adminkit.addresses import add_url, list_url, page_url
from apps.core.adminkit.pages import Page, PagesAdmin
from apps.core.adminkit.showing import badge
from apps.deliveries.models import Delivery
from apps.goals.models import Goal, GoalStatus
from apps.offers.models import Offer, OfferStatus
from apps.postbacks.models import PostbackRule
from apps.reports.models import EventHour
from apps.tracking.models import Event, Lead

STATUS_COLOURS = {OfferStatus.ACTIVE: "ok", OfferStatus.PAUSED: "wait"}
SHOWN_TO_AFFILIATES = ("name", "status", "kind", "platform", "vertical", "landing_url")
GENERAL, TERMS, AFFILIATES = "change", "terms", "affiliates"
MONEY = (
    *RATES,
    "currency",
    ("conversion_default_status", "hold_days"),
)
ONE_BUTTON = {
    "show_save_and_add_another": False,
    "show_save_and_continue": False,
    "show_delete": False,
}
PART_INTROS = {
    AFFILIATES: _(
        "Who promotes the offer, and what they are paid if it is not what the "
        "offer says. A paused affiliate sees the offer no longer."
    ),
}


def _form_of_part(
    model_admin: "OfferAdmin", request: HttpRequest, offer: Offer
) -> HttpResponse:
    """Show the offer's form; the address says which part of it."""
    return model_admin.change_view(request, str(offer.pk))


def _part(request: HttpRequest) -> str:
    """Return which tab of an offer is asked for."""
    name = request.resolver_match.url_name if request.resolver_match else None
    return (name or GENERAL).rpartition("_")[2]


@admin.register(Offer)
class OfferAdmin(PagesAdmin):
    """What is promoted."""

    form = OfferForm
    change_form_template = "console/offer.html"
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
    search_help_text = _("Name, number or public token")
    ordering = ("-id",)
    autocomplete_fields = ("advertiser", "project")
    actions = (attach_event_list,)
    pages = (
        Page(
            TERMS,
            _("Revenue & payout"),
            "view",
            _form_of_part,
            is_tab=True,
            is_for_staff=True,
        ),
        Page(
            AFFILIATES,
            _("Affiliates"),
            "view",
            _form_of_part,
            is_tab=True,
            is_for_staff=True,
        ),
        Page(
            "define",
            _("Define an event"),
            "change",
            define,
            is_tab=True,
            is_for_staff=True,
        ),
        Page(
            "duplicate",
            _("Duplicate postbacks"),
            "view",
            duplicate,
            needs=MAY_ADD_RULES,
        ),
        Page(
            "partner-facts",
            _("Facts for a partner"),
            "view",
            partner_facts,
            needs=MAY_ADD_RULES,
            is_for_staff=True,
        ),
    )
    quick_views = (
        (_("Active"), "status__exact=active"),
        (_("Draft"), "status__exact=draft"),
        (_("Paused"), "status__exact=paused"),
    )
    empty = (
        _("No offers yet."),
        _("An offer is what is promoted; events and postbacks belong to it."),
    )

    # --- the parts of the form

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields of the tab; affiliates see nothing of the terms."""
        if signed_in(request).affiliate_id is not None:
            return ((None, {"fields": SHOWN_TO_AFFILIATES}),)
        part = _part(request)
        if part == AFFILIATES:
            return ()
        money = (gettext("Revenue & payout"), {"fields": MONEY})
        if part == TERMS:
            return (money,)
        first = ("name", "advertiser", "project", ("status", "kind", "platform"))
        security = ("click_lifespan_days", "accept_unknown_events", "ip_allowlist")
        goals = ("enable_goals", "default_goal") if obj else ("enable_goals",)
        return (
            (None, {"fields": (*first, "vertical", "landing_url")}),
            *(() if obj else (money,)),
            (gettext("Clicks & security"), {"fields": security}),
            (gettext("Goals"), {"fields": goals}),
        )

    def get_inlines(self, request: HttpRequest, obj: Any) -> Any:
        """Return the rows of the tab; affiliates see no terms and nobody else."""
        if signed_in(request).affiliate_id is not None or obj is None:
            return ()
        part = _part(request)
        if part == TERMS:
            return (OfferEventListInline, EventLimitInline)
        if part == AFFILIATES:
            return (OfferAffiliateInline,)
        goals = (GoalInline,) if obj.enable_goals else ()
        return (*goals, OfferValueListInline)

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Add what the tab shows besides its form."""
        obj = kwargs.get("obj")
        if obj is not None:
            part = _part(request)
            context |= self._shown_on(part, request, obj)
            if part != GENERAL:
                context |= ONE_BUTTON
        return super().render_change_form(request, context, *args, **kwargs)

    def _shown_on(
        self, part: str, request: HttpRequest, offer: Offer
    ) -> dict[str, Any]:
        user = signed_in(request)
        if user.affiliate_id is not None:
            return {"events": events_for_affiliates(offer)}
        if part == TERMS:
            return offer_events(offer, user, request.build_absolute_uri)
        if part == GENERAL:
            return {"urls": base_urls(offer, request.build_absolute_uri)}
        return {"part_intro": PART_INTROS.get(part, "")}

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Say that it was saved; stay on the tab unless it is the first one."""
        response = super().response_change(request, obj)
        if _part(request) != GENERAL:
            return HttpResponseRedirect(request.path)
        return response

    def formfield_for_foreignkey(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Offer only the goals of this offer as its default goal."""
        if db_field.name == "default_goal":
            match = request.resolver_match
            offer_id = match.kwargs.get("object_id") if match else None
            kwargs["queryset"] = Goal.objects.filter(
                offer=offer_id, status=GoalStatus.ACTIVE
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    # --- tabs and buttons

    def related_tabs(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return the tabs in the order of the work on an offer (R65)."""
        is_staff = signed_in(request).affiliate_id is None
        of_offer = {"offer__id__exact": obj.pk}
        history = reverse("admin:offers_offer_history", args=[obj.pk])
        tabs = [
            (gettext("Revenue & payout"), page_url(obj, TERMS), is_staff),
            (gettext("Postbacks"), list_url(PostbackRule, **of_offer), True),
            (gettext("Leads"), list_url(Lead, **of_offer), is_staff),
            (gettext("Event log"), list_url(Event, **of_offer), True),
            (gettext("Deliveries"), list_url(Delivery, **of_offer), True),
            (gettext("Affiliates"), page_url(obj, AFFILIATES), is_staff),
            (gettext("History"), history, is_staff),
        ]
        return [(label, url) for label, url, is_shown in tabs if is_shown]

    def page_links(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Add how far people come on the offer (R20)."""
        links = super().page_links(request, obj)
        if signed_in(request).has_perm("reports.view_eventhour"):
            links.append((gettext("Funnel"), list_url(EventHour, offer=obj.pk)))
        return links

    # --- the list

    def get_list_display(self, request: HttpRequest) -> Any:
        """Leave the advertiser out for affiliates."""
        hidden = ("advertiser",) if signed_in(request).affiliate_id is not None else ()
        return [name for name in self.list_display if name not in hidden]

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Leave the advertiser out for affiliates."""
        if signed_in(request).affiliate_id is not None:
            return ("status", "kind", "platform")
        return self.list_filter

    @admin.display(description=_("status"), ordering="status")
    def status_badge(self, obj: Offer) -> SafeString:
        """Show whether the offer accepts events."""
        colour = STATUS_COLOURS.get(OfferStatus(obj.status), "off")
        return badge(obj.get_status_display(), colour)

    @admin.display(description="")
    def links(self, obj: Offer) -> SafeString:
        """Link to what people look for next."""
        return format_html(
            '<a href="{}">{}</a> · <a href="{}">{}</a>',
            list_url(PostbackRule, offer__id__exact=obj.pk),
            gettext("Postbacks"),
            add_url(PostbackRule, offer=obj.pk),
            gettext("Add postback"),
        )
