"""Whether a rule reacts to a trigger, and why: pure, complete, the only place.

Live planning, dry run, simulation and the trace page all call ``evaluate``. It never
stops early, so that its verdict names every condition that was not met.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from apps.core.source_texts import gettext_noop
from apps.postbacks.checks import ANY, Check, Trigger, further_checks
from apps.postbacks.compiled import UNCONDITIONAL, CompiledRule
from apps.postbacks.fact_checks import fact_check
from apps.postbacks.models import RuleStatus, TriggerKind

ACTIVE = RuleStatus.ACTIVE.value
SUPPRESSING = frozenset(["sample", "consent"])
"""Checks that decide not to send what matched: it is logged as suppressed."""
PAUSING = frozenset(["status"])

CONVERSION_STATUSES: Mapping[str, frozenset[str]] = {
    TriggerKind.CONVERSION_DONE: frozenset({"approved"}),
    TriggerKind.CONVERSION_PENDING: frozenset({"pending"}),
    TriggerKind.CONVERSION_REJECT: frozenset({"rejected"}),
    TriggerKind.CONVERSION_ANY: frozenset({"approved", "pending", "rejected", "hold"}),
}
"""The statuses whose entry fires each conversion trigger (R77)."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every check of one rule against one trigger."""

    rule: CompiledRule
    checks: tuple[Check, ...]

    @property
    def fired(self) -> bool:
        """Tell whether the rule reacts: every check is met."""
        return all(check.ok for check in self.checks)

    @property
    def suppressed_by(self) -> str:
        """Return the check that alone decides not to send what matched, or "".

        An automatic pause does not hide it: what was not to be sent is not held.
        """
        unmet = {check.name for check in self.checks if not check.ok} - PAUSING
        return min(unmet) if unmet and unmet <= SUPPRESSING else ""

    @property
    def is_only_paused(self) -> bool:
        """Tell whether nothing but an automatic pause keeps the rule from firing."""
        return self.rule.status == RuleStatus.AUTO_DISABLED and all(
            check.ok for check in self.checks if check.name != "status"
        )


def evaluate(rule: CompiledRule, trigger: Trigger) -> Verdict:
    """Return the verdict of ``rule`` on ``trigger``, with every check."""
    checks = (
        Check("status", ACTIVE, rule.status, rule.status == ACTIVE),
        _equals("offer", rule.offer_id, trigger.offer_id),
        _trigger_check(rule, trigger),
        _equals("affiliate", rule.affiliate_id, trigger.affiliate_id),
        _goal_check(rule, trigger),
    )
    if rule.conditions is UNCONDITIONAL:
        return Verdict(rule, checks)
    return Verdict(rule, (*checks, *further_checks(rule, trigger)))


def _equals(name: str, wanted: int | None, got: int | None) -> Check:
    return Check(name, wanted, got, wanted is ANY or wanted == got)


def _goal_check(rule: CompiledRule, trigger: Trigger) -> Check:
    if rule.goal_id is not ANY and not trigger.has_goals:
        # R94: kept, but not evaluated while the offer's goals are switched off.
        note = gettext_noop("The offer's goals are switched off.")
        return Check("goal", rule.goal_id, trigger.goal_id, ok=True, note=note)
    return _equals("goal", rule.goal_id, trigger.goal_id)


def _trigger_check(rule: CompiledRule, trigger: Trigger) -> Check:
    if rule.trigger == TriggerKind.ATTRIBUTION:
        return fact_check(rule, trigger)
    if trigger.fact:
        wanted_words = TriggerKind(rule.trigger).label
        return Check("trigger", wanted_words, "an attribution fact", ok=False)
    if rule.trigger == TriggerKind.EVENT:
        return _event_check(rule, trigger)
    wanted = CONVERSION_STATUSES[rule.trigger]
    got = trigger.new_status or "an event"
    return Check("conversion status", sorted(wanted), got, trigger.new_status in wanted)


def _event_check(rule: CompiledRule, trigger: Trigger) -> Check:
    if trigger.is_conversion_change:
        return Check("event", "an event", "a conversion change", ok=False)
    if trigger.event_name and trigger.event_name in rule.custom_events:
        # R28: a custom event replaces whatever else is set for this event.
        name = trigger.event_name
        return Check("custom event", name, name, ok=True)
    if rule.event_type_id is not None:
        return _equals("event type", rule.event_type_id, trigger.event_type_id)
    wanted = sorted(rule.categories | rule.custom_events.keys())
    got = trigger.category
    return Check("category", wanted, got, got in rule.categories, trigger.event_name)


Bucket = dict[tuple[str, str | int], list[CompiledRule]]


class RuleIndex:
    """The rules that may fire, found by what happened.

    Looking up costs at most 16 dictionary accesses, however many rules there are. A
    disabled rule is not in it (R75); one that was paused automatically is, so that
    what it misses is held for a person.
    """

    def __init__(self, rules: Iterable[CompiledRule]) -> None:
        self.all = tuple(rules)
        self._buckets: dict[tuple[int | None, int | None], Bucket] = {}
        for rule in self.all:
            if rule.status != RuleStatus.DISABLED:
                who = (rule.offer_id, rule.affiliate_id)
                bucket = self._buckets.setdefault(who, {})
                for what in _keys_of_rule(rule):
                    bucket.setdefault(what, []).append(rule)

    def candidates(self, trigger: Trigger) -> list[CompiledRule]:
        """Return the rules worth evaluating for ``trigger``, each once, by id."""
        found: dict[int, CompiledRule] = {}
        keys = _keys_of_trigger(trigger)
        for offer_id in (trigger.offer_id, None):
            for affiliate_id in {trigger.affiliate_id, None}:
                bucket = self._buckets.get((offer_id, affiliate_id))
                if bucket is None:
                    continue
                for what in keys:
                    for rule in bucket.get(what, ()):
                        found[rule.id] = rule
        return [found[rule_id] for rule_id in sorted(found)]


def _keys_of_rule(rule: CompiledRule) -> list[tuple[str, str | int]]:
    if rule.trigger == TriggerKind.ATTRIBUTION:
        return [(rule.subject_kind, fact) for fact in rule.facts]
    if rule.trigger != TriggerKind.EVENT:
        return [("status", status) for status in CONVERSION_STATUSES[rule.trigger]]
    keys: list[tuple[str, str | int]] = [("name", name) for name in rule.custom_events]
    if rule.event_type_id is not None:
        return [*keys, ("type", rule.event_type_id)]
    return [*keys, *(("category", category) for category in rule.categories)]


def _keys_of_trigger(trigger: Trigger) -> list[tuple[str, str | int]]:
    if trigger.fact:
        return [(trigger.subject_kind, trigger.fact)]
    if trigger.is_conversion_change:
        return [("status", trigger.new_status)]
    keys: list[tuple[str, str | int]] = [("category", trigger.category)]
    if trigger.event_name:
        keys.append(("name", trigger.event_name))
    if trigger.event_type_id is not None:
        keys.append(("type", trigger.event_type_id))
    return keys
