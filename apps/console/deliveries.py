"""Deliveries: what is on its way, what waits for a person, what happened."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.console.activity import LogAdmin
from apps.console.event_log import badge_of, reason_in_words
from apps.core.adminkit.pages import render_page
from apps.deliveries.models import Delivery
from apps.deliveries.services import RESENDABLE, UNFINISHED, cancel, mark_delivered
from apps.deliveries.services import resend as send_again
from apps.deliveries.states import DeliveryState

ACTS = {
    "resend": ("Resend now", send_again, RESENDABLE),
    "mark": ("Mark as delivered", mark_delivered, (DeliveryState.HELD,)),
    "cancel": ("Cancel", cancel, UNFINISHED),
}


@admin.register(Delivery)
class DeliveryAdmin(LogAdmin):
    """One rule told of one trigger."""

    list_display = (
        "created_at",
        "rule",
        "transaction",
        "offer",
        "state_badge",
        "attempts",
        "response_status",
        "due_at",
        "message",
    )
    list_display_links = ("created_at",)
    list_filter = ("state", "kind", "offer", "rule")
    list_select_related = ("rule", "offer", "event", "conversion")
    search_fields = ("=event__transaction_id",)
    ordering = ("-id",)
    actions = ("resend_selected",)

    @admin.display(description="transaction")
    def transaction(self, obj: Delivery) -> str:
        """Return the transaction of the event or the conversion."""
        source = obj.event or obj.conversion
        return source.transaction_id if source else ""

    @admin.display(description="state", ordering="state")
    def state_badge(self, obj: Delivery) -> SafeString:
        """Show the state as a badge with its reason."""
        return format_html(
            '<span class="badge {}" title="{}">{}</span>',
            badge_of(obj.state),
            reason_in_words(obj),
            obj.get_state_display(),
        )

    @admin.action(description="Resend selected deliveries now", permissions=["act"])
    def resend_selected(self, request: HttpRequest, queryset: Any) -> None:
        """Send several again."""
        ids = list(queryset.values_list("pk", flat=True))
        count = send_again(delivery_ids=ids, now=timezone.now())
        left = len(ids) - count
        messages.success(
            request, f"{count} deliveries are sent again; {left} were left alone."
        )

    def has_act_permission(self, request: HttpRequest) -> bool:
        """Let those act who may change deliveries."""
        return request.user.has_perm("deliveries.change_delivery")

    def get_urls(self) -> list[URLPattern]:
        """Add the address that the buttons post to."""
        act = self.admin_site.admin_view(self.act_view)
        own = path("<uuid:object_id>/change/act/", act, name="deliveries_delivery_act")
        return [own, *super().get_urls()]

    def act_view(self, request: HttpRequest, object_id: Any) -> HttpResponse:
        """Do what a button says."""
        delivery = self.get_object(request, str(object_id))
        act = ACTS.get(request.POST.get("what", ""))
        if delivery is None or request.method != "POST" or act is None:
            return HttpResponseRedirect("../")
        if not self.has_act_permission(request):
            raise PermissionDenied
        label, service, _ = act
        count = service(delivery_ids=[delivery.pk], now=timezone.now())
        if count:
            messages.success(request, f"{label}: done.")
        else:
            messages.warning(request, "It changed in the meantime; nothing was done.")
        return HttpResponseRedirect("../")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the delivery with every attempt."""
        delivery = self.get_object(request, object_id)
        if delivery is None or not self.has_view_permission(request, delivery):
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        may_act = self.has_act_permission(request)
        page = {
            "template": "console/delivery.html",
            "facts": _facts(delivery),
            "attempts": delivery.attempt_log.order_by("number"),
            "buttons": [
                (name, label)
                for name, (label, _, states) in ACTS.items()
                if may_act and delivery.state in states
            ],
        }
        return render_page(self, request, page, title="Delivery", original=delivery)


def _facts(delivery: Delivery) -> list[tuple[str, Any]]:
    source = delivery.event or delivery.conversion
    return [
        ("State", delivery.get_state_display()),
        ("Why", reason_in_words(delivery) or None),
        ("Postback", f"#{delivery.rule_id} {delivery.rule}"),
        ("Transaction", source.transaction_id if source else None),
        ("Offer", delivery.offer),
        ("Destination", delivery.destination),
        ("Planned", delivery.created_at),
        ("Next try", delivery.due_at if delivery.finished_at is None else None),
        ("Finished", delivery.finished_at),
        ("Attempts", delivery.attempts),
    ]
