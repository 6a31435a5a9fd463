"""Connections: credentials of providers, in two steps."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.actions import registry
from apps.connections.models import Connection, ConnectionState
from apps.console.action_forms import form_with, setting_names, shown_settings
from apps.console.connection_forms import OWNER, ConnectionSettingsForm
from apps.console.connection_pages import CONNECTION_PAGES, tell_released
from apps.console.people import signed_in
from apps.console.rule_forms import (
    ConnectionStartForm,
    action_cards,
    actions_for,
    actions_with_connection,
)
from apps.core.adminkit.addresses import change_url, list_url
from apps.core.adminkit.pages import PagesAdmin, render_page
from apps.core.adminkit.showing import badge, moment, moment_column
from apps.deliveries.releasing import release_connection
from apps.postbacks.models import PostbackRule, RuleStatus

SHARED = ("name", "state")
KNOWN = ("used_by", "last_check")
NAMED = 20
"""How many postbacks of a connection are named; the rest is counted."""
STATE_HELP = _(
    "OK: postbacks send with it. Refused by the provider: the credentials were wrong; "
    "what needs them is held, and sent when “Test connection” succeeds. Disabled: "
    "nothing is sent with it; what needs it is held, and sent when it is OK again."
)
STATE_COLOURS = {
    ConnectionState.OK: "ok",
    ConnectionState.AUTH_ERROR: "bad",
    ConnectionState.DISABLED: "off",
}


def _using(connection: Connection) -> QuerySet[PostbackRule]:
    """Return the postbacks that use it; those that were deleted do not count."""
    return connection.rules.unarchived().order_by("pk")


@admin.register(Connection)
class ConnectionAdmin(PagesAdmin):
    """Stored credentials; a secret is never shown again."""

    list_display = (
        "name",
        "action",
        "state_badge",
        "active_postbacks",
        moment_column("last_checked_at", _("last checked")),
        "last_error",
        "owner_affiliate",
    )
    list_filter = ("kind", "state")
    list_select_related = ("owner_affiliate",)
    search_fields = ("name",)
    ordering = ("name",)
    readonly_fields = ("shown", *KNOWN)
    # Deleting several at once could not say which postbacks use them.
    actions = None
    quick_views = (
        (_("OK"), "state__exact=ok"),
        (_("Refused by the provider"), "state__exact=auth_error"),
        (_("Disabled"), "state__exact=disabled"),
    )
    pages = CONNECTION_PAGES
    empty = (
        _("No connections yet."),
        _("A connection keeps the credentials that several postbacks share."),
    )

    def related_tabs(self, request: HttpRequest, obj: Any) -> list[tuple[str, str]]:
        """Return the lists that belong to a connection."""
        return [
            (gettext("Postbacks"), list_url(PostbackRule, connection__id__exact=obj.pk))
        ]

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
        user = signed_in(request)
        page = {
            "template": "console/start.html",
            "start": ConnectionStartForm(user, request.GET),
            "actions": action_cards(actions_with_connection(user)),
            "action_name": "kind",
            "chosen": request.GET.dict(),
            "has_tried": "kind" in request.GET,
        }
        return render_page(self, request, page, title=gettext("Add connection"))

    def _declared(self, request: HttpRequest, obj: Any) -> type[forms.Form] | None:
        kind = obj.kind if obj else request.GET.get("kind", "")
        allowed = registry.all_actions() if obj else actions_for(signed_in(request))
        known = {action.kind: action for action in allowed}
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
            owner = signed_in(request).affiliate
            base = ConnectionSettingsForm
            kwargs["form"] = form_with(declared, obj, base=base, owner=owner)
        return super().get_form(request, obj, change, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the row's own fields, then those of the action."""
        is_staff = signed_in(request).affiliate_id is None
        shared = (*SHARED, OWNER) if is_staff else SHARED
        if obj is not None and not self.has_change_permission(request, obj):
            return [(None, {"fields": (*shared, *KNOWN, "shown")})]
        declared = self._declared(request, obj)
        names = setting_names(declared, obj) if declared else []
        own = (*shared, *KNOWN) if obj else shared
        return [(None, {"fields": own}), (gettext("Credentials"), {"fields": names})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Keep the owner: what uses it belongs to the same one (ADR 0013)."""
        return (*self.readonly_fields, OWNER) if obj else self.readonly_fields

    def get_list_display(self, request: HttpRequest) -> Any:
        """Leave the owner out for affiliates: it is always themselves."""
        is_staff = signed_in(request).affiliate_id is None
        return [name for name in self.list_display if is_staff or name != OWNER]

    def formfield_for_dbfield(
        self, db_field: Any, request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Explain the states."""
        if db_field.name == "state":
            kwargs["help_text"] = STATE_HELP
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Count the active postbacks of each."""
        active = Q(rules__status=RuleStatus.ACTIVE, rules__archived_at=None)
        connections = super().get_queryset(request)
        counted: QuerySet[Any] = connections.annotate(
            active=Count("rules", filter=active)
        )
        return counted

    def save_model(
        self, request: HttpRequest, obj: Connection, form: Any, change: bool
    ) -> None:
        """Set the action once; send what a state that is over held."""
        if not change:
            obj.kind = request.GET["kind"]
        super().save_model(request, obj, form, change)
        if "state" not in form.changed_data:
            return
        if obj.state == ConnectionState.OK:
            tell_released(request, release_connection(connection_id=obj.pk))
        elif change and obj.state == ConnectionState.DISABLED:
            text = gettext(
                "%(name)s is disabled. What its postbacks would send is held."
            )
            messages.warning(request, text % {"name": obj})

    def delete_view(
        self,
        request: HttpRequest,
        object_id: str,
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Refuse while postbacks use it, and say which."""
        obj = self.get_object(request, object_id)
        rules = list(_using(obj)[: NAMED + 1]) if obj else []
        if not rules or not self.has_delete_permission(request, obj):
            return super().delete_view(request, object_id, extra_context)
        named = ", ".join(f"#{rule.pk} {rule.name}".strip() for rule in rules[:NAMED])
        if len(rules) > NAMED:
            named = gettext("%(names)s and others") % {"names": named}
        messages.error(
            request,
            gettext(
                "%(name)s was not deleted: it is used by the postbacks %(postbacks)s. "
                "Give them another connection or delete them first."
            )
            % {"name": obj, "postbacks": named},
        )
        return HttpResponseRedirect(change_url(obj))

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Name the connection alone: deleted postbacks do not stand in the way."""
        names = [str(obj) for obj in objs]
        return names, {self.opts.verbose_name_plural: len(names)}, set(), []

    @transaction.atomic
    def delete_model(self, request: HttpRequest, obj: Connection) -> None:
        """Take it from deleted postbacks, which never fire again, and delete it."""
        obj.rules.exclude(archived_at=None).update(connection=None)
        super().delete_model(request, obj)

    @admin.display(description=_("action"), ordering="kind")
    def action(self, obj: Connection) -> str:
        """Return the name of the action."""
        known = {action.kind: action.label for action in registry.all_actions()}
        return str(known.get(obj.kind, obj.kind))

    @admin.display(description=_("state"), ordering="state")
    def state_badge(self, obj: Connection) -> SafeString:
        """Show whether it may be used."""
        colour = STATE_COLOURS[ConnectionState(obj.state)]
        return badge(obj.get_state_display(), colour, obj.last_error)

    @admin.display(description=_("active postbacks"), ordering="active")
    def active_postbacks(self, obj: Any) -> SafeString | int:
        """Link the number to their list."""
        count: int = obj.active
        url = list_url(
            PostbackRule, connection__id__exact=obj.pk, status__exact=RuleStatus.ACTIVE
        )
        return format_html('<a href="{}">{}</a>', url, count) if count else 0

    @admin.display(description=_("used by"))
    def used_by(self, obj: Connection) -> SafeString | str:
        """Name the postbacks, with their states."""
        rules = list(_using(obj)[: NAMED + 1])
        lines = format_html_join(
            "",
            '<div><a href="{}">#{} {}</a> {}</div>',
            (
                (change_url(rule), rule.pk, rule.name, rule.get_status_display())
                for rule in rules[:NAMED]
            ),
        )
        more = (
            format_html("<div>{}</div>", gettext("and others")) if rules[NAMED:] else ""
        )
        return (
            format_html("{}{}", lines, more) if rules else gettext("No postback yet.")
        )

    @admin.display(description=_("last check"))
    def last_check(self, obj: Connection) -> SafeString:
        """Say when it was tested, and what was wrong last."""
        when = (
            moment(obj.last_checked_at)
            if obj.last_checked_at
            else gettext("Not tested yet.")
        )
        result = obj.last_error or (
            gettext("It worked.") if obj.last_checked_at else ""
        )
        return format_html("{} {}", when, result)

    @admin.display(description=_("settings"))
    def shown(self, obj: Connection) -> SafeString:
        """Show the settings to those who may only look."""
        return format_html_join("", "<div>{}: {}</div>", shown_settings(obj))
