"""The event log: every accepted event, newest first; a row opens its trace."""

from collections import Counter
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery, Value
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.console.event_statuses import StatusFilter
from apps.console.people import signed_in
from apps.console.trace import trace, trace_sections
from apps.console.transactions import transactions_named
from apps.core.adminkit.exporting import Column
from apps.core.adminkit.pages import FactsAdmin, Section
from apps.core.adminkit.paging import (
    LOOKED_AT_NOTE,
    LogChoicesFilter,
    LogRangeFilter,
)
from apps.core.adminkit.showing import NOTHING, badge, moment_column
from apps.deliveries.models import Delivery
from apps.deliveries.states import DeliveryKind, DeliveryState
from apps.tracking.models import Event, Lead

BAD = (DeliveryState.FAILED, DeliveryState.HELD)


@admin.register(Event)
class EventLogAdmin(FactsAdmin):
    """Every accepted event (R199 to R207)."""

    list_title = _("Event log")
    facts_template = "console/trace.html"
    list_display = (
        moment_column("received_at", _("timestamp")),
        "event",
        "lead_or_transaction",
        "campaign",
        "source",
        "sent",
        "code",
    )
    list_filter = (
        ("received_at", LogRangeFilter),
        "offer",
        "event_type",
        ("category", LogChoicesFilter),
        ("source", LogChoicesFilter),
        StatusFilter,
    )
    quick_views = (
        (_("Failed"), "sent=failed"),
        (_("Held"), "sent=held"),
        (_("Waiting"), "sent=waiting"),
        (_("No postback"), "sent=none"),
    )
    list_select_related = ("offer", "event_type")
    page_related = ("offer", "event_type", "affiliate", "goal", "click", "conversion")
    search_fields = ("transaction_id",)
    search_help_text = _("Transaction or lead id")
    empty = (
        _("No events yet."),
        _("Events appear here as soon as a sender reports them to a postback URL."),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Bring the lead and the visible deliveries along: one query for the page.

        Tests do not count: nobody is told of an event by trying a postback on it.
        """
        user = signed_in(request)
        deliveries = Delivery.objects.visible_to(user).exclude(kind=DeliveryKind.TEST)
        leads = Lead.objects.visible_to(user).filter(
            offer=OuterRef("offer"), transaction_id=OuterRef("transaction_id")
        )
        events: QuerySet[Any] = super().get_queryset(request)
        may_see_leads = user.has_perm("tracking.view_lead")
        lead = Subquery(leads.values("public_id")[:1]) if may_see_leads else Value("")
        with_leads: QuerySet[Any] = events.annotate(lead=lead)
        return with_leads.prefetch_related(
            Prefetch(
                "deliveries",
                deliveries.only("event_id", "state", "response_status"),
                to_attr="visible_deliveries",
            )
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """Find the events of a transaction, or of a lead's."""
        text = search_term.strip()
        if not text:
            return queryset, False
        names = transactions_named(text, signed_in(request))
        return queryset.filter(transaction_id__in=names), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Say how far the list looks where it does not look at everything."""
        given = request.GET
        is_bounded = given.get("sent") in ("all", "none") or any(
            given.get(f"{name}__exact") for name in ("category", "source")
        )
        note = LOOKED_AT_NOTE if is_bounded else ""
        return super().changelist_view(
            request, {"list_note": note, **(extra_context or {})}
        )

    def columns_for(self, request: HttpRequest) -> list[Column]:
        """Return what is exported: no payload, and no revenue for affiliates."""
        hidden = REVENUE if signed_in(request).affiliate_id else None
        return [column for column in EXPORTED if column is not hidden]

    def sections(self, request: HttpRequest, obj: Event) -> list[Section]:
        """Return the facts of the event and what it carried."""
        return trace_sections(obj, signed_in(request))

    def more_context(self, request: HttpRequest, obj: Event) -> dict[str, Any]:
        """Add what became of it: the conversion's changes and every rule's verdict."""
        return trace(obj, signed_in(request))

    @admin.display(description=_("event"))
    def event(self, obj: Event) -> str:
        """Return the name as reported."""
        return obj.display_name

    @admin.display(description=_("lead / transaction"))
    def lead_or_transaction(self, obj: Any) -> SafeString | str:
        """Return the transaction, and the lead if there is one (R204)."""
        if not obj.lead:
            return str(obj.transaction_id)
        lead = gettext("lead %(lead)s") % {"lead": obj.lead}
        return format_html(
            '{} <small class="quiet">{}</small>', obj.transaction_id, lead
        )

    @admin.display(description=_("campaign"))
    def campaign(self, obj: Event) -> str:
        """Return the offer (R205)."""
        return str(obj.offer)

    @admin.display(description=_("status"))
    def sent(self, obj: Any) -> SafeString:
        """Return how many postbacks were sent (R206)."""
        states = _states(obj)
        if not states:
            return badge(gettext("no postback"), "off")
        done, total = states[DeliveryState.DELIVERED], states.total()
        colour = "ok" if done == total else "wait"
        if any(states[state] for state in BAD):
            colour = "bad"
        words = gettext("%(done)s of %(total)s sent") % {"done": done, "total": total}
        return badge(words, colour)

    @admin.display(description=_("response code"))
    def code(self, obj: Any) -> str:
        """Return the partners' response codes (R207)."""
        return _codes(obj) or NOTHING


def _states(event: Any) -> Counter[str]:
    return Counter(delivery.state for delivery in event.visible_deliveries)


def _codes(event: Any) -> str:
    codes = {delivery.response_status for delivery in event.visible_deliveries}
    return ", ".join(str(code) for code in sorted(codes - {None}))


REVENUE: Column = (_("revenue"), lambda event: event.revenue)
"""Not for affiliates."""

EXPORTED: tuple[Column, ...] = (
    (_("timestamp"), lambda event: event.received_at),
    (_("happened"), lambda event: event.occurred_at),
    (_("event id"), lambda event: event.pk),
    (_("event"), lambda event: event.display_name),
    (_("category"), lambda event: event.get_category_display()),
    (_("transaction"), lambda event: event.transaction_id),
    (_("lead"), lambda event: event.lead),
    (_("campaign"), lambda event: event.offer.name),
    (_("source"), lambda event: event.get_source_display()),
    (_("postbacks sent"), lambda event: _states(event)[DeliveryState.DELIVERED]),
    (_("postbacks"), lambda event: _states(event).total()),
    (_("response codes"), _codes),
    (_("sale amount"), lambda event: event.sale_amount),
    (_("sale currency"), lambda event: event.sale_currency),
    (_("payout"), lambda event: event.payout),
    REVENUE,
    (_("currency"), lambda event: event.currency),
    (_("order"), lambda event: event.order_id),
)
"""What is exported. Payloads hold personal data; they stay on the screen."""
