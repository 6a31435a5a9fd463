"""Who changed what, before and after; never a secret."""

from typing import Any

from auditlog.models import LogEntry
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.adminkit.pages import FactsAdmin, Section
from apps.core.adminkit.ranges import RangeFilter
from apps.core.adminkit.showing import NOTHING, badge, moment, moment_column

ACTIONS = {
    LogEntry.Action.CREATE: (_("Created"), "ok"),
    LogEntry.Action.UPDATE: (_("Changed"), "wait"),
    LogEntry.Action.DELETE: (_("Deleted"), "bad"),
    LogEntry.Action.ACCESS: (_("Looked at"), "off"),
}

admin.site.unregister(LogEntry)


@admin.register(LogEntry)
class AuditLogAdmin(FactsAdmin):
    """Changes of the configuration."""

    list_title = _("Audit log")
    list_display = (
        moment_column("timestamp", _("when")),
        "who",
        "what",
        "kind",
        "object_repr",
        "changed",
    )
    list_filter = (("timestamp", RangeFilter), "action", "content_type")
    list_select_related = ("actor", "content_type")
    search_fields = ("object_repr", "actor__username")
    search_help_text = _("Object or user")
    empty = (
        _("Nothing was changed yet."),
        _("Every change of the setup is listed here."),
    )

    def sections(self, request: HttpRequest, obj: Any) -> list[Section]:
        """Return the change with old and new values."""
        facts = (
            (gettext("When"), moment(obj.timestamp)),
            (gettext("Who"), self.who(obj)),
            (gettext("From"), obj.remote_addr or NOTHING),
            (gettext("What"), self.what(obj)),
            (
                gettext("Object"),
                f"{self.kind(obj)} {obj.object_repr} (#{obj.object_pk})",
            ),
        )
        changes = tuple(
            (name, self._edge(values)) for name, values in _changes(obj).items()
        )
        return [Section(gettext("Entry"), facts), Section(gettext("Values"), changes)]

    @admin.display(description=_("who"))
    def who(self, obj: Any) -> str:
        """Return the user, or that it was a program."""
        return str(obj.actor or obj.actor_email or gettext("a program"))

    @admin.display(description=_("what"))
    def what(self, obj: Any) -> SafeString:
        """Show what was done as a badge."""
        label, colour = ACTIONS[obj.action]
        return badge(str(label), colour)

    @admin.display(description=_("kind"))
    def kind(self, obj: Any) -> str:
        """Return what sort of thing was changed."""
        return str(obj.content_type.name)

    @admin.display(description=_("fields"))
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
