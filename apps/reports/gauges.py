"""How things stand now, for /metrics: read from the database when asked.

No statement counts a table that grows with every event: open deliveries are counted
through partial indexes and up to ``COUNTED``.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db.models import Count, F, Sum

from apps.core.queue import count_waiting, oldest_waiting_seconds
from apps.core.sql import one_line, rows_of
from apps.deliveries import lanes, presence
from apps.deliveries.models import Alert, Destination, WorkerShift
from apps.deliveries.states import AlertKind, BreakerState, DestinationState

COUNTED = 100_000

DELIVERIES = one_line("""
SELECT 'pending' AS state, count(*) AS number
  FROM (SELECT 1 FROM deliveries_delivery WHERE state = 'pending' LIMIT %s) one
UNION ALL SELECT 'retrying', count(*)
  FROM (SELECT 1 FROM deliveries_delivery WHERE state = 'retrying' LIMIT %s) one
UNION ALL SELECT 'sending', count(*)
  FROM (SELECT 1 FROM deliveries_delivery WHERE state = 'sending' LIMIT %s) one
UNION ALL SELECT 'held', count(*)
  FROM (SELECT 1 FROM deliveries_delivery WHERE state = 'held' LIMIT %s) one
""")
CONNECTIONS = one_line("""
SELECT coalesce(state, 'other') AS state, count(*) AS number
  FROM pg_stat_activity
 WHERE datname = current_database() AND backend_type = 'client backend' GROUP BY 1
""")
MOST_CONNECTIONS = "SELECT current_setting('max_connections')::int AS number"


class Gauge(NamedTuple):
    """A figure that goes up and down: its label, if any, and the values by it."""

    name: str
    help: str
    values: dict[str, float]
    label: str = ""


def gauges(now: datetime) -> Iterator[Gauge]:
    """Yield every gauge. Raises the errors of a database that does not answer."""
    yield from _deliveries(now)
    yield from _queue()
    yield from _workers(now)
    yield from _health()
    yield from _database()


def _deliveries(now: datetime) -> Iterator[Gauge]:
    rows = rows_of(DELIVERIES, [COUNTED] * 4)
    yield Gauge(
        "postbacks_deliveries",
        f"Deliveries that are not over, by state; {COUNTED:,} is that many or more.",
        {row.state: row.number for row in rows},
        "state",
    )
    waiting = lanes.look(now)
    yield Gauge(
        "postbacks_oldest_due_seconds",
        "How long ago the oldest delivery was due, but for paused destinations; "
        "0: none is late.",
        {"": _age(lanes.oldest_due(now), now)},
    )
    yield Gauge(
        "postbacks_oldest_waiting_seconds",
        "The same for deliveries that wait for workers, not for a destination that is "
        "paused, limited or does not answer.",
        {"": _age(lanes.late_since(waiting, now), now)},
    )


def _age(since: datetime | None, now: datetime) -> float:
    return max((now - since).total_seconds(), 0.0) if since else 0.0


def _queue() -> Iterator[Gauge]:
    yield Gauge(
        "postbacks_queue_messages",
        "Wake-ups and scheduled tasks that no worker has taken yet.",
        {"": count_waiting()},
    )
    yield Gauge(
        "postbacks_queue_oldest_seconds",
        "How long the oldest of them waits; with the queue in Redis those in the "
        "database only.",
        {"": oldest_waiting_seconds()},
    )


def _workers(now: datetime) -> Iterator[Gauge]:
    alive = list(presence.alive(now))
    yield Gauge(
        "postbacks_workers",
        "Workers by state: alive, or missing (silent for "
        f"{presence.SILENT_AFTER.seconds} seconds without having been stopped).",
        {"alive": len(alive), "missing": presence.missing(now).count()},
        "state",
    )
    yield Gauge(
        "postbacks_worker_threads",
        "Requests that all living workers together can send at the same time.",
        {"": sum(worker.processes * worker.threads for worker in alive)},
    )
    shifts = WorkerShift.objects.filter(
        ended_at=None, seen_at__gt=now - presence.SILENT_AFTER
    )
    yield Gauge(
        "postbacks_worker_in_flight",
        "Deliveries that workers have claimed and not finished.",
        {"": shifts.aggregate(number=Sum("in_flight"))["number"] or 0},
    )


def _health() -> Iterator[Gauge]:
    breakers = dict.fromkeys(BreakerState.values, 0)
    rows = Destination.objects.values(name=F("breaker")).annotate(n=Count("pk"))
    breakers.update({row["name"]: row["n"] for row in rows})
    yield Gauge(
        "postbacks_destinations",
        "Destinations by breaker: closed ones answer, open ones do not.",
        dict(breakers),
        "breaker",
    )
    paused = Destination.objects.filter(state=DestinationState.PAUSED)
    yield Gauge(
        "postbacks_destinations_paused",
        "Destinations that somebody paused.",
        {"": paused.count()},
    )
    open_alerts = dict.fromkeys(AlertKind.values, 0)
    alerts = Alert.objects.filter(resolved_at=None).values("kind")
    open_alerts.update(
        {row["kind"]: row["n"] for row in alerts.annotate(n=Count("pk"))}
    )
    yield Gauge(
        "postbacks_open_alerts",
        "Open alerts of the product by kind, see docs/alerts.md.",
        dict(open_alerts),
        "kind",
    )


def _database() -> Iterator[Gauge]:
    yield Gauge(
        "postbacks_database_connections",
        "Connections to our database by what they do.",
        {row.state: row.number for row in rows_of(CONNECTIONS, ())},
        "state",
    )
    [most] = rows_of(MOST_CONNECTIONS, ())
    yield Gauge(
        "postbacks_database_connections_most",
        "How many connections the server takes, for all its databases.",
        {"": most.number},
    )
    yield Gauge(
        "postbacks_late_after_seconds",
        "When waiting counts as late: ALERT_BACKLOG_MINUTES.",
        {"": settings.ALERT_BACKLOG_MINUTES * 60},
    )
