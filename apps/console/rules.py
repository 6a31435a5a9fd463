"""Postbacks: the list of them, in words (R66 to R73, R214)."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from apps.console import rule_words
from apps.console.people import signed_in
from apps.console.rule_screen import RuleScreen
from apps.core.adminkit.showing import badge, moment_column
from apps.postbacks.adjacent import with_adjacent_count
from apps.postbacks.models import PostbackRule
from apps.postbacks.name_warnings import unheard_names


@admin.register(PostbackRule)
class RuleAdmin(RuleScreen):
    """Who is told what when."""

    list_display = (
        "id",
        "label",
        "trigger",
        "conditions",
        "action_label",
        "action_settings",
        "status_button",
        moment_column("created_at", "created at"),
        "author_name",
        "adjacent_rules",
    )
    list_display_links = ("id", "label")
    list_filter = ("status", "trigger", "action", "offer", "affiliate")
    list_select_related = (
        "offer",
        "affiliate",
        "goal",
        "event_type",
        "author",
        "health",
    )
    search_fields = ("name", "=id", "offer__name")
    search_help_text = "Name, number or offer"
    ordering = ("-id",)
    actions = None
    linked_by = ("goal", "event_type", "connection")
    quick_views = (
        ("Active", "status__exact=active"),
        ("Disabled", "status__exact=disabled"),
        ("Disabled after failures", "status__exact=auto_disabled"),
    )
    empty = (
        "No postbacks yet.",
        "A postback tells a partner, a network or a colleague when something happens.",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Leave out what was deleted."""
        rules = super().get_queryset(request).filter(archived_at=None)
        rules = with_adjacent_count(
            rules, PostbackRule.objects.visible_to(signed_in(request))
        )
        return rules.prefetch_related(
            "custom_events", "field_conditions", "windows", "caps"
        )

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """Look up, for the whole page at once, which names never came."""
        page = super().get_changelist_instance(request)
        unheard = unheard_names(page.result_list)
        for rule in page.result_list:
            rule.unheard = unheard.get(rule.pk, [])
            rule.viewer = signed_in(request)
        return page

    @admin.display(description="postback", ordering="name")
    def label(self, obj: PostbackRule) -> SafeString:
        """Return name and offer, and a badge for names that never came (R33)."""
        unheard: list[str] = getattr(obj, "unheard", [])
        return format_html(
            '{}<br><small class="quiet">{}</small> {}',
            obj.name or f"#{obj.pk}",
            obj.offer or "every offer",
            badge("waits in vain", "wait", f"Never received: {', '.join(unheard)}")
            if unheard
            else "",
        )

    @admin.display(description="trigger settings")
    def conditions(self, obj: Any) -> SafeString | str:
        """Show the conditions as chips."""
        return rule_words.conditions(obj, obj.viewer)

    @admin.display(description="action", ordering="action")
    def action_label(self, obj: PostbackRule) -> str:
        """Return the action's name."""
        return rule_words.action_label(obj)

    @admin.display(description="action settings")
    def action_settings(self, obj: PostbackRule) -> SafeString | str:
        """Show the settings in one line, without secrets."""
        return rule_words.action_settings(obj)

    @admin.display(description="status", ordering="status")
    def status_button(self, obj: PostbackRule) -> SafeString:
        """Show the status as the button that changes it."""
        return rule_words.status_button(obj)

    @admin.display(description="author")
    def author_name(self, obj: Any) -> str:
        """Return number and name of who made it."""
        return rule_words.author(obj, obj.viewer)

    @admin.display(description="adjacent rules", ordering="adjacent")
    def adjacent_rules(self, obj: Any) -> int:
        """Return how many others would run at the same time."""
        count: int = obj.adjacent
        return count
