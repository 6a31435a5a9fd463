"""Simulation: how often a rule would have fired; in slices, by the live evaluation.

Each slice is one transaction that holds the row of the simulation: two workers cannot
count the same event, and whatever ends one leaves whole slices behind.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from apps.core.ids import uuid7_from
from apps.core.sql import direct_cursor
from apps.postbacks.checks import Trigger
from apps.postbacks.compiled import CompiledRule, Conditions
from apps.postbacks.facts import NO_FACTS, Facts, change_facts, event_facts
from apps.postbacks.matching import ACTIVE, evaluate
from apps.postbacks.models import Simulation, SimulationState, TriggerKind
from apps.postbacks.timing import UTC_ZONE, period_start

SLICE = 5_000
SAMPLES = 20
SLACK = timedelta(minutes=5)

EVENTS = """
SELECT t.id, t.offer_id, t.affiliate_id, t.goal_id, o.enable_goals, t.transaction_id,
       t.received_at AS at, t.occurred_at, c.clicked_at, '' AS new_status,
       '' AS operation, '' AS reason, t.event_type_id, t.name, t.category {facts}
  FROM tracking_event t
  JOIN offers_offer o ON o.id = t.offer_id
  LEFT JOIN tracking_click c ON c.id = t.click_id
 WHERE t.id > %(after)s AND t.id < %(before)s
   AND t.received_at >= %(starts_at)s AND t.received_at < %(ends_at)s {offer}
 ORDER BY t.id LIMIT %(limit)s
"""
CHANGES = """
SELECT ch.id, t.offer_id, t.affiliate_id, t.goal_id, o.enable_goals, t.transaction_id,
       ch.changed_at AS at, t.occurred_at, c.clicked_at, ch.new_status, ch.operation,
       ch.reason, NULL::bigint AS event_type_id, '' AS name, '' AS category {facts}
  FROM tracking_conversionchange ch
  JOIN tracking_conversion t ON t.id = ch.conversion_id
  LEFT JOIN tracking_event e ON e.id = ch.event_id
  JOIN offers_offer o ON o.id = t.offer_id
  LEFT JOIN tracking_click c ON c.id = t.click_id
 WHERE ch.id > %(after)s AND ch.id < %(before)s AND ch.fires_postbacks
   AND ch.changed_at >= %(starts_at)s AND ch.changed_at < %(ends_at)s {offer}
 ORDER BY ch.id LIMIT %(limit)s
"""
OWN_FACTS = """, t.order_id, t.is_payable, t.sale_amount, t.sale_currency, t.currency,
       t.revenue, t.payout, c.params::text AS click_params, {params}"""
PARAMS_OF = {
    EVENTS: "t.params::text AS params, t.fields::text AS fields",
    CHANGES: "e.params::text AS params, e.fields::text AS fields",
}


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
        rows = _rows(simulation, rule)
        _count(simulation, rule, rows)
        if len(rows) < SLICE:
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


def _rows(simulation: Simulation, rule: CompiledRule) -> list[Any]:
    statement = EVENTS if rule.trigger == TriggerKind.EVENT else CHANGES
    facts = ""
    if _asks_facts(rule.conditions):
        facts = OWN_FACTS.format(params=PARAMS_OF[statement])
    values: dict[str, Any] = {
        # Ids are made a moment before or after the time that is stored.
        "after": simulation.last_id or uuid7_from(simulation.starts_at - SLACK),
        "before": uuid7_from(simulation.ends_at + SLACK),
        "starts_at": simulation.starts_at,
        "ends_at": simulation.ends_at,
        "limit": SLICE,
    }
    offer = ""
    if rule.offer_id is not None:
        offer, values["offer"] = "AND t.offer_id = %(offer)s", rule.offer_id
    with direct_cursor() as cursor:
        found: list[Any] = cursor.execute(
            statement.format(facts=facts, offer=offer), values
        ).fetchall()
    return found


def _asks_facts(conditions: Conditions) -> bool:
    return bool(conditions.fields) or conditions.needs_consent


def _count(simulation: Simulation, rule: CompiledRule, rows: list[Any]) -> None:
    zone = rule.conditions.zone or UTC_ZONE
    per_day = Counter(simulation.per_day)
    with_facts = _asks_facts(rule.conditions)
    for row in rows:
        verdict = evaluate(rule, _trigger(row, with_facts=with_facts))
        if verdict.fired and _takes_caps(simulation, rule, row.at, zone):
            simulation.fired += 1
            per_day[f"{row.at.astimezone(zone):%Y-%m-%d}"] += 1
            if len(simulation.samples) < SAMPLES:
                simulation.samples.append(
                    [str(row.id), row.transaction_id, row.at.isoformat()]
                )
        elif verdict.fired or verdict.suppressed_by:
            simulation.suppressed += 1
    simulation.examined += len(rows)
    simulation.per_day = dict(per_day)
    if rows:
        simulation.last_id = rows[-1].id


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


def _trigger(row: Any, *, with_facts: bool) -> Trigger:
    return Trigger(
        id=row.id,
        offer_id=row.offer_id,
        affiliate_id=row.affiliate_id,
        goal_id=row.goal_id,
        has_goals=row.enable_goals,
        transaction_id=row.transaction_id,
        happened_at=row.occurred_at,
        clicked_at=row.clicked_at,
        facts=_facts(row) if with_facts else NO_FACTS,
        new_status=row.new_status,
        operation=row.operation,
        reason=row.reason,
        event_type_id=row.event_type_id,
        event_name=row.name,
        category=row.category,
    )


def _facts(row: Any) -> Facts:
    value_of = partial(getattr, row)
    if row.new_status:
        own = partial(change_facts, value_of, row.new_status, row.reason)
    else:
        own = partial(event_facts, value_of, row.name)
    return Facts(
        own,
        fields=_parsed(row.fields),
        params=_parsed(row.params),
        click=row.click_params,
    )


def _parsed(text: str | None) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(text) if text else {}
    return found
