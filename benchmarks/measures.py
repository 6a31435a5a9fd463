"""The measurements: each returns figures, each bounded in count and time."""

import time
from operator import itemgetter
from typing import Any

from django.db import connection

from apps.deliveries.models import Delivery
from apps.postbacks.models import PostbackRule
from benchmarks import pgbench
from benchmarks.stage import Stage

Figures = dict[str, Any]

UNFINISHED = " OR ".join(
    f"""EXISTS (SELECT 1 FROM deliveries_delivery WHERE state = '{state}'
                AND (%(rule)s::bigint IS NULL OR rule_id = %(rule)s))"""
    for state in ("pending", "retrying", "sending")
).join(["SELECT ", ""])


def ingest(stage: Stage, *, count: int) -> Figures:
    """Requests/s of /postback beside pgbench, in turn: the median of three rounds."""
    stage.load(path=stage.postback_path, count=1_000)
    rounds = [_ingest_round(stage, count) for _ in range(3)]
    found = sorted(rounds, key=itemgetter("ratio_to_pgbench"))[1]
    empty = stage.load(path="/healthz", count=count)
    return {
        **found,
        "empty_view_per_second": empty["per_second"],
        "web_worker_mb": stage.memory_mb("web"),
    }


def _ingest_round(stage: Stage, count: int) -> Figures:
    before = stage.cpu_seconds("web", "database")
    found = stage.load(path=stage.postback_path, count=count)
    cpu = stage.cpu_seconds("web", "database") - before
    if found["accepted"] != count:
        raise RuntimeError(f"Only {found['accepted']} of {count} were accepted.")
    database = pgbench.transactions_per_second(stage, clients=8, seconds=3)
    return {
        "per_second": found["per_second"],
        "p50_ms": found["p50_ms"],
        "p99_ms": found["p99_ms"],
        "cpu_ms_per_event": cpu / count * 1000,
        "pgbench_per_second": database,
        "ratio_to_pgbench": found["per_second"] / database,
    }


def end_to_end(stage: Stage, *, count: int) -> Figures:
    """Push ``count`` postbacks with a worker running; each is delivered once."""
    clear(stage)
    stage.start_worker()
    time.sleep(4)
    before = stage.cpu_seconds("web", "database", "worker")
    stage.load(path=stage.postback_path, count=count)
    wait_for(count, stage, seconds=120)
    cpu = stage.cpu_seconds("web", "database", "worker") - before
    seen = stage.sink("stats")
    return {
        "sent": count,
        "arrived": seen["count"],
        "distinct": seen["distinct"],
        "delivered": Delivery.objects.filter(state="delivered").count(),
        "cpu_ms_per_event": cpu / count * 1000,
        "delivery_worker_mb": stage.memory_mb("worker"),
    }


def low_load(stage: Stage, *, seconds: int) -> Figures:
    """Ten events a second: from request sent to partner called."""
    clear(stage)
    count = 10 * seconds
    stage.load(path=stage.postback_path, count=count, connections=1, gap=0.095)
    wait_for(count, stage, seconds=30)
    ordered = sorted(stage.sink("stats")["latencies_ms"])
    return {
        "events": len(ordered),
        "p50_ms": ordered[len(ordered) // 2],
        "p99_ms": ordered[int(len(ordered) * 0.99)],
    }


def clear(stage: Stage) -> None:
    """Forget all deliveries and events, and what the sink saw."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE deliveries_attempt, deliveries_delivery CASCADE")
        cursor.execute("DELETE FROM django_q_ormq")
        cursor.execute("VACUUM ANALYZE")
    stage.sink("reset")


def wait_for(
    count: int, stage: Stage, *, seconds: float, rule: PostbackRule | None = None
) -> None:
    """Return when ``count`` deliveries are finished. Raises ``TimeoutError``.

    It asks the small indexes of what is unfinished: counting would cost more than what
    is measured.
    """
    ends_at = time.monotonic() + seconds
    rule_id = rule.pk if rule else None
    while time.monotonic() < ends_at:
        time.sleep(0.25)
        with connection.cursor() as cursor:
            cursor.execute(UNFINISHED, {"rule": rule_id})
            (is_unfinished,) = cursor.fetchone()
        if not is_unfinished and Delivery.objects.count() >= count:
            return
    raise TimeoutError(f"Not all of {count} deliveries finished in {seconds:g} s.")
