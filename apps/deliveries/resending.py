"""A slice of a replay that sends deliveries again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from apps.core.ids import uuid7_from
from apps.core.sql import direct_cursor
from apps.deliveries.destinations import destination_ids
from apps.deliveries.models import Replay
from apps.deliveries.states import RESENDABLE
from apps.postbacks.models import RuleRevision
from apps.postbacks.past import SLACK

COUNTED = 1_000_000

SELECTION = """
       d.id > %(after)s AND d.id < %(before)s
   AND d.created_at >= %(starts_at)s AND d.created_at < %(ends_at)s
   AND d.kind <> 'test' {narrowed}
"""
COUNT = """
SELECT count(*) AS found FROM (
    SELECT 1 FROM deliveries_delivery d
     WHERE {selection} AND d.state = ANY(%(states)s) LIMIT %(limit)s) counted
"""
# What this replay had sent already is passed over: a slice may run twice.
RESEND = """
WITH looked AS MATERIALIZED (
    SELECT d.id, d.state, d.replay_id, d.rule_id FROM deliveries_delivery d
     WHERE {selection} ORDER BY d.id LIMIT %(limit)s
), chosen AS (
    SELECT id, rule_id, row_number() OVER (ORDER BY id) - 1 AS place FROM looked
     WHERE state = ANY(%(states)s) AND replay_id IS DISTINCT FROM %(replay)s
), sent AS (
    UPDATE deliveries_delivery d
       SET state = 'retrying', reason = '', finished_at = NULL,
           attempts_before = d.attempts, replay_id = %(replay)s,
           due_at = %(due_at)s + chosen.place * %(gap)s,
           revision_id = coalesce(current.id, d.revision_id),
           destination_id = coalesce(current.destination_id, d.destination_id)
      FROM chosen
      LEFT JOIN (SELECT rule.id AS rule_id, revision.id, ds.id AS destination_id
                   FROM postbacks_postbackrule rule
                   JOIN postbacks_rulerevision revision
                     ON revision.rule_id = rule.id AND revision.number = rule.revision
                   JOIN deliveries_destination ds
                     ON ds.key = revision.snapshot->>'destination'
                  WHERE %(is_current)s AND rule.id IN (SELECT rule_id FROM chosen)
           ) current ON current.rule_id = chosen.rule_id
     WHERE d.id = chosen.id AND d.state = ANY(%(states)s)
    RETURNING d.id
)
SELECT (SELECT count(*) FROM looked) AS looked, (SELECT count(*) FROM sent) AS sent,
       (SELECT id FROM looked ORDER BY id DESC LIMIT 1) AS last_id
"""
CURRENT_DESTINATIONS = """
SELECT DISTINCT revision.snapshot->>'destination' AS key
  FROM postbacks_postbackrule rule
  JOIN postbacks_rulerevision revision
    ON revision.rule_id = rule.id AND revision.number = rule.revision
 WHERE %s::bigint IS NULL OR rule.id = %s
"""


class Slice(NamedTuple):
    """What came of one slice."""

    examined: int
    planned: int
    last_id: Any


def count(replay: Replay) -> int:
    """Return how many deliveries ``replay`` would send again, up to a million."""
    values = {**_values(replay), "limit": COUNTED}
    with direct_cursor() as cursor:
        [row] = cursor.execute(
            COUNT.format(selection=_selection(replay)), values
        ).fetchall()
    return int(row.found)


def resend_slice(
    replay: Replay, *, limit: int, due_at: datetime, gap: timedelta
) -> Slice:
    """Send the next ``limit`` deliveries again, ``gap`` after one another."""
    if replay.uses_current:
        _ensure_destinations(replay)
    values = {
        **_values(replay),
        "limit": limit,
        "replay": replay.pk,
        "due_at": due_at,
        "gap": gap,
        "is_current": replay.uses_current,
    }
    with direct_cursor() as cursor:
        [row] = cursor.execute(
            RESEND.format(selection=_selection(replay)), values
        ).fetchall()
    return Slice(row.looked, row.sent, row.last_id)


def _ensure_destinations(replay: Replay) -> None:
    """Have a row for every destination that rules have now."""
    with direct_cursor() as cursor:
        rows = cursor.execute(
            CURRENT_DESTINATIONS, (replay.rule_id, replay.rule_id)
        ).fetchall()
    destination_ids([row.key for row in rows])


def _selection(replay: Replay) -> str:
    names = ("rule", "offer", "destination")
    narrowed = "".join(
        f" AND d.{name}_id = %({name})s"
        for name in names
        if getattr(replay, f"{name}_id") is not None
    )
    return SELECTION.format(narrowed=narrowed)


def _values(replay: Replay) -> dict[str, Any]:
    return {
        # Ids are made a moment before or after the time that is stored.
        "after": replay.last_id or uuid7_from(replay.starts_at - SLACK),
        "before": uuid7_from(replay.ends_at + SLACK),
        "starts_at": replay.starts_at,
        "ends_at": replay.ends_at,
        "states": list(states_of(replay)),
        "rule": replay.rule_id,
        "offer": replay.offer_id,
        "destination": replay.destination_id,
    }


def states_of(replay: Replay) -> Sequence[str]:
    """Return the states that are sent again; what is on its way never is."""
    return [state for state in replay.states if state in RESENDABLE]


def current_revision(replay: Replay) -> RuleRevision:
    """Return the newest revision of the rule of ``replay``."""
    return RuleRevision.objects.filter(rule=replay.rule_id).latest("number")
