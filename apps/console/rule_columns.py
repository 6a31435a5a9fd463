"""A postback in words: the columns of its list."""

from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from apps.actions import registry
from apps.console.action_forms import shown_settings
from apps.postbacks.models import PostbackRule, RuleStatus

BADGES = {RuleStatus.ACTIVE: "ok", RuleStatus.AUTO_DISABLED: "bad"}


class RuleColumns:
    """What the list and the form show of a postback without editing it."""

    @admin.display(description="name", ordering="name")
    def label(self, obj: PostbackRule) -> str:
        """Return the name, or what the postback is."""
        return str(obj)

    @admin.display(description="trigger settings")
    def conditions(self, obj: PostbackRule) -> SafeString:
        """Show the conditions as chips (R68)."""
        chips = [*obj.categories, *(event.name for event in obj.custom_events.all())]
        rows = (obj.event_type, obj.affiliate, obj.goal)
        chips += [str(row) for row in rows if row is not None]
        if not chips:
            return format_html("{}", "any")
        return format_html_join(
            " ", '<span class="chip">{}</span>', ((c,) for c in chips)
        )

    @admin.display(description="action", ordering="action")
    def action_label(self, obj: PostbackRule) -> str:
        """Return the action's name."""
        return registry.get(obj.action).label

    @admin.display(description="action settings")
    def action_settings(self, obj: PostbackRule) -> SafeString:
        """Show the settings in one line, without secrets."""
        return format_html(
            "<code>{}</code>", registry.get(obj.action).summary(obj.settings)
        )

    @admin.display(description="status", ordering="status")
    def status_badge(self, obj: PostbackRule) -> SafeString:
        """Show the status as a badge with its reason."""
        return format_html(
            '<span class="badge {}" title="{}">{}</span>',
            BADGES.get(RuleStatus(obj.status), "off"),
            obj.status_reason,
            obj.get_status_display(),
        )

    @admin.display(description="author")
    def author_name(self, obj: PostbackRule) -> str:
        """Return number and name of who made it (R73)."""
        return f"#{obj.author_id} {obj.author.get_username()}"

    @admin.display(description="settings")
    def shown(self, obj: PostbackRule) -> SafeString:
        """Show the settings to those who may only look."""
        return format_html_join("", "<div>{}: {}</div>", shown_settings(obj))

    @admin.display(description="fixed")
    def fixed(self, obj: PostbackRule) -> str:
        """Say what cannot be changed any more."""
        if obj._state.adding:  # noqa: SLF001 - Django's documented model API
            return "Trigger, action and offer were chosen in step 1."
        return f"{obj.get_trigger_display()} on {obj.offer or 'every offer'}"
