"""Who changed what, before and after; never a secret."""

from typing import Any

from auditlog.models import LogEntry
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.core.adminkit.pages import FactsAdmin, Section
from apps.core.adminkit.ranges import RangeFilter
from apps.core.adminkit.showing import NOTHING, badge, moment, moment_column

ACTIONS = {
    LogEntry.Action.CREATE: ("Created", "ok"),
    LogEntry.Action.UPDATE: ("Changed", "wait"),
    LogEntry.Action.DELETE: ("Deleted", "bad"),
    LogEntry.Action.ACCESS: ("Looked at", "off"),
}

admin.site.unregister(LogEntry)


@admin.register(LogEntry)
class AuditLogAdmin(FactsAdmin):
    """Changes of the configuration."""

    list_title = "Audit log"
    list_display = (
        moment_column("timestamp", "when"),
        "who",
        "what",
        "kind",
        "object_repr",
        "changed",
    )
    list_filter = (("timestamp", RangeFilter), "action", "content_type")
    list_select_related = ("actor", "content_type")
    search_fields = ("object_repr", "actor__username")
    search_help_text = "Object or user"
    empty = ("Nothing was changed yet.", "Every change of the setup is listed here.")

    def sections(self, request: HttpRequest, obj: Any) -> list[Section]:
        """Return the change with old and new values."""
        facts = (
            ("When", moment(obj.timestamp)),
            ("Who", self.who(obj)),
            ("From", obj.remote_addr or NOTHING),
            ("What", self.what(obj)),
            ("Object", f"{self.kind(obj)} {obj.object_repr} (#{obj.object_pk})"),
        )
        changes = tuple(
            (name, self._edge(values)) for name, values in _changes(obj).items()
        )
        return [Section("Entry", facts), Section("Values", changes)]

    @admin.display(description="who")
    def who(self, obj: Any) -> str:
        """Return the user, or that it was a program."""
        return str(obj.actor or obj.actor_email or "a program")

    @admin.display(description="what")
    def what(self, obj: Any) -> SafeString:
        """Show what was done as a badge."""
        label, colour = ACTIONS[obj.action]
        return badge(label, colour)

    @admin.display(description="kind")
    def kind(self, obj: Any) -> str:
        """Return what sort of thing was changed."""
        return str(obj.content_type.name)

    @admin.display(description="fields")
    def changed(self, obj: Any) -> str:
        """Return the names of the fields that a change touched."""
        is_change = obj.action == LogEntry.Action.UPDATE
        return ", ".join(_changes(obj)) if is_change else NOTHING

    def _edge(self, values: Any) -> SafeString | str:
        if isinstance(values, list) and len(values) == 2:
            return format_html_join(" → ", "<code>{}</code>", ((v,) for v in values))
        return format_html("<code>{}</code>", values)


def _changes(obj: Any) -> dict[str, Any]:
    found = obj.changes
    return found if isinstance(found, dict) else {}
