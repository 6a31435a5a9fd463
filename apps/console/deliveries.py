"""Deliveries: what is on its way, what waits for a person, what happened."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.console.delivery_acts import ACTS, Act
from apps.console.delivery_export import EXPORTED
from apps.console.delivery_words import reason_in_words, state_badge, transaction_of
from apps.console.lost import LostFilter
from apps.console.own_rules import of_own_rules
from apps.console.people import signed_in
from apps.console.personal import mask_for_delivery
from apps.console.trace import shown_attempts
from apps.console.transactions import deliveries_named
from apps.core.adminkit.addresses import change_url, page_url
from apps.core.adminkit.pages import FactsAdmin, Section
from apps.core.adminkit.paging import LogRangeFilter
from apps.core.adminkit.showing import NOTHING, link, moment, moment_column
from apps.deliveries import services
from apps.deliveries.attempt_log import load_attempts
from apps.deliveries.models import Delivery
from apps.deliveries.states import DeliveryState
from apps.deliveries.waiting import why_it_waits
from apps.tracking.personal import BY_FORM

RESENT_AT_ONCE = 1_000
TOO_MANY = _(
    "More than %(limit)s are sent again by a replay: choose «Replay all that match the "
    "filters …». It counts first and shows its progress."
)
REPLAYED_FILTERS = {
    "state__exact": "states",
    "rule__id__exact": "rule",
    "offer__id__exact": "offer",
    "destination__id__exact": "destination",
}
"""Filters of the list, and what they are called in a replay."""

DUE_STATES = (DeliveryState.PENDING, DeliveryState.RETRYING)


@admin.register(Delivery)
class DeliveryAdmin(FactsAdmin):
    """One rule told of one trigger."""

    facts_template = "console/delivery.html"
    list_display = (
        moment_column("created_at", _("planned")),
        "postback",
        "transaction",
        "offer",
        "state_badge",
        "tries",
        "code",
        moment_column("due_at", _("due")),
        "said",
    )
    list_filter = (
        ("created_at", LogRangeFilter),
        "state",
        "kind",
        "offer",
        "rule",
        LostFilter,
    )
    list_select_related = ("rule", "offer", "event", "conversion")
    page_related = (
        *list_select_related,
        *("affiliate", "revision", "destination", "event__click"),
    )
    search_fields = ("event__transaction_id",)
    search_help_text = _("Transaction, lead or delivery id")
    actions = ("resend_selected", "replay_matching")
    quick_views = (
        (_("Failed"), "state__exact=failed"),
        (_("Held"), "state__exact=held"),
        (_("Retrying"), "state__exact=retrying"),
        (_("Pending"), "state__exact=pending"),
        (_("Delivered"), "state__exact=delivered"),
    )
    export_columns = EXPORTED
    empty = (
        _("No deliveries yet."),
        _("They are planned when an event matches a postback."),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Name an affiliate's postbacks."""
        return of_own_rules(super().get_queryset(request), signed_in(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find a delivery, or those of a transaction or a lead."""
        text = search_term.strip()
        if not text:
            return queryset, False
        return deliveries_named(queryset, text, signed_in(request)), False

    # --- doing something

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Let those act who may change deliveries."""
        return signed_in(request).has_perm("deliveries.change_delivery")

    @admin.action(description=_("Resend selected deliveries now"), permissions=["act"])
    def resend_selected(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Send several again."""
        ids = list(queryset.values_list("pk", flat=True)[: RESENT_AT_ONCE + 1])
        if len(ids) > RESENT_AT_ONCE:
            limit = f"{RESENT_AT_ONCE:,}"
            messages.warning(request, TOO_MANY % {"limit": limit})
            return
        count = services.resend(
            delivery_ids=ids, now=timezone.now(), author=signed_in(request)
        )
        left = len(ids) - count
        told = ngettext(
            "%(count)s delivery will be sent again; %(left)s were left alone.",
            "%(count)s deliveries will be sent again; %(left)s were left alone.",
            count,
        )
        messages.success(request, told % {"count": count, "left": left})

    @admin.action(
        description=_("Replay all that match the filters …"), permissions=["act"]
    )
    def replay_matching(self, request: HttpRequest, queryset: QuerySet[Any]) -> Any:
        """Prepare a replay of what the list shows, on all of its pages."""
        given = {
            name: request.GET[key]
            for key, name in REPLAYED_FILTERS.items()
            if request.GET.get(key)
        }
        add = reverse("admin:deliveries_replay_add")
        return HttpResponseRedirect(f"{add}?{urlencode(given)}")

    def get_urls(self) -> list[URLPattern]:
        """Add the address that the buttons post to."""
        act = self.admin_site.admin_view(self.act_view)
        own = path("<uuid:object_id>/act/", act, name="deliveries_delivery_act")
        return [own, *super().get_urls()]

    def act_view(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        """Do what a button says."""
        if not self.has_act_permission(request):
            raise PermissionDenied
        delivery = self.get_object(request, str(object_id))
        if delivery is None:
            return self.not_found(request, str(object_id))
        asked = request.POST.get("what", "") if request.method == "POST" else ""
        for act in ACTS:
            if act.name == asked:
                self._do(request, delivery, act)
        return HttpResponseRedirect(change_url(delivery))

    def _do(self, request: HttpRequest, delivery: Delivery, act: Act) -> None:
        done = act.service(
            delivery_ids=[delivery.pk], now=timezone.now(), author=signed_in(request)
        )
        if done:
            messages.success(request, act.done)
        else:
            messages.warning(
                request, gettext("It changed in the meantime; nothing was done.")
            )

    # --- the page

    def heading(self, obj: Any) -> str:
        """Name the postback and what it is about."""
        return gettext("Delivery of %(postback)s · %(transaction)s") % {
            "postback": f"#{obj.rule_id} {obj.rule}",
            "transaction": transaction_of(obj),
        }

    def sections(self, request: HttpRequest, obj: Delivery) -> list[Section]:
        """Return what it is about and how it stands."""
        user = signed_in(request)
        mask = mask_for_delivery(user, obj)
        is_due = obj.state in DUE_STATES
        what = (
            (gettext("Postback"), link(obj.rule, user, f"#{obj.rule_id} {obj.rule}")),
            (gettext("Revision"), obj.revision.number),
            (gettext("Trigger"), obj.get_trigger_type_display()),
            (gettext("Event"), link(obj.event, user)),
            (gettext("Conversion"), link(obj.conversion, user)),
            (gettext("Transaction"), transaction_of(obj) or NOTHING),
            (gettext("Offer"), link(obj.offer, user)),
            (
                gettext("Affiliate"),
                link(obj.affiliate, user) if obj.affiliate else gettext("organic"),
            ),
            (gettext("Replay"), _replay(obj, user)),
        )
        how = (
            (gettext("State"), state_badge(obj)),
            (gettext("Why"), mask.sentence(reason_in_words(obj)) or NOTHING),
            (gettext("Waits"), why_it_waits(obj, timezone.now()) or NOTHING),
            (gettext("Destination"), link(obj.destination, user)),
            (gettext("Planned"), moment(obj.created_at)),
            (gettext("Next attempt"), moment(obj.due_at) if is_due else NOTHING),
            (gettext("Finished"), moment(obj.finished_at)),
            (gettext("Attempts"), obj.attempts),
            (gettext("Response code"), obj.response_status or NOTHING),
        )
        return [Section(gettext("What"), what), Section(gettext("How it stands"), how)]

    def more_context(self, request: HttpRequest, obj: Delivery) -> dict[str, Any]:
        """Add the attempts, and the buttons that the state allows."""
        load_attempts([obj])
        mask = mask_for_delivery(signed_in(request), obj)
        may_act = self.has_act_permission(request)
        return {
            "attempts": shown_attempts(obj, mask),
            "acts": [act for act in ACTS if may_act and obj.state in act.states],
            "act_url": page_url(obj, "act"),
        }

    # --- the list

    @admin.display(description=_("postback"))
    def postback(self, obj: Delivery) -> str:
        """Return number and name of the rule."""
        return f"#{obj.rule_id} {obj.rule.name}".strip()

    @admin.display(description=_("transaction"))
    def transaction(self, obj: Delivery) -> str:
        """Return the transaction of the event or the conversion."""
        return transaction_of(obj)

    @admin.display(description=_("state"))
    def state_badge(self, obj: Delivery) -> SafeString:
        """Show the state as a badge with its reason."""
        return state_badge(obj)

    @admin.display(description=_("message"))
    def said(self, obj: Delivery) -> str:
        """Return what happened last; a list shows no personal data to anybody."""
        return BY_FORM.sentence(obj.message)

    @admin.display(description=_("tries"))
    def tries(self, obj: Delivery) -> int:
        """Return how often it was tried."""
        return obj.attempts

    @admin.display(description=_("code"))
    def code(self, obj: Delivery) -> str:
        """Return the partner's last response code."""
        return str(obj.response_status or NOTHING)


def _replay(delivery: Delivery, user: User) -> str:
    """Return the replay it came from; affiliates learn only that there was one."""
    if delivery.replay is None:
        return NOTHING
    return link(delivery.replay, user) if user.affiliate_id is None else gettext("yes")
