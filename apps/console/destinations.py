"""Destinations: where deliveries go; pausing one holds its deliveries."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.console.destination_pages import DESTINATION_PAGES
from apps.core.adminkit.addresses import list_url
from apps.core.adminkit.pages import PagesAdmin
from apps.core.adminkit.showing import NOTHING, badge, moment, moment_column
from apps.deliveries.models import Delivery, Destination
from apps.deliveries.states import BreakerState, DestinationState


@admin.register(Destination)
class DestinationAdmin(PagesAdmin):
    """Partners' servers and accounts."""

    list_display = (
        "key",
        "state_badge",
        "breaker_badge",
        "limits",
        "paused_reason",
        moment_column("paused_until", "paused until"),
    )
    list_filter = ("state", "breaker")
    search_fields = ("key",)
    ordering = ("key",)
    fields = (
        "key",
        "state_badge",
        "breaker_badge",
        "maximum_concurrency",
        "rate_per_second",
    )
    readonly_fields = ("key", "state_badge", "breaker_badge")
    pages = DESTINATION_PAGES
    empty = ("No destinations yet.", "They come from the postbacks that use them.")

    def related_tabs(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return the lists that belong to a destination."""
        return [("Deliveries", list_url(Delivery, destination__id__exact=obj.pk))]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Destinations come from the postbacks that use them."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Deliveries refer to them."""
        return False

    @admin.display(description="state", ordering="state")
    def state_badge(self, obj: Destination) -> SafeString:
        """Show whether deliveries may go there."""
        colour = "ok" if obj.state == DestinationState.OPEN else "bad"
        return badge(obj.get_state_display(), colour, obj.paused_reason)

    @admin.display(description="answers", ordering="breaker")
    def breaker_badge(self, obj: Destination) -> SafeString:
        """Show whether it answers, and when it is tried again."""
        if obj.breaker == BreakerState.CLOSED:
            return badge("Yes", "ok", "")
        return format_html(
            "{} {} failures in a row, next try {}",
            badge("No", "bad", ""),
            obj.failures,
            moment(obj.retry_at),
        )

    @admin.display(description="at most")
    def limits(self, obj: Destination) -> str:
        """Show what it is spared from."""
        found = []
        if obj.maximum_concurrency is not None:
            found.append(f"{obj.maximum_concurrency} at a time")
        if obj.rate_per_second is not None:
            found.append(f"{obj.rate_per_second:g} a second")
        return ", ".join(found) or NOTHING
