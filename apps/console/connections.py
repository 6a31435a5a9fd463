"""Connections: credentials of providers, in two steps."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join

from apps.actions import registry
from apps.connections.models import Connection
from apps.console.action_forms import form_with, setting_names, shown_settings
from apps.console.rule_forms import ConnectionStartForm
from apps.core.adminkit.pages import render_page
from apps.core.adminkit.scoping import ScopedAdmin

SHARED = ("name", "state", "owner_affiliate")


@admin.register(Connection)
class ConnectionAdmin(ScopedAdmin):
    """Stored credentials; a secret is never shown again."""

    list_display = ("name", "kind", "state", "last_checked_at", "owner_affiliate")
    list_filter = ("kind", "state")
    list_select_related = ("owner_affiliate",)
    search_fields = ("name",)
    readonly_fields = ("shown",)

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Ask for the action first."""
        if self._declared(request, None) is None:
            if not self.has_add_permission(request):
                return self._get_obj_does_not_exist_redirect(request, self.opts, "new")
            page = {"form": ConnectionStartForm(), "method": "get"}
            title = "Add connection: for which action?"
            page["submit_label"] = "Next"
            return render_page(self, request, page, title=title)
        return super().add_view(request, form_url, extra_context)

    def _declared(self, request: HttpRequest, obj: Any) -> type[forms.Form] | None:
        kind = obj.kind if obj else request.GET.get("kind", "")
        known = {action.kind: action for action in registry.all_actions()}
        return known[kind].ConnectionForm if kind in known else None

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """Add the fields of the action."""
        declared = self._declared(request, obj)
        if declared is not None:
            kwargs["form"] = form_with(declared, obj)
        return super().get_form(request, obj, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the row's own fields, then those of the action."""
        declared = self._declared(request, obj)
        if obj is not None and not self.has_change_permission(request, obj):
            return [(None, {"fields": (*SHARED, "shown")})]
        names = setting_names(declared, obj) if declared else []
        return [(None, {"fields": SHARED}), ("Credentials", {"fields": names})]

    @admin.display(description="settings")
    def shown(self, obj: Connection) -> str:
        """Show the settings to those who may only look."""
        return format_html_join("", "<div>{}: {}</div>", shown_settings(obj))

    def save_model(
        self, request: HttpRequest, obj: Connection, form: Any, change: bool
    ) -> None:
        """Set the kind once."""
        if not change:
            obj.kind = request.GET["kind"]
        super().save_model(request, obj, form, change)
