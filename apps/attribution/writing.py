"""Writes what events changed about their subjects, in one statement."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, LiteralString

from apps.attribution.algorithm import Moment, Period
from apps.attribution.ledger import source_of
from apps.attribution.recording import Change
from apps.attribution.remembering import as_json
from apps.attribution.storage import period_id, settings_of
from apps.core.sql import array_of, direct_cursor, one_line

# Of JSON a hundred rows are expected: without the array all subjects would be read.
STORY_PARTS: LiteralString = """
subject AS (
    UPDATE attribution_subject s
       SET state = v.state, is_disturbed = v.is_disturbed,
           first_seen_at = v.first_seen_at, last_activity_at = v.last_activity_at
      FROM json_to_recordset(%s::json)
           AS v(id bigint, state jsonb, is_disturbed boolean,
                first_seen_at timestamptz, last_activity_at timestamptz)
     WHERE s.id = v.id AND s.id = ANY(%s::bigint[]) AND {only}
), story AS (
    INSERT INTO attribution_subjectevent
           (subject_id, event_id, occurred_at, kind, is_activity, click_id,
            affiliate_id, inactivity_days, takes_organic, takes_visits, state,
            settles_at, is_history)
    SELECT subject_id, event_id, occurred_at, kind, is_activity, click_id,
           affiliate_id, inactivity_days, takes_organic, takes_visits, state,
           settles_at, is_history
      FROM json_to_recordset(%s::json)
           AS v(subject_id bigint, event_id uuid, occurred_at timestamptz, kind text,
                is_activity boolean, click_id uuid, affiliate_id bigint,
                inactivity_days smallint, takes_organic boolean,
                takes_visits boolean, state text, settles_at timestamptz,
                is_history boolean)
     WHERE {only} {again}
)
"""
"""What is written about every event; ``only`` is the condition for all of it.

``again`` is what becomes of an event that is in the story already: it waited there.
"""
COUNT_WAITING: LiteralString = """
ON CONFLICT (event_id, subject_id)
DO UPDATE SET state = excluded.state, settles_at = excluded.settles_at
"""
FACT_PARTS: LiteralString = """
period AS (
    INSERT INTO attribution_period
           (id, subject_id, opened_by_id, cause, started_at, click_id, affiliate_id,
            is_superseded)
    SELECT id, subject_id, opened_by_id, cause, started_at, click_id, affiliate_id,
           false
      FROM json_to_recordset(%s::json)
           AS v(id uuid, subject_id bigint, opened_by_id uuid, cause text,
                started_at timestamptz, click_id uuid, affiliate_id bigint)
     WHERE {only}
        ON CONFLICT (subject_id, opened_by_id)
        DO UPDATE SET cause = excluded.cause, is_superseded = false
), fact AS (
    INSERT INTO attribution_fact
           (id, subject_id, kind, event_id, slot, period_id, affiliate_id, state,
            reason, decided_at)
    SELECT id, subject_id, kind, event_id, slot, period_id, affiliate_id, state,
           reason, decided_at
      FROM json_to_recordset(%s::json)
           AS v(id uuid, subject_id bigint, kind text, event_id uuid, slot text,
                period_id uuid, affiliate_id bigint, state text, reason text,
                decided_at timestamptz)
     WHERE {only}
)
"""
"""What is written where something follows: periods and facts."""
PARTS = one_line(f"{STORY_PARTS}, {FACT_PARTS}").format(
    only="true", again=one_line(COUNT_WAITING)
)
WRITE = f"WITH {PARTS} SELECT 1"
SUPERSEDE = """
UPDATE attribution_period SET is_superseded = true
 WHERE subject_id = %s AND NOT is_superseded AND NOT opened_by_id = ANY(%s)
"""
RETRACT = """
UPDATE attribution_fact f
   SET state = 'retracted', retraction_id = v.retraction_id, retracted_by_id = %s,
       retracted_at = %s
  FROM unnest(%s::uuid[], %s::uuid[]) AS v(id, retraction_id)
 WHERE f.id = v.id
"""
RESTORE = "UPDATE attribution_fact SET state = 'announced' WHERE id = ANY(%s)"


def write(changes: Sequence[Change], now: datetime) -> None:
    """Write what changes; the subjects are locked and the events are stored."""
    with direct_cursor() as cursor:
        parameters = [*stories_as_json(changes), *facts_as_json(changes, now)]
        cursor.execute(WRITE, parameters, prepare=True)
        for one in changes:
            if one.was_replayed:
                _correct(cursor, one, now)


def stories_as_json(changes: Sequence[Change]) -> list[object]:
    """Return what changes as ``STORY_PARTS`` reads it."""
    changed = [one for one in changes if one.state is not None]
    events = [_event_row(one, moment) for one in changes for moment in one.moments]
    return [
        _as_json([_subject_row(one) for one in changed]),
        array_of(one.subject.id for one in changed),
        _as_json(events),
    ]


def facts_as_json(changes: Sequence[Change], now: datetime) -> list[object]:
    """Return what follows as ``FACT_PARTS`` reads it."""
    periods = [_period_row(one, period) for one in changes for period in one.periods]
    facts = [row for one in changes for row in _fact_rows(one, now)]
    return [_as_json(periods), _as_json(facts)]


_as_json = json.JSONEncoder(separators=(",", ":")).encode


def _correct(cursor: Any, change: Change, now: datetime) -> None:
    """Write what a late event took back or brought back."""
    decision = change.decision
    openers = [one.event for one in change.periods]
    cursor.execute(SUPERSEDE, (change.subject.id, openers))
    if decision.retracted:
        ids = [one.id for one in decision.retracted]
        late = change.moments[0].event
        cursor.execute(RETRACT, (late, now, ids, change.retraction_ids))
    if decision.restored:
        cursor.execute(RESTORE, ([one.id for one in decision.restored],))


def _subject_row(change: Change) -> dict[str, Any]:
    state = change.state
    if state is None:
        raise ValueError("A subject that changes has a state.")
    active_at = state.active_at
    return {
        "id": change.subject.id,
        "state": as_json(state),
        "is_disturbed": change.subject.is_disturbed or change.was_replayed,
        "first_seen_at": state.first.started_at.isoformat(),
        "last_activity_at": active_at.isoformat() if active_at else None,
    }


def _event_row(change: Change, moment: Moment) -> dict[str, Any]:
    settles_at = change.settles_at
    return {
        **settings_of(moment),
        "subject_id": change.subject.id,
        "state": change.event_state,
        "settles_at": settles_at.isoformat() if settles_at else None,
        "is_history": change.is_history,
    }


def _period_row(change: Change, period: Period) -> dict[str, Any]:
    touch = period.touch
    return {
        "id": period_id(change.subject.id, period.event).hex,
        "subject_id": change.subject.id,
        "opened_by_id": period.event.hex,
        "cause": period.cause,
        "started_at": period.started_at.isoformat(),
        "click_id": touch.click.hex if touch else None,
        "affiliate_id": touch.affiliate if touch else None,
    }


def _fact_rows(change: Change, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "id": id_.hex,
            "subject_id": change.subject.id,
            "kind": one.fact.kind,
            "event_id": one.fact.event.hex,
            "slot": one.fact.slot,
            "period_id": period_id(change.subject.id, one.fact.period.event).hex,
            "affiliate_id": source_of(one.fact),
            "state": one.state,
            "reason": one.reason,
            "decided_at": now.isoformat(),
        }
        for id_, one in zip(change.ids, change.decision.new, strict=True)
    ]
