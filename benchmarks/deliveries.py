"""How fast deliveries leave: backlogs, slow partners, a dead partner, due retries."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from apps.deliveries.models import Delivery, Destination
from apps.postbacks.models import PostbackRule
from benchmarks.measures import Figures, clear, wait_for
from benchmarks.stage import Stage, run_module
from tests.factories import make_rule

THREADS = 128
"""Two workers of 64."""

PLAN = """
INSERT INTO deliveries_delivery
       (id, rule_id, revision_id, trigger_type, trigger_id, kind, event_id, click_id,
        offer_id, affiliate_id, destination_id, state, reason, order_key, attempts,
        due_at, outcome, message, created_at)
SELECT gen_random_uuid(), r.rule_id, r.id, 'event', gen_random_uuid(), 'live', e.id,
       e.click_id, e.offer_id, e.affiliate_id, %s, 'pending', '', '', 0,
       now() + %s * interval '1 second', '', '', now()
  FROM generate_series(1, %s), postbacks_rulerevision r,
       (SELECT * FROM tracking_event WHERE name = 'bench_event' LIMIT 1) e
 WHERE r.rule_id = %s
"""


def backlog(stage: Stage, *, count: int) -> Figures:
    """Deliveries/s of a backlog beside a bare pooled ``requests`` loop."""
    clear(stage)
    plan(stage.rule, count)
    before = stage.cpu_seconds("database")
    found = _drained(stage, count)
    cpu = found.pop("worker_cpu") + stage.cpu_seconds("database") - before
    plain = plain_requests(stage, min(count, 10_000))
    return {
        **found,
        "plain_requests_per_second": plain,
        "ratio": found["per_second"] / plain,
        "cpu_ms_per_delivery": cpu / count * 1000,
    }


def slow_partner(stage: Stage, *, latency_ms: int, seconds: float) -> Figures:
    """Deliveries/s to a partner that takes its time, beside threads ÷ latency."""
    possible = THREADS / (latency_ms / 1000)
    count = int(possible * seconds)
    clear(stage)
    plan(stage.rule, count)
    stage.sink(f"delay?ms={latency_ms}")
    try:
        found = _drained(stage, count)
    finally:
        stage.sink("delay?ms=0")
    found.pop("worker_cpu")
    return {**found, "possible_per_second": possible} | {
        "ratio": found["per_second"] / possible
    }


def black_hole(stage: Stage, *, count: int) -> Figures:
    """Rate of the healthy half of a backlog whose other half goes nowhere."""
    clear(stage)
    plan(stage.rule, count // 2)
    alone = _drained(stage, count // 2)["per_second"]
    hole = make_rule(
        stage.offer, trigger="event", url=f"http://127.0.0.1:{stage.hole_port}/pb"
    )
    clear(stage)
    plan(hole, count // 2)
    plan(stage.rule, count // 2)
    stage.start_worker()
    healthy = Delivery.objects.filter(rule=stage.rule)
    wait_for(count // 2, stage, seconds=120, of=healthy)
    stage.stop_worker()
    seen = stage.sink("stats")
    beside = (seen["count"] - 1) / (seen["last"] - seen["first"])
    attempts = Delivery.objects.filter(rule=hole, attempts__gt=0).count()
    clear(stage)
    Destination.objects.filter(key__endswith=str(stage.hole_port)).update(
        breaker="closed", failures=0, trips=0, retry_at=None
    )
    return {
        "alone_per_second": alone,
        "beside_per_second": beside,
        "ratio": beside / alone,
        "tried_in_the_hole": attempts,
    }


def due_retries(stage: Stage, *, count: int) -> Figures:
    """How late retries start that become due one after the other, within 9 s."""
    clear(stage)
    for place in range(count):
        plan(stage.rule, 1, due_in=5 + 4 * place / count)
    Delivery.objects.update(state="retrying", attempts=1)
    due = dict(Delivery.objects.values_list("pk", "due_at"))
    stage.start_worker()
    wait_for(count, stage, seconds=60)
    stage.stop_worker()
    late = sorted(
        (started_at - due[pk]).total_seconds()
        for pk, started_at in Delivery.objects.values_list(
            "pk", "attempt_log__started_at"
        )
    )
    return {"count": count, "p50_late_s": late[count // 2], "most_late_s": late[-1]}


def _drained(stage: Stage, count: int) -> Figures:
    """Start a worker, wait for ``count``, stop it."""
    stage.start_worker()
    wait_for(count, stage, seconds=900)
    cpu = stage.cpu_seconds("worker")
    stage.stop_worker()
    seen = stage.sink("stats")
    return {
        "count": count,
        "arrived": seen["count"],
        "per_second": (seen["count"] - 1) / (seen["last"] - seen["first"]),
        "worker_cpu": cpu,
    }


def plain_requests(stage: Stage, count: int) -> float:
    """Return requests/s of two processes of 64 threads each."""
    stage.sink("reset")
    arguments = ["--url", stage.sink_url, "--count", str(count // 2)]
    with ThreadPoolExecutor(2) as both:
        list(
            both.map(
                lambda _: run_module("benchmarks.plain_requests", arguments), range(2)
            )
        )
    seen = stage.sink("stats")
    return float((seen["count"] - 1) / (seen["last"] - seen["first"]))


def plan(rule: PostbackRule, count: int, *, due_in: float = 0.0) -> None:
    """Plan ``count`` deliveries of one event."""
    key: dict[str, Any] = rule.revisions.get(number=rule.revision).snapshot
    destination, _ = Destination.objects.get_or_create(key=key["destination"])
    with connection.cursor() as cursor:
        cursor.execute(PLAN, [destination.pk, due_in, count, rule.pk])
        if count > 1:
            cursor.execute("VACUUM ANALYZE deliveries_delivery")
