"""Postbacks: the list of them, in words (R66 to R73, R214)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.console import rule_health, rule_words
from apps.console.people import signed_in
from apps.console.rule_bulk import change_status
from apps.console.rule_preview import RulePreview
from apps.core.adminkit.showing import badge, moment_column
from apps.postbacks.adjacent import with_adjacent_count
from apps.postbacks.models import PostbackRule
from apps.postbacks.name_warnings import unheard_names
from apps.postbacks.rule_warnings import rule_warnings
from apps.reports.rule_hours import lately_of, with_redness

CONDITIONS = ("custom_events", "field_conditions", "windows", "caps")


@admin.register(PostbackRule)
class RuleAdmin(RulePreview):
    """Who is told what when."""

    list_display = (
        "id",
        "label",
        "status_button",
        "last_day",
        "trigger",
        "conditions",
        "action_label",
        "action_settings",
        moment_column("created_at", _("created at")),
        "author_name",
        "adjacent_rules",
    )
    list_display_links = ("id", "label")
    # A row is a strip of hours and all conditions: 5 KB of HTML.
    list_per_page = 20
    list_filter = ("status", "trigger", "action", "offer", "affiliate")
    list_select_related = (
        "offer",
        "affiliate",
        "goal",
        "event_type",
        "author",
        "health",
        "connection",
    )
    search_fields = ("name", "=id", "offer__name")
    search_help_text = _("Name, number or offer")
    ordering = ("-id",)
    actions = (change_status,)
    linked_by = ("goal", "event_type", "connection")
    quick_views = (
        (_("Active"), "status__exact=active"),
        (_("Disabled"), "status__exact=disabled"),
        (_("Disabled after failures"), "status__exact=auto_disabled"),
        (_("Failing first"), f"o={1 + list_display.index('last_day')}"),
    )
    empty = (
        _("No postbacks yet."),
        _(
            "A postback tells a partner, a network or a colleague when something "
            "happens."
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave out what was deleted."""
        rules = super().get_queryset(request).filter(archived_at=None)
        rules = with_adjacent_count(
            rules, PostbackRule.objects.visible_to(signed_in(request))
        )
        rules = with_redness(rules, timezone.now())
        return rules.select_related(*self.list_select_related)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Look up, for the whole page at once, which names never came, and how it went.

        The look of health is one query, of hourly sums.
        """
        page = super().get_changelist_instance(request)
        self.prepare_rows(request, page.result_list)
        return page

    def prepare_rows(self, request: HttpRequest, rows: Any) -> None:
        """Look up what the columns show, for all rows at once."""
        prefetch_related_objects(rows, *CONDITIONS)
        unheard = unheard_names(rows)
        lately = lately_of(rows, timezone.now())
        for rule in rows:
            rule.unheard = unheard.get(rule.pk, [])
            rule.viewer = signed_in(request)
            rule.lately = lately[rule.pk]

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Say above the form how the postback fared."""
        rule = kwargs.get("obj")
        if rule is not None:
            now = timezone.now()
            lately = lately_of([rule], now)[rule.pk]
            context["health"] = rule_health.health(rule, lately, now)
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.display(description=_("postback"), ordering="name")
    def label(self, obj: PostbackRule) -> SafeString:
        """Return name and offer, and a badge for each warning (R33)."""
        unheard: list[str] = getattr(obj, "unheard", [])
        found = [(one.badge, one.text) for one in rule_warnings(obj)]
        if unheard:
            found.append(
                (
                    gettext("waits in vain"),
                    gettext("Never received: %(names)s")
                    % {"names": ", ".join(unheard)},
                )
            )
        return format_html(
            '{}<br><small class="quiet">{}</small> {}',
            obj.name or f"#{obj.pk}",
            obj.offer or gettext("every offer"),
            format_html_join(" ", "{}", ((badge(s, "wait", t),) for s, t in found)),
        )

    @admin.display(description=_("trigger settings"))
    def conditions(self, obj: Any) -> SafeString | str:
        """Say when it fires, and show the conditions as chips."""
        return rule_words.conditions(obj, obj.viewer)

    @admin.display(description=_("action"), ordering="action")
    def action_label(self, obj: PostbackRule) -> str:
        """Return the action's name."""
        return rule_words.action_label(obj)

    @admin.display(description=_("action settings"))
    def action_settings(self, obj: PostbackRule) -> SafeString | str:
        """Show the settings in one line, without secrets."""
        return rule_words.action_settings(obj)

    @admin.display(description=_("status"), ordering="status")
    def status_button(self, obj: PostbackRule) -> SafeString:
        """Show the status as the button that changes it."""
        return rule_words.status_button(obj)

    @admin.display(description=_("24 hours"), ordering="-redness")
    def last_day(self, obj: Any) -> SafeString | str:
        """Show the last hours, and when it last succeeded and failed."""
        return rule_health.health(obj, obj.lately, timezone.now())

    @admin.display(description=_("author"))
    def author_name(self, obj: Any) -> str:
        """Return number and name of who made it."""
        return rule_words.author(obj, obj.viewer)

    @admin.display(description=_("adjacent rules"), ordering="adjacent")
    def adjacent_rules(self, obj: Any) -> int:
        """Return how many others would run at the same time."""
        count: int = obj.adjacent
        return count
