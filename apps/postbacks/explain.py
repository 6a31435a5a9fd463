"""Why each rule of an offer did or did not react to an event.

The verdicts are computed again, by the same function as then, from the revision of
each rule that was in force when the event was received.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, Q, prefetch_related_objects
from django.utils.translation import gettext as _

from apps.accounts.models import Affiliate
from apps.attribution.models import Fact, FactState
from apps.attribution.telling import retraction_of, told_of
from apps.events.models import (
    EventType,
)
from apps.goals.models import Goal
from apps.offers.models import (
    Offer,
)
from apps.postbacks.checks import Trigger
from apps.postbacks.compiled import CompiledRule
from apps.postbacks.matching import Verdict, evaluate
from apps.postbacks.models import PostbackRule, RuleRevision, TriggerKind
from apps.postbacks.triggers import change_trigger, event_trigger, fact_trigger
from apps.postbacks.verdict_words import in_words
from apps.tracking.models import (
    ConversionChange,
    Event,
)

NAMED: dict[str, Any] = {
    "offer": Offer,
    "affiliate": Affiliate,
    "goal": Goal,
    "event type": EventType,
}
"""The checks whose values are ids of rows that have names."""

InForce = list[tuple[RuleRevision, CompiledRule]]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The verdict of one rule on one trigger, in words a person understands."""

    rule: PostbackRule
    revision: RuleRevision
    trigger: Trigger
    trigger_label: str
    verdict: Verdict


def explain_event(event: Event) -> list[Explanation]:
    """Return the verdict of every rule on ``event`` and on the changes it caused.

    Its facts are read where a rule listens to facts.
    """
    triggers = [(_("Event"), event_trigger(event))]
    triggers += [
        (change_label(change), change_trigger(change))
        for change in changes_of(event)
        if change.fires_postbacks
    ]
    rules = _rules_in_force(event.offer_id, event.received_at)
    if any(rule.trigger == TriggerKind.ATTRIBUTION for _revision, rule in rules):
        triggers += _fact_triggers(event, triggers[0][1])
    return _explain(triggers, rules, offer_id=event.offer_id)


def changes_of(event: Event) -> list[ConversionChange]:
    """Return the changes ``event`` caused; however often it is asked, read once."""
    changes = ConversionChange.objects.select_related(
        "conversion__offer", "conversion__click", "event"
    ).order_by("changed_at", "number")
    prefetch_related_objects([event], Prefetch("changes", changes))
    return list(event.changes.all())


def _fact_triggers(event: Event, trigger: Trigger) -> list[tuple[str, Trigger]]:
    """Return what postbacks were told of the facts of ``event``."""
    facts = event.facts.exclude(state=FactState.SUPPRESSED)
    found = []
    for fact in facts.select_related("subject", "period").order_by("pk"):
        label = fact_label(fact)
        found.append((label, fact_trigger(trigger, told_of(fact))))
        if fact.retraction_id is not None:
            label = _("Retracted. %(fact)s") % {"fact": label}
            found.append((label, fact_trigger(trigger, retraction_of(fact))))
    return found


def explain_change(change: ConversionChange) -> list[Explanation]:
    """Return the verdict of every rule on a change of status made by hand."""
    offer_id = change.conversion.offer_id
    rules = _rules_in_force(offer_id, change.changed_at)
    triggers = [(change_label(change), change_trigger(change))]
    return _explain(triggers, rules, offer_id=offer_id)


def change_label(change: ConversionChange) -> str:
    """Return what a change is called where its verdict is shown."""
    return _("Conversion: %(change)s") % {"change": change}


def fact_label(fact: Fact) -> str:
    """Return what a fact is called where its verdict is shown; needs its subject."""
    names = {"fact": fact, "subject": fact.subject.get_kind_display()}
    return _("Fact: %(fact)s (%(subject)s)") % names


def explain_rule(rule: PostbackRule, trigger: Trigger, label: str) -> Explanation:
    """Return the verdict of ``rule`` as it is now on ``trigger``."""
    revision = rule.revisions.get(number=rule.revision)
    compiled = CompiledRule.from_snapshot(
        rule_id=rule.pk, revision_id=revision.pk, snapshot=revision.snapshot
    )
    verdict = evaluate(compiled, trigger)
    (found,) = _with_names([Explanation(rule, revision, trigger, label, verdict)])
    return found


def _explain(
    triggers: list[tuple[str, Trigger]], rules: InForce, *, offer_id: int
) -> list[Explanation]:
    found = [
        Explanation(revision.rule, revision, trigger, label, evaluate(rule, trigger))
        for revision, rule in rules
        for label, trigger in triggers
        if rule.offer_id in (None, offer_id)
    ]
    return _with_names(found)


def _rules_in_force(offer_id: int, at: datetime) -> InForce:
    revisions = (
        RuleRevision.objects.filter(
            Q(rule__offer=offer_id) | Q(rule__offer=None), created_at__lte=at
        )
        .filter(Q(rule__archived_at=None) | Q(rule__archived_at__gt=at))
        .order_by("rule_id", "-number")
        .distinct("rule_id")
        .select_related("rule__offer", "rule__author")
    )
    return [
        (
            revision,
            CompiledRule.from_snapshot(
                rule_id=revision.rule_id,
                revision_id=revision.pk,
                snapshot=revision.snapshot,
            ),
        )
        for revision in revisions
    ]


def _with_names(found: list[Explanation]) -> list[Explanation]:
    """Replace the ids in all checks by names, with one query per kind of row."""
    names = {
        check_name: _names_of(model, check_name, found)
        for check_name, model in NAMED.items()
    }
    return [
        replace(
            explanation,
            verdict=replace(
                explanation.verdict,
                checks=tuple(
                    in_words(check, names) for check in explanation.verdict.checks
                ),
            ),
        )
        for explanation in found
    ]


def _names_of(
    model: Any, check_name: str, found: Iterable[Explanation]
) -> dict[int, str]:
    ids = {
        value
        for explanation in found
        for check in explanation.verdict.checks
        if check.name == check_name
        for value in (check.wanted, check.got)
        if value is not None
    }
    return {
        row.pk: f"{row.name} (#{row.pk})" for row in model.objects.filter(pk__in=ids)
    }
