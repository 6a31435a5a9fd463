"""Connections: credentials of providers, in two steps."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

from apps.actions import registry
from apps.actions.base import CheckLevel
from apps.connections.models import Connection, ConnectionState
from apps.console.action_forms import form_with, setting_names, shown_settings
from apps.console.rule_forms import (
    ConnectionStartForm,
    action_cards,
    actions_with_connection,
)
from apps.core.adminkit.addresses import change_url, list_url
from apps.core.adminkit.pages import Page, PageResult, PagesAdmin, render_page
from apps.core.adminkit.showing import badge, moment_column
from apps.deliveries.services import check_connection
from apps.postbacks.models import PostbackRule

SHARED = ("name", "state", "owner_affiliate")
STATE_COLOURS = {
    ConnectionState.OK: "ok",
    ConnectionState.AUTH_ERROR: "bad",
    ConnectionState.DISABLED: "off",
}
LEVELS = {
    CheckLevel.GOOD: messages.SUCCESS,
    CheckLevel.WARNING: messages.WARNING,
    CheckLevel.ERROR: messages.ERROR,
}


def _test(model_admin: Any, request: HttpRequest, connection: Connection) -> PageResult:
    """Test the credentials without side effects; release what waits for them."""
    if request.method != "POST":
        return {
            "form": forms.Form(),
            "intro": "The credentials are tested without sending anything to anybody. "
            "If they work, what is held because of them is sent, oldest first.",
            "submit_label": "Test connection",
        }
    lines, released = check_connection(connection=connection, now=timezone.now())
    for line in lines:
        messages.add_message(request, LEVELS[line.level], line.text)
    if released:
        messages.success(request, f"{released} held deliveries are sent now.")
    return HttpResponseRedirect(change_url(connection))


@admin.register(Connection)
class ConnectionAdmin(PagesAdmin):
    """Stored credentials; a secret is never shown again."""

    list_display = (
        "name",
        "action",
        "state_badge",
        moment_column("last_checked_at", "last checked"),
        "last_error",
        "owner_affiliate",
    )
    list_filter = ("kind", "state")
    list_select_related = ("owner_affiliate",)
    search_fields = ("name",)
    ordering = ("name",)
    readonly_fields = ("shown",)
    pages = (Page("test", "Test connection", "change", _test),)
    empty = (
        "No connections yet.",
        "A connection keeps the credentials that several postbacks share.",
    )

    def related_tabs(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return the lists that belong to a connection."""
        return [("Postbacks", list_url(PostbackRule, connection__id__exact=obj.pk))]

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Ask for the action first."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if self._declared(request, None) is not None:
            return super().add_view(request, form_url, extra_context)
        page = {
            "template": "console/start.html",
            "start": ConnectionStartForm(request.GET),
            "actions": action_cards(actions_with_connection()),
            "action_name": "kind",
            "chosen": request.GET.dict(),
            "has_tried": "kind" in request.GET,
        }
        return render_page(self, request, page, title="Add connection")

    def _declared(self, request: HttpRequest, obj: Any) -> type[forms.Form] | None:
        kind = obj.kind if obj else request.GET.get("kind", "")
        known = {action.kind: action for action in registry.all_actions()}
        return known[kind].ConnectionForm if kind in known else None

    def get_form(
        self,
        request: HttpRequest,
        obj: Any = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Add the fields of the action."""
        declared = self._declared(request, obj)
        if declared is not None:
            kwargs["form"] = form_with(declared, obj)
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the row's own fields, then those of the action."""
        if obj is not None and not self.has_change_permission(request, obj):
            return [(None, {"fields": (*SHARED, "shown")})]
        declared = self._declared(request, obj)
        names = setting_names(declared, obj) if declared else []
        return [(None, {"fields": SHARED}), ("Credentials", {"fields": names})]

    def save_model(
        self, request: HttpRequest, obj: Connection, form: Any, change: bool
    ) -> None:
        """Set the action once."""
        if not change:
            obj.kind = request.GET["kind"]
        super().save_model(request, obj, form, change)

    @admin.display(description="action", ordering="kind")
    def action(self, obj: Connection) -> str:
        """Return the name of the action."""
        known = {action.kind: action.label for action in registry.all_actions()}
        return known.get(obj.kind, obj.kind)

    @admin.display(description="state", ordering="state")
    def state_badge(self, obj: Connection) -> SafeString:
        """Show whether it may be used."""
        colour = STATE_COLOURS[ConnectionState(obj.state)]
        return badge(obj.get_state_display(), colour, obj.last_error)

    @admin.display(description="settings")
    def shown(self, obj: Connection) -> SafeString:
        """Show the settings to those who may only look."""
        return format_html_join("", "<div>{}: {}</div>", shown_settings(obj))
