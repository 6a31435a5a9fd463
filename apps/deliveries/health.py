"""What attempts tell of the health of destinations and rules, written in bulk.

Only failures, and successes after failures, cost a statement.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from apps.core.sql import direct_cursor, one_line
from apps.deliveries.breaker import Contact, after
from apps.deliveries.lanes import breaker_of
from apps.deliveries.limits import columns_of

LOCK = one_line("""
SELECT id, breaker, failures, trips, retry_at FROM deliveries_destination
 WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
""")
STORE = one_line("""
UPDATE deliveries_destination ds
   SET breaker = v.breaker, failures = v.failures, trips = v.trips,
       retry_at = v.retry_at
  FROM unnest(%s::bigint[], %s::text[], %s::int[], %s::int[], %s::timestamptz[])
       AS v(id, breaker, failures, trips, retry_at)
 WHERE ds.id = v.id
""")
COUNT_FAILURES = one_line("""
INSERT INTO deliveries_rulehealth AS h
       (rule_id, failures, failing_since, last_message)
SELECT * FROM unnest(%s::bigint[], %s::int[], %s::timestamptz[], %s::text[])
    ON CONFLICT (rule_id) DO UPDATE
   SET failures = CASE WHEN h.rule_id = ANY(%s) THEN excluded.failures
                       ELSE h.failures + excluded.failures END,
       failing_since = coalesce(h.failing_since, excluded.failing_since),
       last_message = excluded.last_message
RETURNING rule_id, failures
""")
FORGET_FAILURES = one_line("""
UPDATE deliveries_rulehealth SET failures = 0, failing_since = NULL
 WHERE rule_id IN (SELECT rule_id FROM deliveries_rulehealth
                    WHERE rule_id = ANY(%s) AND failures > 0
                    ORDER BY rule_id FOR NO KEY UPDATE)
""")


@dataclass(frozen=True, slots=True)
class Signal:
    """What one attempt tells.

    ``contact`` is ``None`` when it says nothing about the destination, ``is_failure``
    when it does not count for the rule (a test, a replay, refused credentials).
    ``is_watched`` tells that one of the two had failed before.
    """

    destination_id: int
    contact: Contact | None
    rule_id: int
    is_failure: bool | None
    is_watched: bool
    disable_after: int
    message: str
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class Failing:
    """A rule that failed so often in a row that it is to be switched off."""

    rule_id: int
    failures: int
    message: str


def note(signals: Sequence[Signal]) -> list[Failing]:
    """Store what ``signals`` tell; return the rules to be switched off.

    Call it in the transaction that stores the attempts, in the order they ended.
    """
    _note_destinations(signals)
    return _note_rules(signals)


def _note_destinations(signals: Iterable[Signal]) -> None:
    contacts: defaultdict[int, list[Contact]] = defaultdict(list)
    news: set[int] = set()
    for signal in signals:
        if signal.contact is not None:
            contacts[signal.destination_id].append(signal.contact)
            if signal.is_watched or signal.contact.is_failure:
                news.add(signal.destination_id)
    if not news:
        return
    with direct_cursor() as cursor:
        rows = cursor.execute(LOCK, (list(news),), prepare=True).fetchall()
        breakers = [after(breaker_of(row), contacts[row.id]) for row in rows]
        columns: list[list[Any]] = [[row.id for row in rows], *columns_of(breakers)]
        cursor.execute(STORE, columns, prepare=True)


def _note_rules(signals: Iterable[Signal]) -> list[Failing]:
    by_rule: defaultdict[int, list[Signal]] = defaultdict(list)
    for signal in signals:
        if signal.is_failure is not None:
            by_rule[signal.rule_id].append(signal)
    recovered = [
        rule_id
        for rule_id, found in by_rule.items()
        if not found[-1].is_failure and any(one.is_watched for one in found)
    ]
    if recovered:
        with direct_cursor() as cursor:
            cursor.execute(FORGET_FAILURES, (recovered,), prepare=True)
    failing = {
        rule_id: found
        for rule_id, found in sorted(by_rule.items())
        if found[-1].is_failure
    }
    return _count_failures(failing) if failing else []


def _count_failures(failing: dict[int, list[Signal]]) -> list[Failing]:
    anew = [
        rule_id
        for rule_id, found in failing.items()
        if not all(one.is_failure for one in found)
    ]
    parameters = (
        list(failing),
        [_trailing_failures(found) for found in failing.values()],
        [found[-1].ended_at for found in failing.values()],
        [found[-1].message for found in failing.values()],
        anew,
    )
    with direct_cursor() as cursor:
        rows = cursor.execute(COUNT_FAILURES, parameters, prepare=True).fetchall()
    return [
        Failing(row.rule_id, row.failures, last.message)
        for row in rows
        if 0 < (last := failing[row.rule_id][-1]).disable_after <= row.failures
    ]


def _trailing_failures(signals: Sequence[Signal]) -> int:
    count = 0
    for signal in reversed(signals):
        if not signal.is_failure:
            break
        count += 1
    return count
