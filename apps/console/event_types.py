"""Event types: the vocabulary of the organization, and who is told of each (R169)."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.console import rule_words
from apps.console.attaching import warn_of_two
from apps.console.people import signed_in
from apps.core.adminkit.addresses import add_url, change_url, list_url, page_url
from apps.core.adminkit.pages import PagesAdmin
from apps.core.adminkit.showing import badge
from apps.events.categories import RepeatPolicy
from apps.events.models import EventType, OfferEvent
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule, RuleCustomEvent, TriggerKind
from apps.tracking.models import Event

RULES_SHOWN = 20


@admin.register(EventType)
class EventTypeAdmin(PagesAdmin):
    """The vocabulary of the organization."""

    change_form_template = "console/event_type.html"
    list_display = ("id", "name", "description", "category", "flags", "links")
    list_display_links = ("id", "name")
    list_filter = (
        "category",
        "is_conversion",
        "is_affiliate_conversion",
        "repeat_policy",
    )
    search_fields = ("name", "description", "=id")
    ordering = ("name",)
    empty = (
        _("No event types yet."),
        _("Their names are what senders report: short, lower case, underscores."),
    )
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("name", "aliases", "description", "category")}),
        (
            _("Conversion tracking"),
            {"fields": ("is_conversion", "is_affiliate_conversion")},
        ),
        (_("Repetition"), {"fields": ("repeat_policy", "needs_conversion")}),
        (_("Attribution"), {"fields": ("standard_kind", "counts_as_activity")}),
    )

    def related_tabs(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return the lists that belong to an event type (R181, R200)."""
        of_type = {"event_type__id__exact": obj.pk}
        tabs = [
            (gettext("Event log"), list_url(Event, **of_type)),
            (gettext("Postbacks"), list_url(PostbackRule, **of_type)),
        ]
        if signed_in(request).affiliate_id is None:
            tabs.insert(1, (gettext("On offers"), list_url(OfferEvent, **of_type)))
        return tabs

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """List below the form who is told when the event happens (R180, R181)."""
        obj = kwargs.get("obj")
        if obj is not None:
            context |= _told(obj, signed_in(request))
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: EventType, form: Any, change: bool
    ) -> None:
        """Keep a former name in use, and say what the names and flags now mean."""
        former = form.initial.get("name", "") if change else ""
        if former not in ("", obj.name, *obj.aliases):
            obj.aliases = [*obj.aliases, former]
        obj.aliases = [name for name in obj.aliases if name != obj.name]
        super().save_model(request, obj, form, change)
        if former not in ("", obj.name):
            _tell_of_rename(request, obj, former)
        _warn_of_namesakes(request, obj)
        warn_of_two(request, obj, Offer.objects.order_by("name"))

    @admin.display(description=_("flags"))
    def flags(self, obj: EventType) -> SafeString:
        """Show what is special about the event (R175 to R177)."""
        found = [
            (gettext("conversion"), "ok", gettext("Counts as the primary conversion"))
            if obj.is_conversion
            else None,
            (
                gettext("affiliate conversion"),
                "",
                gettext("Postbacks on conversions fire"),
            )
            if obj.is_affiliate_conversion
            else None,
            (gettext("multi-trigger"), "", obj.get_repeat_policy_display())
            if obj.repeat_policy != RepeatPolicy.ONCE_PER_TRANSACTION
            else None,
        ]
        return format_html_join(" ", "{}", ((badge(*flag),) for flag in found if flag))

    @admin.display(description="")
    def links(self, obj: EventType) -> SafeString:
        """Link to the events of this type (R200)."""
        url = list_url(Event, event_type__id__exact=obj.pk)
        return format_html('<a href="{}">{}</a>', url, gettext("View logs"))


def _told(event_type: EventType, user: User) -> dict[str, Any]:
    """Return the postbacks that react to this event type by its own trigger."""
    rules = (
        PostbackRule.objects.visible_to(user)
        .unarchived()
        .filter(trigger=TriggerKind.EVENT, event_type=event_type)
        .select_related("offer")
        .order_by("-pk")
    )
    may_add = user.has_perm("postbacks.add_postbackrule")
    may_change = user.has_perm("postbacks.change_postbackrule")
    found = list(rules[: RULES_SHOWN + 1])
    return {
        "rules": [
            {
                "rule": rule,
                "url": change_url(rule),
                "status": rule_words.status_badge(rule),
                "settings": rule_words.action_settings(rule),
                "test_url": page_url(rule, "send-test") if may_change else "",
            }
            for rule in found[:RULES_SHOWN]
        ],
        "all_rules_url": list_url(PostbackRule, event_type__id__exact=event_type.pk)
        if len(found) > RULES_SHOWN
        else "",
        "add_rule_url": add_url(
            PostbackRule,
            trigger=TriggerKind.EVENT,
            action="ping_url",
            event_type=event_type.pk,
        )
        if may_add
        else "",
    }


def _tell_of_rename(request: HttpRequest, obj: EventType, former: str) -> None:
    """Say what goes on with the former name, and what does not (R174)."""
    messages.success(
        request,
        gettext(
            "«%(former)s» is called «%(name)s» now. Reports of «%(former)s» are still "
            "accepted: it is one of its former names."
        )
        % {"former": former, "name": obj.name},
    )
    waiting = RuleCustomEvent.objects.filter(name=former, rule__archived_at=None)
    numbers = [f"#{pk}" for pk in waiting.values_list("rule", flat=True)[:RULES_SHOWN]]
    if numbers:
        messages.warning(
            request,
            gettext(
                "Postbacks that name «%(former)s» as a custom event no longer fire: "
                "%(numbers)s. Write «%(name)s» there."
            )
            % {"former": former, "name": obj.name, "numbers": ", ".join(numbers)},
        )


def _warn_of_namesakes(request: HttpRequest, obj: EventType) -> None:
    """Warn of names that differ only in case, or that another type was called."""
    similar = Q(name__iexact=obj.name) | Q(aliases__contains=[obj.name])
    for other in EventType.objects.filter(similar).exclude(pk=obj.pk):
        if obj.name in other.aliases:
            messages.warning(
                request,
                gettext(
                    "«%(name)s» is a former name of «%(other)s». On offers that have "
                    "both, reports of it count as «%(name)s» now."
                )
                % {"name": obj.name, "other": other.name},
            )
        else:
            messages.warning(
                request,
                gettext(
                    "«%(other)s» differs only in case from «%(name)s». Names match "
                    "exactly: make sure that senders know which one to use."
                )
                % {"name": obj.name, "other": other.name},
            )
