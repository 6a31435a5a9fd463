"""A slice of a replay that tells a partner what happened before there was a rule."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from apps.core.ids import uuid7
from apps.core.sql import direct_cursor
from apps.deliveries.caps import take_caps
from apps.deliveries.destinations import destination_ids
from apps.deliveries.models import Replay
from apps.deliveries.planning import SUPPRESSED, PlannedDelivery, plan_deliveries
from apps.deliveries.resending import Slice, current_revision
from apps.postbacks.compiled import CompiledRule
from apps.postbacks.matching import ACTIVE, RuleIndex, evaluate
from apps.postbacks.past import Past, Span, read_past

PREVIEWED = 50_000
"""So many triggers are evaluated for a preview."""

EXISTING = """
SELECT trigger_id FROM deliveries_delivery
 WHERE rule_id = %s AND trigger_id = ANY(%s) AND kind <> 'test'
"""
# Live ones come first: theirs are pending, these wait among the retries.
INSERT = """
INSERT INTO deliveries_delivery
       (id, rule_id, revision_id, trigger_type, trigger_id, kind, event_id,
        conversion_id, click_id, offer_id, affiliate_id, destination_id, state, reason,
        order_key, replay_id, attempts, due_at, outcome, message, created_at,
        finished_at)
SELECT v.id, %(rule)s, %(revision)s, v.trigger_type, v.trigger_id, 'replay', v.event_id,
       v.conversion_id, v.click_id, v.offer_id, v.affiliate_id, %(destination)s,
       v.state, v.reason, v.order_key, %(replay)s, 0, v.due_at, '', '', %(now)s,
       CASE WHEN v.state = 'suppressed' THEN %(now)s::timestamptz END
  FROM unnest(%(ids)s::uuid[], %(types)s::text[], %(triggers)s::uuid[],
              %(events)s::uuid[], %(conversions)s::uuid[], %(clicks)s::uuid[],
              %(offers)s::bigint[], %(affiliates)s::bigint[], %(states)s::text[],
              %(reasons)s::text[], %(orders)s::text[], %(dues)s::timestamptz[])
       AS v(id, trigger_type, trigger_id, event_id, conversion_id, click_id, offer_id,
            affiliate_id, state, reason, order_key, due_at)
    ON CONFLICT DO NOTHING
RETURNING state
"""


def rule_of(replay: Replay) -> CompiledRule:
    """Return the rule as it is now and as if it were active: that is what is asked."""
    revision = current_revision(replay)
    compiled = CompiledRule.from_snapshot(
        rule_id=revision.rule_id, revision_id=revision.pk, snapshot=revision.snapshot
    )
    return replace(compiled, status=ACTIVE)


def count(replay: Replay) -> int:
    """Return how many deliveries the first ``PREVIEWED`` triggers would lead to."""
    rule = rule_of(replay)
    span = Span(replay.starts_at, replay.ends_at, None)
    fired = [
        past
        for past in read_past(rule, span, PREVIEWED)
        if evaluate(rule, past.trigger).fired
    ]
    return len(_untold(rule, fired))


def backfill_slice(
    replay: Replay, *, limit: int, due_at: datetime, gap: timedelta, now: datetime
) -> Slice:
    """Plan what the next ``limit`` triggers lead to; what was planned before stays."""
    rule = rule_of(replay)
    span = Span(replay.starts_at, replay.ends_at, replay.last_id)
    found = read_past(rule, span, limit)
    planned = [
        (one, past)
        for past in _untold(rule, found)
        for one in plan_deliveries([past.trigger], RuleIndex([rule]), past.row.at)
    ]
    # Caps count where it happened: a day's cap is not used up by an earlier day.
    capped = [(take_caps([one], past.row.at)[0], past) for one, past in planned]
    inserted = _insert(replay, rule, capped, (now, due_at, gap)) if capped else 0
    return Slice(len(found), inserted, found[-1].row.id if found else None)


def _untold(rule: CompiledRule, found: Sequence[Past]) -> list[Past]:
    """Return those of ``found`` that ``rule`` has no delivery of."""
    if not found:
        return []
    with direct_cursor() as cursor:
        rows = cursor.execute(
            EXISTING, (rule.id, [past.trigger.id for past in found])
        ).fetchall()
    told = {row.trigger_id for row in rows}
    return [past for past in found if past.trigger.id not in told]


def _insert(
    replay: Replay,
    rule: CompiledRule,
    planned: Sequence[tuple[PlannedDelivery, Past]],
    times: tuple[datetime, datetime, timedelta],
) -> int:
    now, due_at, gap = times
    rows = [past.row for _, past in planned]
    values: dict[str, Any] = {
        "rule": rule.id,
        "revision": rule.revision_id,
        "destination": destination_ids([rule.destination])[rule.destination],
        "replay": replay.pk,
        "now": now,
        "ids": [uuid7() for _ in planned],
        "types": [one.trigger_type for one, _ in planned],
        "triggers": [one.trigger_id for one, _ in planned],
        "events": [row.event_id for row in rows],
        "conversions": [row.conversion_id for row in rows],
        "clicks": [row.click_id for row in rows],
        "offers": [row.offer_id for row in rows],
        "affiliates": [row.affiliate_id for row in rows],
        "states": [
            SUPPRESSED if one.state == SUPPRESSED else "retrying" for one, _ in planned
        ],
        "reasons": [
            one.reason if one.state == SUPPRESSED else "" for one, _ in planned
        ],
        "orders": [one.order_key for one, _ in planned],
        "dues": [due_at + place * gap for place in range(len(planned))],
    }
    with direct_cursor() as cursor:
        inserted = cursor.execute(INSERT, values).fetchall()
    return sum(row.state != SUPPRESSED for row in inserted)
