"""Why each rule of an offer did or did not react to an event.

The verdicts are computed again, by the same function as then, from the revision of
each rule that was in force when the event was received.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.accounts.models import Affiliate
from apps.attribution.models import FactState
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
from apps.postbacks.models import PostbackRule, RuleRevision
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


@dataclass(frozen=True, slots=True)
class Explanation:
    """The verdict of one rule on one trigger, in words a person understands."""

    rule: PostbackRule
    revision: RuleRevision
    trigger: Trigger
    trigger_label: str
    verdict: Verdict


def explain_event(event: Event) -> list[Explanation]:
    """Return the verdict of every rule on ``event`` and on the changes it caused."""
    changes = event.changes.select_related(
        "conversion__offer", "conversion__click", "event"
    )
    triggers = [(_("Event"), event_trigger(event))]
    triggers += [
        (_label_of(change), change_trigger(change))
        for change in changes
        if change.fires_postbacks
    ]
    triggers += _fact_triggers(event, triggers[0][1])
    return _explain(triggers, offer_id=event.offer_id, at=event.received_at)


def _fact_triggers(event: Event, trigger: Trigger) -> list[tuple[str, Trigger]]:
    """Return what postbacks were told of the facts of ``event``."""
    facts = event.facts.exclude(state=FactState.SUPPRESSED)
    found = []
    for fact in facts.select_related("subject", "period").order_by("pk"):
        label = f"Fact: {fact} ({fact.subject.get_kind_display()})"
        found.append((label, fact_trigger(trigger, told_of(fact))))
        if fact.retraction_id is not None:
            taken_back = fact_trigger(trigger, retraction_of(fact))
            found.append((f"Retracted {label}", taken_back))
    return found


def explain_change(change: ConversionChange) -> list[Explanation]:
    """Return the verdict of every rule on a change of status made by hand."""
    return _explain(
        [(_label_of(change), change_trigger(change))],
        offer_id=change.conversion.offer_id,
        at=change.changed_at,
    )


def _label_of(change: ConversionChange) -> str:
    return _("Conversion: %(change)s") % {"change": change}


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
    triggers: list[tuple[str, Trigger]], *, offer_id: int, at: datetime
) -> list[Explanation]:
    found = [
        Explanation(revision.rule, revision, trigger, label, evaluate(rule, trigger))
        for revision, rule in _rules_in_force(offer_id, at)
        for label, trigger in triggers
        if rule.offer_id in (None, offer_id)
    ]
    return _with_names(found)


def _rules_in_force(
    offer_id: int, at: datetime
) -> list[tuple[RuleRevision, CompiledRule]]:
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
