"""Destinations: where deliveries go; pausing one holds its deliveries."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

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
        moment_column("paused_until", _("paused until")),
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
    empty = (
        _("No destinations yet."),
        _("They come from the postbacks that use them."),
    )

    def related_tabs(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return the lists that belong to a destination."""
        return [
            (gettext("Deliveries"), list_url(Delivery, destination__id__exact=obj.pk))
        ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Destinations come from the postbacks that use them."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Deliveries refer to them."""
        return False

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, obj: Destination) -> SafeString:
        """Show whether deliveries may go there."""
        colour = "ok" if obj.state == DestinationState.OPEN else "bad"
        return badge(obj.get_state_display(), colour, obj.paused_reason)

    @admin.display(description=_("answers"), ordering="breaker")
    def breaker_badge(self, obj: Destination) -> SafeString:
        """Show whether it answers, and when it is tried again."""
        if obj.breaker == BreakerState.CLOSED:
            return badge(gettext("Yes"), "ok", "")
        return format_html(
            "{} {}",
            badge(gettext("No"), "bad", ""),
            format_html(
                ngettext(
                    "{count} failure in a row, next try {time}",
                    "{count} failures in a row, next try {time}",
                    obj.failures,
                ),
                count=obj.failures,
                time=moment(obj.retry_at),
            ),
        )

    @admin.display(description=_("at most"))
    def limits(self, obj: Destination) -> str:
        """Show what it is spared from."""
        found = []
        if obj.maximum_concurrency is not None:
            found.append(
                gettext("%(count)s at a time") % {"count": obj.maximum_concurrency}
            )
        if obj.rate_per_second is not None:
            found.append(
                gettext("%(count)s a second") % {"count": f"{obj.rate_per_second:g}"}
            )
        return ", ".join(found) or NOTHING
