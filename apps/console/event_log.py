"""The event log, and the trace: what became of one event and why."""

import json
from collections import Counter
from typing import Any

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.console.activity import LogAdmin
from apps.core.adminkit.pages import render_page
from apps.core.adminkit.ranges import RangeFilter
from apps.deliveries.models import Attempt, Delivery
from apps.deliveries.states import DeliveryState, HeldReason
from apps.postbacks.explain import explain_event
from apps.tracking.models import Event

BADGES = {
    DeliveryState.DELIVERED: "ok",
    DeliveryState.FAILED: "bad",
    DeliveryState.HELD: "bad",
    DeliveryState.RETRYING: "wait",
    DeliveryState.PENDING: "wait",
    DeliveryState.SENDING: "wait",
}


def badge_of(state: str) -> str:
    """Return the colour of a delivery's state."""
    return BADGES.get(DeliveryState(state), "off")


def reason_in_words(delivery: Delivery) -> str:
    """Return why a delivery waits or was not sent."""
    if delivery.reason in HeldReason.values:
        return str(HeldReason(delivery.reason).label)
    return delivery.reason.replace("_", " ") or delivery.message


@admin.register(Event)
class EventLogAdmin(LogAdmin):
    """Every accepted event, newest first; a row opens its trace."""

    list_display = (
        "received_at",
        "event",
        "transaction_id",
        "offer",
        "source",
        "sent",
        "code",
    )
    list_display_links = ("received_at", "event")
    list_filter = (
        ("received_at", RangeFilter),
        "source",
        "offer",
        "event_type",
        "category",
    )
    list_select_related = ("offer", "event_type")
    search_fields = ("=transaction_id",)
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Bring the visible deliveries along: one query for the page."""
        deliveries = Delivery.objects.visible_to(request.user).only(
            "event_id", "state", "response_status"
        )
        return (
            super()
            .get_queryset(request)
            .prefetch_related(
                Prefetch("deliveries", deliveries, to_attr="visible_deliveries")
            )
        )

    @admin.display(description="event")
    def event(self, obj: Event) -> str:
        """Return the name as reported."""
        return obj.display_name

    @admin.display(description="status")
    def sent(self, obj: Any) -> SafeString:
        """Return how many postbacks were sent (R206)."""
        states = Counter(delivery.state for delivery in obj.visible_deliveries)
        if not states:
            return format_html('<span class="badge off">{}</span>', "no postback")
        done = states[DeliveryState.DELIVERED]
        colour = "ok" if done == states.total() else "wait"
        if states[DeliveryState.FAILED] or states[DeliveryState.HELD]:
            colour = "bad"
        return format_html(
            '<span class="badge {}">{} of {} sent</span>', colour, done, states.total()
        )

    @admin.display(description="response code")
    def code(self, obj: Any) -> str:
        """Return the partners' response codes (R207)."""
        codes = {d.response_status for d in obj.visible_deliveries}
        return ", ".join(str(code) for code in sorted(codes - {None}))

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the trace instead of a form."""
        event = self.get_object(request, object_id)
        if event is None or not self.has_view_permission(request, event):
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        page = {
            "template": "console/trace.html",
            "facts": _facts(event),
            "payload": json.dumps(
                {**event.params, **event.fields}, indent=2, ensure_ascii=False
            ),
            "changes": event.changes.all(),
            "rows": _rows(event, request.user),
        }
        return render_page(self, request, page, title="Trace", original=event)


def _facts(event: Event) -> list[tuple[str, Any]]:
    return [
        ("Received", f"{event.received_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("Happened", f"{event.occurred_at:%Y-%m-%d %H:%M:%S} UTC"),
        ("Event", event.display_name),
        ("Category", event.get_category_display()),
        ("Transaction", event.transaction_id),
        ("Offer", event.offer),
        ("Affiliate", event.affiliate or "organic"),
        ("Goal", event.goal),
        ("Source", event.get_source_display()),
        ("Order", event.order_id or None),
        ("Sale", _money(event.sale_amount, event.sale_currency)),
        ("Revenue", _money(event.revenue, event.currency)),
        ("Payout", _money(event.payout, event.currency)),
    ]


def _money(amount: Any, currency: str) -> str | None:
    return None if amount is None else f"{amount.normalize():f} {currency}"


def _rows(event: Event, user: Any) -> list[dict[str, Any]]:
    """Return each visible rule's verdict with the delivery it led to."""
    attempts = Prefetch("attempt_log", Attempt.objects.order_by("number"))
    deliveries = {
        (delivery.rule_id, delivery.trigger_id): delivery
        for delivery in Delivery.objects.visible_to(user)
        .filter(event=event, kind="live")
        .prefetch_related(attempts)
    }
    rows = []
    for explanation in explain_event(event):
        rule = explanation.rule
        if user.affiliate_id and rule.owner_affiliate_id != user.affiliate_id:
            continue
        delivery = deliveries.get((rule.pk, explanation.trigger.id))
        rows.append(
            {
                "explanation": explanation,
                "delivery": delivery,
                "badge": badge_of(delivery.state) if delivery else "",
                "reason": reason_in_words(delivery) if delivery else "",
            }
        )
    return rows
