"""Conversions: outcomes of transactions, and the change of their status by hand."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.safestring import SafeString

from apps.console.delivery_lookups import of_changes
from apps.console.delivery_words import STATE_COLOURS
from apps.console.people import signed_in
from apps.core.adminkit.addresses import change_url, list_url
from apps.core.adminkit.pages import FactsAdmin, Page, PageResult, Section
from apps.core.adminkit.ranges import LogRangeFilter
from apps.core.adminkit.showing import (
    NOTHING,
    badge,
    link,
    moment,
    moment_column,
    money,
)
from apps.deliveries.models import Delivery
from apps.ingest.conversions import ForbiddenMoveError, Move, move_conversion
from apps.tracking.models import Conversion, ConversionChange, Event
from apps.tracking.statuses import STATUS_MOVES, ConversionStatus, Source

COLOURS = {
    ConversionStatus.APPROVED: "ok",
    ConversionStatus.REJECTED: "bad",
    ConversionStatus.PENDING: "wait",
    ConversionStatus.HOLD: "wait",
}


class StatusChangeForm(forms.Form):
    """Where the conversion goes, why, and whether partners are told."""

    status = forms.ChoiceField()
    reason = forms.CharField(max_length=200, help_text="Kept with the change.")
    fires_postbacks = forms.BooleanField(
        required=False,
        initial=True,
        label="Fire postbacks",
        help_text="Off: the change is stored, and nobody is told.",
    )

    def __init__(self, conversion: Conversion, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        status = self.fields["status"]
        if isinstance(status, forms.ChoiceField):
            moves = sorted(STATUS_MOVES[conversion.status])
            status.choices = [(move, ConversionStatus(move).label) for move in moves]


def change_status(
    model_admin: Any, request: HttpRequest, obj: Conversion
) -> PageResult:
    """Change the status of a conversion by hand."""
    form = StatusChangeForm(obj, request.POST or None)
    if not form.is_valid():
        return {
            "form": form,
            "intro": f"It is {obj.get_status_display().lower()} now.",
            "submit_label": "Change status",
        }
    values = form.cleaned_data
    move = Move(source=Source.MANUAL.value, actor=signed_in(request), **values)
    try:
        change = move_conversion(obj.pk, move, timezone.now())
    except ForbiddenMoveError as error:
        messages.error(request, str(error))
        return HttpResponseRedirect(change_url(obj))
    label = ConversionStatus(values["status"]).label.lower()
    queued = Delivery.objects.filter(trigger_id=change.pk).count() if change else 0
    messages.success(
        request, f"The conversion is {label}; {queued} postbacks are on their way."
    )
    return HttpResponseRedirect(change_url(obj))


@admin.register(Conversion)
class ConversionAdmin(FactsAdmin):
    """Outcomes of transactions."""

    facts_template = "console/conversion.html"
    list_display = (
        moment_column("occurred_at", "happened"),
        "transaction_id",
        "offer",
        "event",
        "affiliate",
        "status_badge",
        "paid",
    )
    list_filter = (("created_at", LogRangeFilter), "status", "offer", "affiliate")
    list_select_related = ("offer", "event_type", "affiliate")
    search_fields = ("transaction_id__exact", "order_id__exact")
    search_help_text = "Transaction or order id"
    quick_views = (
        ("Approved", "status__exact=approved"),
        ("Pending", "status__exact=pending"),
        ("On hold", "status__exact=hold"),
        ("Rejected", "status__exact=rejected"),
    )
    empty = ("No conversions yet.", "They are made by the events that senders report.")
    pages = (Page("status", "Change status", "change", change_status),)

    def related_tabs(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return the lists that belong to a transaction."""
        return [("Events", list_url(Event, q=obj.transaction_id))]

    def sections(self, request: HttpRequest, obj: Conversion) -> list[Section]:
        """Return what was sold, to whom it counts, and what it pays."""
        user = signed_in(request)
        goal = obj.goal
        if goal is not None and goal.is_private and user.affiliate_id is not None:
            goal = None
        facts = (
            ("Status", self.status_badge(obj)),
            ("Reason", obj.status_reason or NOTHING),
            ("On hold until", moment(obj.hold_until) if obj.hold_until else NOTHING),
            ("Happened", moment(obj.occurred_at)),
            ("Event", self.event(obj)),
            ("Transaction", obj.transaction_id),
            ("Click", link(obj.click, user, obj.transaction_id)),
            ("Offer", link(obj.offer, user)),
            ("Affiliate", link(obj.affiliate, user) if obj.affiliate else "organic"),
            ("Goal", goal.name if goal else NOTHING),
            ("Order", obj.order_id or NOTHING),
            ("Payable", "yes" if obj.is_payable else "no"),
        )
        amounts = [
            ("Sale", money(obj.sale_amount, obj.sale_currency)),
            ("Payout", money(obj.payout, obj.currency)),
        ]
        if user.affiliate_id is None:
            amounts.insert(1, ("Revenue", money(obj.revenue, obj.currency)))
        return [Section("Conversion", facts), Section("Money", tuple(amounts))]

    def more_context(self, request: HttpRequest, obj: Conversion) -> dict[str, Any]:
        """Add every change of the status with the postbacks it led to."""
        user = signed_in(request)
        actors = Prefetch("actor")
        changes = list(obj.changes.prefetch_related(actors).order_by("number"))
        deliveries = of_changes(Delivery.objects.visible_to(user), changes)
        by_trigger: dict[Any, list[Delivery]] = {}
        for delivery in deliveries.select_related("rule").order_by("id"):
            by_trigger.setdefault(delivery.trigger_id, []).append(delivery)
        return {
            "changes": [_shown(c, by_trigger.get(c.pk, []), user) for c in changes],
        }

    @admin.display(description="event")
    def event(self, obj: Conversion) -> str:
        """Return the event, or that it is the base conversion."""
        return str(obj.event_type or "base conversion")

    @admin.display(description="status")
    def status_badge(self, obj: Conversion) -> SafeString:
        """Show the status as a badge."""
        colour = COLOURS[ConversionStatus(obj.status)]
        return badge(obj.get_status_display(), colour, obj.status_reason)

    @admin.display(description="payout")
    def paid(self, obj: Conversion) -> str:
        """Return what the affiliate is paid."""
        return money(obj.payout, obj.currency)


def _shown(
    change: ConversionChange, deliveries: list[Delivery], user: Any
) -> dict[str, Any]:
    actor = change.actor
    if actor is not None and user.affiliate_id not in (None, actor.affiliate_id):
        told = "staff"
    else:
        told = str(actor) if actor else change.get_source_display()
    return {
        "change": change,
        "who": told,
        "deliveries": [(d, STATE_COLOURS.get(d.state, "off")) for d in deliveries],
    }
