"""What is wrong now: everything an alert tells, found anew each minute.

Looked up, never noted when it happens: sending costs nothing for it, and what nobody
noted cannot be missed. No query reads more of the log than it counts.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Max
from django.utils import timezone

from apps.actions import registry
from apps.core.sql import one_line, rows_of
from apps.deliveries import lanes
from apps.deliveries.lanes import Lane
from apps.deliveries.models import Destination, Finding, WorkerShift
from apps.deliveries.states import AlertKind, BreakerState
from apps.postbacks.models import RuleStatus

LEVELS = (50, 70, 90)
"""Percent of the failures in a row that disable a postback; at 100 it is disabled."""

TRIPS_TO_TELL = 3
"""A breaker that opened so often without an answer: minutes, not a hiccup."""

LATELY = timedelta(hours=1)
SILENT_FOR = timedelta(minutes=2)
"""A worker shows every half second that it lives."""

REPLACED_AFTER = timedelta(minutes=10)
"""A dead worker is missed no more once others were seen so long after it."""

COUNTED = 1_000
QUOTED_LENGTH = 160

# One probe of an index for each postback; counting stops at the limit.
RULES = one_line("""
SELECT r.id, r.name, r.status, r.status_reason, r.disable_after, h.failures,
       h.failing_since, h.last_message, lately.exhausted, lost.refused
  FROM postbacks_postbackrule r
  LEFT JOIN deliveries_rulehealth h ON h.rule_id = r.id
 CROSS JOIN LATERAL (
       SELECT count(*) AS exhausted
         FROM (SELECT 1 FROM deliveries_delivery d
                WHERE d.rule_id = r.id AND d.finished_at > %s
                  AND d.state = 'failed'
                  AND d.outcome IN ('retry', 'ambiguous', 'unknown')
                  AND d.kind <> 'test' LIMIT %s) one) lately
 CROSS JOIN LATERAL (
       SELECT count(*) AS refused
         FROM (SELECT 1 FROM deliveries_delivery d
                WHERE r.action = ANY(%s) AND d.rule_id = r.id AND d.finished_at > %s
                  AND d.state = 'failed' AND d.outcome = 'permanent'
                  AND d.kind <> 'test' LIMIT %s) one) lost
 WHERE r.archived_at IS NULL
   AND (h.failures > 0 OR r.status = 'auto_disabled' OR lately.exhausted > 0
        OR lost.refused > 0)
""")
CONNECTIONS = one_line("""
SELECT c.id, c.name, c.last_error, waiting.held
  FROM connections_connection c
 CROSS JOIN LATERAL (
       SELECT count(*) AS held
         FROM (SELECT 1 FROM postbacks_postbackrule r
                 JOIN deliveries_delivery d ON d.rule_id = r.id AND d.state = 'held'
                WHERE r.connection_id = c.id LIMIT %s) one) waiting
 WHERE c.state = 'auth_error'
""")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is wrong now. ``kind`` and ``subject`` name it over time."""

    kind: AlertKind
    subject: str
    name: str
    message: str
    level: int = 100


def troubles(now: datetime) -> list[Trouble]:
    """Return what is wrong at ``now``, each kind and subject once."""
    waiting = lanes.look(now)
    return [
        *_of_rules(now),
        *_of_connections(),
        *_of_destinations(),
        *_backlog(waiting, now),
        *_of_workers(waiting, now),
        *_unexplained(),
    ]


def _of_rules(now: datetime) -> Iterator[Trouble]:
    kinds = [
        action.kind for action in registry.all_actions() if action.must_not_be_lost
    ]
    since, most = now - LATELY, COUNTED + 1
    for row in rows_of(RULES, (since, most, kinds, since, most)):
        subject, name = f"rule:{row.id}", f"Postback #{row.id} {row.name}".strip()
        if row.status == RuleStatus.AUTO_DISABLED:
            yield Trouble(AlertKind.RULE_PAUSED, subject, name, _paused(name, row))
        elif row.status == RuleStatus.ACTIVE and (level := _level(row)):
            message = _failing(name, row)
            yield Trouble(AlertKind.RULE_FAILING, subject, name, message, level)
        if row.exhausted or row.refused:
            yield Trouble(AlertKind.EXHAUSTED, subject, name, _failed(name, row))


def _level(row: Any) -> int:
    """Return the highest level that the failures of a rule reach; 0 is none."""
    if not row.failures or not row.disable_after:
        return 0
    percent = 100 * row.failures / row.disable_after
    return max((level for level in LEVELS if percent >= level), default=0)


def _failed(name: str, row: Any) -> str:
    """Say how many failed, and after what; refusals count where nothing may be lost."""
    causes = ["after all retries"] * bool(row.exhausted)
    causes += ["by refusals"] * bool(row.refused)
    return (
        f"{name}: {_deliveries(row.exhausted + row.refused)} failed "
        f"{' or '.join(causes)} in the last hour. Mend the cause, then send them again "
        "from the list of failed deliveries."
    )


