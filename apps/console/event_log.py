"""The event log: every accepted event, newest first; a row opens its trace."""

from collections import Counter
from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString

from apps.console.people import signed_in
from apps.console.trace import trace, trace_sections
from apps.core.adminkit.pages import FactsAdmin, Section
from apps.core.adminkit.ranges import LogRangeFilter
from apps.core.adminkit.showing import NOTHING, badge, moment_column
from apps.deliveries.models import Delivery
from apps.deliveries.states import DeliveryState
from apps.tracking.models import Event

BAD = (DeliveryState.FAILED, DeliveryState.HELD)


@admin.register(Event)
class EventLogAdmin(FactsAdmin):
    """Every accepted event (R199 to R207)."""

    list_title = "Event log"
    facts_template = "console/trace.html"
    list_display = (
        moment_column("received_at", "timestamp"),
        "event",
        "transaction_id",
        "offer",
        "source",
        "sent",
        "code",
    )
    list_filter = (
        ("received_at", LogRangeFilter),
        "offer",
        "event_type",
        "category",
        "source",
    )
    list_select_related = ("offer", "event_type")
    search_fields = ("transaction_id__exact",)
    search_help_text = "Transaction id"
    empty = (
        "No events yet.",
        "Events appear here as soon as a sender reports them to a postback URL.",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Bring the visible deliveries along: one query for the page."""
        deliveries = Delivery.objects.visible_to(signed_in(request)).only(
            "event_id", "state", "response_status"
        )
        events = super().get_queryset(request)
        return events.prefetch_related(
            Prefetch("deliveries", deliveries, to_attr="visible_deliveries")
        )

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

    @admin.display(description="status")
    def sent(self, obj: Any) -> SafeString:
        """Return how many postbacks were sent (R206)."""
        states = Counter(delivery.state for delivery in obj.visible_deliveries)
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
        codes = {d.response_status for d in obj.visible_deliveries} - {None}
        return ", ".join(str(code) for code in sorted(codes)) or NOTHING
