"""What was removed from the log, when, and until where."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.adminkit.pages import FactsAdmin, Section
from apps.core.adminkit.showing import moment, moment_column
from apps.retention.models import LogTable, Pruning
from apps.retention.pruning import SETTINGS


@admin.register(Pruning)
class PruningAdmin(FactsAdmin):
    """The passes over the parts of the log, newest first."""

    list_display = (
        moment_column("started_at", _("started")),
        "table",
        moment_column("until", _("older than")),
        "removed",
        "size",
        moment_column("finished_at", _("finished")),
        "days_left",
    )
    list_filter = ("table",)
    list_title = _("Retention")
    empty = (
        _("Nothing was removed yet."),
        _("What is older than the settings say goes every night."),
    )

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        """Say above the list how long everything is kept."""
        note = ", ".join(_kept(table) for table in LogTable)
        context = {
            "list_note": gettext("Kept: %(list)s.") % {"list": note},
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def sections(self, request: HttpRequest, obj: Pruning) -> list[Section]:
        """Return the facts of one pass."""
        facts = (
            (gettext("Table"), obj.get_table_display()),
            (gettext("Older than"), moment(obj.until)),
            (gettext("Rows"), self.removed(obj)),
            (gettext("Size"), self.size(obj)),
            (gettext("Started"), moment(obj.started_at)),
            (gettext("Finished"), moment(obj.finished_at)),
            (gettext("Days in use, which go next time"), obj.days_left),
        )
        return [Section(gettext("What went"), facts)]

    @admin.display(description=_("rows"))
    def removed(self, obj: Pruning) -> str:
        """Return how many rows went."""
        return f"{obj.rows:,}"

    @admin.display(description=_("size"))
    def size(self, obj: Pruning) -> str:
        """Return how large they were."""
        return filesizeformat(obj.bytes)


def _kept(table: LogTable) -> str:
    days = settings.RETENTION_DAYS[SETTINGS[table]]
    if not days:
        return gettext("%(table)s for ever") % {"table": table.label}
    return gettext("%(table)s %(days)s days") % {"table": table.label, "days": days}
