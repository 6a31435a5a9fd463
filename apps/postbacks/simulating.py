"""Simulation: how often a rule would have fired; in slices, by the live evaluation.

Each slice is one transaction that holds the row of the simulation: two workers cannot
count the same event, and whatever ends one leaves whole slices behind.
"""

from collections import Counter
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.postbacks.compiled import CompiledRule
from apps.postbacks.matching import ACTIVE, evaluate
from apps.postbacks.models import Simulation, SimulationState
from apps.postbacks.past import Past, Span, read_past
from apps.postbacks.timing import UTC_ZONE, period_start

SLICE = 5_000
SAMPLES = 20


def simulate_slice(simulation_id: int) -> bool:
    """Examine the next slice; tell whether there is more to do."""
    with transaction.atomic():
        simulation = (
            Simulation.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(pk=simulation_id, state=SimulationState.RUNNING)
            .select_related("revision")
            .first()
        )
        if simulation is None:
            return False
        rule = _rule(simulation)
        span = Span(simulation.starts_at, simulation.ends_at, simulation.last_id)
        found = read_past(rule, span, SLICE)
        _count(simulation, rule, found)
        if len(found) < SLICE:
            simulation.state = SimulationState.DONE
        simulation.save()
        return simulation.state == SimulationState.RUNNING


def _rule(simulation: Simulation) -> CompiledRule:
    """Return the rule as if it were active: that is what is asked."""
    revision = simulation.revision
    compiled = CompiledRule.from_snapshot(
        rule_id=simulation.rule_id,
        revision_id=revision.pk,
        snapshot=revision.snapshot,
    )
    return replace(compiled, status=ACTIVE)


def _count(simulation: Simulation, rule: CompiledRule, found: list[Past]) -> None:
    zone = rule.conditions.zone or UTC_ZONE
    per_day = Counter(simulation.per_day)
    for trigger, row in found:
        verdict = evaluate(rule, trigger)
        if verdict.fired and _takes_caps(simulation, rule, row.at, zone):
            simulation.fired += 1
            per_day[f"{row.at.astimezone(zone):%Y-%m-%d}"] += 1
            if len(simulation.samples) < SAMPLES:
                simulation.samples.append(
                    [str(row.id), row.transaction_id, row.at.isoformat()]
                )
        elif verdict.fired or verdict.suppressed_by:
            simulation.suppressed += 1
    simulation.examined += len(found)
    simulation.per_day = dict(per_day)
    if found:
        simulation.last_id = found[-1].row.id


def _takes_caps(
    simulation: Simulation, rule: CompiledRule, at: datetime, zone: ZoneInfo
) -> bool:
    """Count for the caps of the rule, as if they had been there."""
    counts = simulation.cap_counts
    keys = [
        (f"{period} {period_start(period, zone, at).isoformat()}", maximum)
        for period, maximum in rule.conditions.caps
    ]
    if any(counts.get(key, 0) >= maximum for key, maximum in keys):
        return False
    for key, _ in keys:
        counts[key] = counts.get(key, 0) + 1
    return True
