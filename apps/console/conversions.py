"""Conversions: outcomes of transactions, and the change of their status by hand."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.console.conversion_status import change_status
from apps.console.delivery_words import STATE_COLOURS
from apps.console.people import signed_in
from apps.console.personal import mask_for_transaction
from apps.console.status_words import status_badge, told_by
from apps.core.adminkit.addresses import list_url
from apps.core.adminkit.pages import FactsAdmin, Page, Section
from apps.core.adminkit.paging import LogRangeFilter
from apps.core.adminkit.showing import (
    NOTHING,
    link,
    moment,
    moment_column,
    money,
)
from apps.deliveries.about import PLANNED
from apps.deliveries.models import Delivery
from apps.tracking.models import Conversion, Event


@admin.register(Conversion)
class ConversionAdmin(FactsAdmin):
    """Outcomes of transactions."""

    facts_template = "console/conversion.html"
    list_display = (
        moment_column("occurred_at", _("happened")),
        "transaction_id",
        "offer",
        "event",
        "affiliate",
        "status_badge",
        "paid",
    )
    list_filter = (("created_at", LogRangeFilter), "status", "offer", "affiliate")
    list_select_related = ("offer", "event_type", "affiliate")
    # Not "=": that compares in capitals, for which there is no index.
    search_fields = ("transaction_id__exact", "order_id__exact")
    search_help_text = _("Transaction or order id")
    quick_views = (
        (_("Approved"), "status__exact=approved"),
        (_("Pending"), "status__exact=pending"),
        (_("On hold"), "status__exact=hold"),
        (_("Rejected"), "status__exact=rejected"),
    )
    empty = (
        _("No conversions yet."),
        _("They are made by the events that senders report."),
    )
    pages = (Page("status", _("Change status"), "change", change_status),)

    def related_tabs(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return the lists that belong to a transaction."""
        return [(gettext("Events"), list_url(Event, q=obj.transaction_id))]

    def sections(self, request: HttpRequest, obj: Conversion) -> list[Section]:
        """Return what was sold, to whom it counts, and what it pays."""
        user = signed_in(request)
        mask = mask_for_transaction(user, obj.transaction_id)
        goal = obj.goal
        if goal is not None and goal.is_private and user.affiliate_id is not None:
            goal = None
        facts = (
            (gettext("Status"), self.status_badge(obj)),
            (gettext("Reason"), mask.text(obj.status_reason) or NOTHING),
            (
                gettext("On hold until"),
                moment(obj.hold_until) if obj.hold_until else NOTHING,
            ),
            (gettext("Happened"), moment(obj.occurred_at)),
            (gettext("Event"), self.event(obj)),
            (gettext("Transaction"), obj.transaction_id),
            (gettext("Click"), link(obj.click, user, obj.transaction_id)),
            (gettext("Offer"), link(obj.offer, user)),
            (
                gettext("Affiliate"),
                link(obj.affiliate, user) if obj.affiliate else gettext("organic"),
            ),
            (gettext("Goal"), goal.name if goal else NOTHING),
            (gettext("Order"), obj.order_id or NOTHING),
            (gettext("Payable"), gettext("yes") if obj.is_payable else gettext("no")),
        )
        amounts = [
            (gettext("Sale"), money(obj.sale_amount, obj.sale_currency)),
            (gettext("Payout"), money(obj.payout, obj.currency)),
        ]
        if user.affiliate_id is None:
            amounts.insert(1, (gettext("Revenue"), money(obj.revenue, obj.currency)))
        return [
            Section(gettext("Conversion"), facts),
            Section(gettext("Money"), tuple(amounts)),
        ]

    def more_context(self, request: HttpRequest, obj: Conversion) -> dict[str, Any]:
        """Add every change of the status with the postbacks it led to."""
        user = signed_in(request)
        changes = list(obj.changes.select_related("actor").order_by("number"))
        deliveries = (
            Delivery.objects.visible_to(user)
            # By trigger and kind there is an index; by conversion there is none.
            .filter(trigger_id__in=[change.pk for change in changes])
            .filter(kind__in=PLANNED)
            .select_related("rule")
            .order_by("id")
        )
        by_trigger: dict[Any, list[Delivery]] = {}
        for delivery in deliveries:
            by_trigger.setdefault(delivery.trigger_id, []).append(delivery)
        mask = mask_for_transaction(user, obj.transaction_id)
        return {
            "changes": [
                {
                    "change": change,
                    "who": told_by(change, user),
                    "reason": mask.text(change.reason),
                    "deliveries": [
                        (delivery, STATE_COLOURS.get(delivery.state, "off"))
                        for delivery in by_trigger.get(change.pk, [])
                    ],
                }
                for change in changes
            ],
        }

    @admin.display(description=_("event"))
    def event(self, obj: Conversion) -> str:
        """Return the event, or that it is the base conversion."""
        return str(obj.event_type or gettext("base conversion"))

    @admin.display(description=_("status"))
    def status_badge(self, obj: Conversion) -> SafeString:
        """Show the status as a badge."""
        return status_badge(obj.status)

    @admin.display(description=_("payout"))
    def paid(self, obj: Conversion) -> str:
        """Return what the affiliate is paid."""
        return money(obj.payout, obj.currency)
