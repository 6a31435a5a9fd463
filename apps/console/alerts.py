"""Alerts: what is wrong now, what was, and who was told."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.db.models import F, Model, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.connections.models import Connection
from apps.console.people import signed_in
from apps.core.adminkit.pages import FactsAdmin, Section
from apps.core.adminkit.scoping import visible
from apps.core.adminkit.showing import NOTHING, badge, link, moment, moment_column
from apps.deliveries.models import Alert, AlertNotice, Destination
from apps.deliveries.states import AlertKind, NoticeState
from apps.postbacks.models import PostbackRule

NOTICES_SHOWN = 200
NOTICE_COLOURS: dict[str, str] = {
    NoticeState.PENDING: "wait",
    NoticeState.SENT: "ok",
    NoticeState.FAILED: "bad",
}
SUBJECTS: dict[str, tuple[type[Model], str]] = {
    "rule": (PostbackRule, "pk"),
    "connection": (Connection, "pk"),
    "destination": (Destination, "key"),
}
"""What the code of a subject begins with, and how its row is found by the rest."""


class OpenFilter(admin.SimpleListFilter):
    """Narrows the list to what is wrong now, or to what is over."""

    title = _("state")
    parameter_name = "state"

    def lookups(
        self, request: HttpRequest, model_admin: Any
    ) -> Sequence[tuple[str, str]]:
        """Return the choices."""
        return [("open", gettext("Open")), ("over", gettext("Over"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow the list."""
        if self.value() not in ("open", "over"):
            return queryset
        return queryset.filter(resolved_at__isnull=self.value() == "open")


@admin.register(Alert)
class AlertAdmin(FactsAdmin):
    """Read-only: alerts come and go by themselves."""

    facts_template = "console/alert.html"
    list_display = (
        "state_badge",
        "kind",
        "share",
        "message",
        moment_column("opened_at", _("since")),
        moment_column("resolved_at", _("until")),
    )
    list_display_links = ("message",)
    list_filter = (OpenFilter, "kind")
    search_fields = ("name", "message")
    quick_views = ((_("Open"), "state=open"), (_("Over"), "state=over"))
    empty = (
        _("Nothing was wrong yet."),
        _("Failing postbacks and dead workers show up here; alert channels tell them."),
    )

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        """Show open ones first, then the latest."""
        return [F("resolved_at").desc(nulls_first=True), "-id"]

    def sections(self, request: HttpRequest, obj: Alert) -> list[Section]:
        """Return what is or was wrong."""
        facts = (
            (gettext("State"), self.state_badge(obj)),
            (gettext("About"), link(subject_of(obj), signed_in(request), obj.name)),
            (gettext("Threshold"), self.share(obj)),
            (gettext("Since"), moment(obj.opened_at)),
            (gettext("Changed"), moment(obj.changed_at)),
            (gettext("Until"), moment(obj.resolved_at)),
        )
        return [
            Section(gettext("What is wrong"), ((gettext("Message"), obj.message),)),
            Section(gettext("Alert"), facts),
        ]

    def more_context(self, request: HttpRequest, obj: Alert) -> dict[str, Any]:
        """Add who was told."""
        rows = visible(AlertNotice.objects.filter(alert=obj), signed_in(request))
        notices = rows.select_related("channel").order_by("-pk")[:NOTICES_SHOWN]
        return {"notices": [(one, NOTICE_COLOURS[one.state]) for one in notices]}

    @admin.display(description=_("state"))
    def state_badge(self, obj: Alert) -> SafeString:
        """Show whether it is over."""
        return (
            badge(gettext("Over"), "off")
            if obj.resolved_at
            else badge(gettext("Open"), "bad")
        )

    @admin.display(description=_("threshold"))
    def share(self, obj: Alert) -> str:
        """Return how near a failing postback is to being disabled."""
        return f"{obj.level} %" if obj.kind == AlertKind.RULE_FAILING else NOTHING


def subject_of(alert: Alert) -> Any:
    """Return the row that an alert is about; ``None`` where there is no such row."""
    prefix, _, rest = alert.subject.partition(":")
    if prefix not in SUBJECTS:
        return None
    model, column = SUBJECTS[prefix]
    return model._default_manager.filter(**{column: rest}).first()  # noqa: SLF001 - Django's documented model API
