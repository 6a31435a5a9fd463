"""Postbacks in words: what the list says about each."""

from datetime import timedelta

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.actions import registry
from apps.console.durations import shortest
from apps.console.fact_rules import facts_in_words
from apps.core.adminkit.addresses import page_url
from apps.core.adminkit.scoping import is_nameless, name_for
from apps.core.adminkit.showing import badge, chips
from apps.events.categories import EffectiveCategory
from apps.postbacks.models import (
    PostbackRule,
    RuleStatus,
    SendingMode,
    TriggerKind,
)
from apps.postbacks.services import ALL_PERCENT
from apps.tracking.statuses import Operation

STATUS_COLOURS = {
    RuleStatus.ACTIVE: "ok",
    RuleStatus.DISABLED: "off",
    RuleStatus.AUTO_DISABLED: "bad",
}


TRIGGER_HINTS = {
    TriggerKind.CONVERSION_DONE: _("A conversion becomes approved"),
    TriggerKind.CONVERSION_PENDING: _("A conversion becomes pending"),
    TriggerKind.CONVERSION_REJECT: _("A conversion becomes rejected"),
    TriggerKind.CONVERSION_ANY: _("A conversion enters any status, on hold too"),
    TriggerKind.EVENT: _("Events of some categories, or with some names"),
    TriggerKind.ATTRIBUTION: _("Facts of a device or user: install, first purchase …"),
}

CUSTOM_EVENTS_SHOWN = 5


def _events_in_words(rule: PostbackRule) -> str:
    """Return which events it reacts to, if it does: "Any of Views, Progress"."""
    if rule.trigger == TriggerKind.ATTRIBUTION:
        return facts_in_words(rule)
    if rule.trigger != TriggerKind.EVENT:
        return ""
    labels = [str(EffectiveCategory(one).label) for one in rule.categories]
    if len(labels) == len(EffectiveCategory):
        return gettext("Every event happens")
    found = labels[:1]
    if labels[1:]:
        found = [gettext("Any of %(categories)s") % {"categories": ", ".join(labels)}]
    if rule.event_type is not None:
        found.append(gettext("The event %(event)s") % {"event": rule.event_type})
    if custom := len(rule.custom_events.all()):
        by_name = ngettext("%(count)s by its name", "%(count)s by their names", custom)
        found.append(by_name % {"count": custom})
    return gettext(", or ").join(found) or gettext("No event yet")


def conditions(rule: PostbackRule, viewer: User) -> SafeString:
    """Say when it fires, and return the conditions as chips (R68, R214).

    Needs the rule's relations and custom events. Affiliates do not see those that only
    staff can have set on their postback.
    """
    is_staff = viewer.affiliate_id is None
    found: list[tuple[str, str]] = []
    if rule.trigger == TriggerKind.EVENT:
        found += _named_events(rule)
    if rule.affiliate is not None:
        found.append((gettext("affiliate"), str(rule.affiliate)))
    if rule.goal is not None and (is_staff or not rule.goal.is_private):
        # Without the offer's name, which stands beside it.
        found.append((gettext("goal"), rule.goal.name))
    if is_staff:
        found += [
            (gettext("if"), str(condition)) for condition in rule.field_conditions.all()
        ]
    found += _further(rule)
    words = _events_in_words(rule) or TRIGGER_HINTS[TriggerKind(rule.trigger)]
    return format_html('<span class="when">{}</span> {}', words, chips(found))


def _further(rule: PostbackRule) -> list[tuple[str, str]]:
    """Return what only some postbacks set."""
    found = [
        (gettext("only when"), str(Operation(one).label).lower())
        for one in rule.operations
    ]
    found += [(gettext("reason"), reason) for reason in rule.rejection_reasons]
    if rule.sending_mode != SendingMode.ALL:
        found.append(("", gettext("attributed only")))
    if rule.maximum_click_age_hours is not None:
        age = gettext("at most %(hours)s h old") % {
            "hours": rule.maximum_click_age_hours
        }
        found.append((gettext("click"), age))
    if rule.sample_percent != ALL_PERCENT:
        found.append((gettext("sample"), f"{rule.sample_percent.normalize():f} %"))
    if rule.requires_consent:
        found.append(("", gettext("with consent")))
    found += [(gettext("cap"), str(cap)) for cap in rule.caps.all()]
    if rule.delay_seconds:
        found.append((gettext("delay"), str(timedelta(seconds=rule.delay_seconds))))
    if windows := len(rule.windows.all()):
        words = gettext("%(count)s in %(zone)s")
        told = words % {"count": windows, "zone": rule.schedule_timezone}
        found.append((gettext("hours"), told))
    return found + _delivery(rule)


def _delivery(rule: PostbackRule) -> list[tuple[str, str]]:
    """Return how it is sent, where that is not the usual way."""
    found = [("", gettext("in order"))] if rule.keeps_order else []
    if rule.retry_delays is not None:
        waits = ", ".join(map(shortest, rule.retry_delays)) or gettext("never")
        found.append((gettext("retries"), waits))
    return found


def _named_events(rule: PostbackRule) -> list[tuple[str, str]]:
    """Return the custom events; categories and event type stand in the words."""
    custom = rule.custom_events.all()
    found = [
        (
            gettext("event"),
            f"{event.name} → {event.send_as}" if event.send_as else event.name,
        )
        for event in custom[:CUSTOM_EVENTS_SHOWN]
    ]
    if more := len(custom[CUSTOM_EVENTS_SHOWN:]):
        found.append(
            (gettext("event"), gettext("and %(count)s more") % {"count": more})
        )
    return found


def action_label(rule: PostbackRule) -> str:
    """Return the name of the action, or its kind when it was removed."""
    try:
        return str(registry.get(rule.action).label)
    except registry.UnknownActionError:
        return rule.action


def action_settings(rule: PostbackRule) -> SafeString | str:
    """Return the settings of the action in one line, without secrets (R70)."""
    try:
        summary = registry.get(rule.action).summary(rule.settings)
    except registry.UnknownActionError:
        return gettext("This action is not installed.")
    return format_html("<code>{}</code>", summary)


def status_badge(rule: PostbackRule) -> SafeString:
    """Return the status as a badge; its title is the reason."""
    return badge(
        rule.get_status_display(),
        STATUS_COLOURS[RuleStatus(rule.status)],
        rule.status_reason,
    )


def status_button(rule: PostbackRule) -> SafeString:
    """Return the status as the button that changes it (R74)."""
    return format_html(
        '<a href="{}">{}</a>', page_url(rule, "status"), status_badge(rule)
    )


def author(rule: PostbackRule, viewer: User) -> str:
    """Return number and name of who made the rule (R73)."""
    if is_nameless(rule.author, viewer):
        return name_for(rule.author, viewer)
    return f"#{rule.author_id} {rule.author.get_full_name() or rule.author.username}"


def is_installed(rule: PostbackRule) -> bool:
    """Tell whether the rule's action exists here."""
    return any(action.kind == rule.action for action in registry.all_actions())


def has_events(rule: PostbackRule) -> bool:
    """Tell whether an event rule can react to anything."""
    return bool(rule.categories or rule.event_type_id or rule.custom_events.exists())
