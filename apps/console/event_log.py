"""The event log: every accepted event, newest first; a row opens its trace."""

from collections import Counter
from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery, Value
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.console.event_statuses import StatusFilter
from apps.console.people import signed_in
from apps.console.trace import trace, trace_sections
from apps.console.transactions import transactions_named
from apps.core.adminkit.exporting import Column, ExportAdmin
from apps.core.adminkit.pages import FactsAdmin, Section
from apps.core.adminkit.paging import (
    LOOKED_AT_NOTE,
    LogChoicesFilter,
    LogRangeFilter,
)
from apps.core.adminkit.showing import NOTHING, badge, moment_column
from apps.deliveries.models import Delivery
from apps.deliveries.states import DeliveryState
from apps.tracking.models import Event, Lead

BAD = (DeliveryState.FAILED, DeliveryState.HELD)


@admin.register(Event)
class EventLogAdmin(ExportAdmin, FactsAdmin):
    """Every accepted event (R199 to R207)."""

    list_title = "Event log"
    facts_template = "console/trace.html"
    list_display = (
        moment_column("received_at", "timestamp"),
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
        ("Failed", "sent=failed"),
        ("Held", "sent=held"),
        ("Waiting", "sent=waiting"),
        ("No postback", "sent=none"),
    )
    list_select_related = ("offer", "event_type")
    search_fields = ("transaction_id",)
    search_help_text = "Transaction or lead id"
    empty = (
        "No events yet.",
        "Events appear here as soon as a sender reports them to a postback URL.",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Bring the lead and the visible deliveries along: one query for the page."""
        user = signed_in(request)
        deliveries = Delivery.objects.visible_to(user).only(
            "event_id", "state", "response_status"
        )
        leads = Lead.objects.visible_to(user).filter(
            offer=OuterRef("offer"), transaction_id=OuterRef("transaction_id")
        )
        events: QuerySet[Any] = super().get_queryset(request)
        may_see_leads = user.has_perm("tracking.view_lead")
        lead = Subquery(leads.values("public_id")[:1]) if may_see_leads else Value("")
        with_leads: QuerySet[Any] = events.annotate(lead=lead)
        return with_leads.prefetch_related(
            Prefetch("deliveries", deliveries, to_attr="visible_deliveries")
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
        staff_only = {"revenue"} if signed_in(request).affiliate_id else set()
        return [column for column in EXPORTED if column[0] not in staff_only]

    def sections(self, request: HttpRequest, obj: Event) -> list[Section]:
        """Return the facts of the event and what it carried."""
        return trace_sections(obj, signed_in(request))

    def more_context(self, request: HttpRequest, obj: Event) -> dict[str, Any]:
        """Add what became of it: the conversion's changes and every rule's verdict."""
        return trace(obj, signed_in(request))

    @admin.display(description="event")
    def event(self, obj: Event) -> str:
        """Return the name as reported."""
        return obj.display_name

    @admin.display(description="lead / transaction")
    def lead_or_transaction(self, obj: Any) -> SafeString | str:
        """Return the transaction, and the lead if there is one (R204)."""
        if not obj.lead:
            return str(obj.transaction_id)
        return format_html(
            '{} <small class="quiet">lead {}</small>', obj.transaction_id, obj.lead
        )

    @admin.display(description="campaign")
    def campaign(self, obj: Event) -> str:
        """Return the offer (R205)."""
        return str(obj.offer)

    @admin.display(description="status")
    def sent(self, obj: Any) -> SafeString:
        """Return how many postbacks were sent (R206)."""
        states = _states(obj)
        if not states:
            return badge("no postback", "off")
        done, total = states[DeliveryState.DELIVERED], states.total()
        colour = "ok" if done == total else "wait"
        if any(states[state] for state in BAD):
            colour = "bad"
        return badge(f"{done} of {total} sent", colour)

    @admin.display(description="response code")
    def code(self, obj: Any) -> str:
        """Return the partners' response codes (R207)."""
        return _codes(obj) or NOTHING


def _states(event: Any) -> Counter[str]:
    return Counter(delivery.state for delivery in event.visible_deliveries)


def _codes(event: Any) -> str:
    codes = {delivery.response_status for delivery in event.visible_deliveries}
    return ", ".join(str(code) for code in sorted(codes - {None}))


EXPORTED: tuple[Column, ...] = (
    ("timestamp", lambda event: event.received_at),
    ("happened", lambda event: event.occurred_at),
    ("event id", lambda event: event.pk),
    ("event", lambda event: event.display_name),
    ("category", lambda event: event.get_category_display()),
    ("transaction", lambda event: event.transaction_id),
    ("lead", lambda event: event.lead),
    ("campaign", lambda event: event.offer.name),
    ("source", lambda event: event.get_source_display()),
    ("postbacks sent", lambda event: _states(event)[DeliveryState.DELIVERED]),
    ("postbacks", lambda event: _states(event).total()),
    ("response codes", _codes),
    ("sale amount", lambda event: event.sale_amount),
    ("sale currency", lambda event: event.sale_currency),
    ("payout", lambda event: event.payout),
    ("revenue", lambda event: event.revenue),
    ("currency", lambda event: event.currency),
    ("order", lambda event: event.order_id),
)
"""What is exported. Payloads hold personal data; they stay on the screen."""