def _failing(name: str, row: Any) -> str:
    return (
        f"{name} fails: {row.failures} attempts in a row since "
        f"{_time(row.failing_since)}. Last: {_quoted(row.last_message)}. "
        f"At {row.disable_after} in a row it is disabled, and its deliveries are held."
    )


def _paused(name: str, row: Any) -> str:
    return (
        f"{name} was disabled: {_quoted(row.status_reason)}. Its deliveries are held. "
        "Open the postback, mend it and activate it: what was held is then sent."
    )


def _of_connections() -> Iterator[Trouble]:
    for row in rows_of(CONNECTIONS, (COUNTED + 1,)):
        name = f"Connection {row.name}"
        waiting = f"{_deliveries(row.held)} of its postbacks are held. "
        yield Trouble(
            AlertKind.CONNECTION_AUTH,
            f"connection:{row.id}",
            name,
            f"{name}: the provider refused the credentials: {_quoted(row.last_error)}. "
            f"{waiting if row.held else ''}Mend the credentials and press «Test "
            "connection»: what is held is then sent.",
        )


def _of_destinations() -> Iterator[Trouble]:
    down = Destination.objects.exclude(breaker=BreakerState.CLOSED)
    for key, failures in down.filter(trips__gte=TRIPS_TO_TELL).values_list(
        "key", "failures"
    ):
        yield Trouble(
            AlertKind.DESTINATION_DOWN,
            f"destination:{key}",
            key,
            f"{key} does not answer: {failures} failures in a row. Its deliveries "
            "wait and are not lost. It is tried again by itself.",
        )


def _backlog(waiting: Sequence[Lane], now: datetime) -> Iterator[Trouble]:
    """Tell that something waits for workers, not for its destination."""
    late = now - timedelta(minutes=settings.ALERT_BACKLOG_MINUTES)
    since = lanes.late_since(waiting, late)
    if since is not None:
        yield Trouble(
            AlertKind.BACKLOG,
            "deliveries",
            "Deliveries",
            f"Deliveries wait for too long: the oldest is due since "
            f"{_time(since)}. Look whether all workers run, and whether they are "
            "enough.",
        )


def _of_workers(waiting: Sequence[Lane], now: datetime) -> Iterator[Trouble]:
    then = now - SILENT_FOR
    seen_at = WorkerShift.objects.aggregate(last=Max("seen_at"))["last"]
    yield from _dead(then, seen_at)
    is_due = any((at := lane.next_at(then)) and at <= then for lane in waiting)
    if is_due and (seen_at is None or seen_at <= then):
        yield Trouble(
            AlertKind.WORKER_DEAD,
            "workers",
            "Workers",
            "Nobody sends: deliveries are due, and no worker was seen "
            f"{f'since {_time(seen_at)}' if seen_at else 'at all'}. Start one with "
            "«manage.py worker».",
        )


def _dead(then: datetime, seen_at: datetime | None) -> Iterator[Trouble]:
    """Tell, host by host, of the workers that ended in the middle of a shift."""
    if seen_at is None:
        return
    hosts: defaultdict[str, list[WorkerShift]] = defaultdict(list)
    missing = WorkerShift.objects.filter(
        ended_at=None, seen_at__lte=then, seen_at__gt=seen_at - REPLACED_AFTER
    )
    for shift in missing.order_by("seen_at"):
        hosts[shift.worker.partition("/")[0]].append(shift)
    for host, shifts in hosts.items():
        who = f"Worker {shifts[-1].worker}"
        if len(shifts) > 1:
            who = f"{len(shifts)} workers on {host}"
        yield Trouble(
            AlertKind.WORKER_DEAD,
            f"host:{host}",
            f"Workers on {host}",
            f"{who} died without ending the shift, last seen "
            f"{_time(shifts[-1].seen_at)}. What was being sent is tried again or held.",
        )


def _unexplained() -> Iterator[Trouble]:
    """Tell what the last nightly check found."""
    for what, text in Finding.objects.values_list("what", "text"):
        yield Trouble(
            AlertKind.UNEXPLAINED,
            f"invariant:{what}",
            f"Deliveries that {what}",
            f"{text} This must never be. Open them, resend or cancel them, then run "
            "«manage.py check_invariants».",
        )


def _deliveries(count: int) -> str:
    if count > COUNTED:
        return f"{COUNTED:,} or more deliveries"
    return f"{count:,} deliveries" if count > 1 else "1 delivery"


def _quoted(text: str | None) -> str:
    """Return ``text`` in one line, shortened: it may be a partner's words."""
    line = " ".join((text or "no message").split())
    is_long = len(line) > QUOTED_LENGTH
    return f"«{line[:QUOTED_LENGTH]}…»" if is_long else f"«{line}»"


def _time(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M %Z}"
