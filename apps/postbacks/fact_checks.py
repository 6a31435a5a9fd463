"""Whether a rule listens to an attribution fact; pure."""

from django.utils.translation import gettext as _

from apps.attribution.catalogue import FactKind, facts_of
from apps.postbacks.checks import Check, Trigger
from apps.postbacks.compiled import CompiledRule
from apps.tracking.statuses import Operation

DELETED = Operation.DELETE.value
OF_NAMED_EVENTS = frozenset({FactKind.CUSTOM_EVENT, FactKind.CUSTOM_EVENT_CA})
"""Facts about events of one's own: a rule may want some of their names only."""


def fact_check(rule: CompiledRule, trigger: Trigger) -> Check:
    """Return whether ``rule`` wants the fact; the first thing that is wrong counts."""
    wanted = [f"{rule.subject_kind}: {fact}" for fact in sorted(rule.facts)]
    if not trigger.fact:
        kind = "a conversion change" if trigger.is_conversion_change else "an event"
        return Check("attribution fact", wanted, kind, ok=False)
    got = f"{trigger.subject_kind}: {trigger.fact}"
    note = _objection(rule, trigger)
    is_wanted = trigger.subject_kind == rule.subject_kind and trigger.fact in rule.facts
    return Check("attribution fact", wanted, got, is_wanted and not note, note)


def _objection(rule: CompiledRule, trigger: Trigger) -> str:
    """Return why a fact of the right kind is not told, or ""."""
    if trigger.operation == DELETED and DELETED not in rule.conditions.operations:
        return _("It was retracted; the postback does not listen to «delete».")
    if trigger.platform and trigger.fact not in facts_of(trigger.platform):
        text = _("Offers of the platform %(platform)s do not tell this fact.")
        return text % {"platform": trigger.platform}
    names = rule.custom_events
    if trigger.fact in OF_NAMED_EVENTS and names and trigger.event_name not in names:
        return _("The event is «%(name)s».") % {"name": trigger.event_name}
    return ""
