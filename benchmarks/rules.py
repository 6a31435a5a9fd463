"""What rules cost: planning with few and many, rendering, simulating."""

from collections.abc import Callable
from dataclasses import replace
from time import perf_counter
from typing import Any

from django.db import connection
from django.utils import timezone

from apps.core.ids import uuid7
from apps.core.url_templates import compile_url
from apps.deliveries.planning import plan_deliveries
from apps.postbacks.checks import Trigger
from apps.postbacks.compiled import CompiledRule
from apps.postbacks.matching import RuleIndex
from apps.postbacks.models import Simulation
from apps.postbacks.simulating import simulate_slice
from apps.tracking.models import Event
from benchmarks.measures import Figures
from benchmarks.stage import Stage

MATCHING = 5
TEN_MACROS = (
    "https://t.example/pb?a={transaction_id}&b={event_name}&c={payout}&d={currency}"
    "&e={sub1}&f={sub2}&g={offer_id}&h={affiliate_id}&i={order_id}&j={status}"
)


def rules(stage: Stage, *, simulated: int) -> Figures:
    """Microseconds of planning and rendering; events/s of a simulation."""
    few, many = _planning(10), _planning(100_000)
    ratios, costs = [], []
    for _ in range(5):
        small, large = _microseconds(few, 2_000), _microseconds(many, 2_000)
        ratios.append(large / small)
        costs.append(large)
    values = dict.fromkeys(_macro_names(), "value 1")
    template = compile_url(TEN_MACROS)
    rendering = min(
        _microseconds(lambda: template.render(values), 2_000) for _ in range(5)
    )
    return {
        "planning_us_with_100000_rules": sorted(costs)[2],
        "planning_ratio": sorted(ratios)[2],
        "rendering_us": rendering,
        "simulated_per_second": _simulation(stage, simulated),
    }


def _macro_names() -> list[str]:
    return [part.split("}")[0] for part in TEN_MACROS.split("{")[1:]]


def _microseconds(call: Callable[[], Any], times: int) -> float:
    started = perf_counter()
    for _ in range(times):
        call()
    return (perf_counter() - started) / times * 1e6


def _planning(count: int) -> Callable[[], Any]:
    """Return planning of an event to which 5 of ``count`` rules react."""
    rule = CompiledRule(
        id=0,
        revision_id=0,
        status="active",
        offer_id=1,
        trigger="event",
        categories=frozenset(["views"]),
        event_type_id=None,
        custom_events={},
        affiliate_id=None,
        goal_id=None,
        destination="https://t.example:443",
    )
    index = RuleIndex(
        replace(rule, id=number, offer_id=1 if number < MATCHING else 2 + number % 999)
        for number in range(count)
    )
    trigger = Trigger(
        id=uuid7(),
        offer_id=1,
        affiliate_id=7,
        goal_id=None,
        has_goals=False,
        event_name="view",
        category="views",
    )
    now = timezone.now()
    if len(plan_deliveries([trigger], index, now)) != MATCHING:
        raise RuntimeError("Not 5 rules matched.")
    return lambda: plan_deliveries([trigger], index, now)


def _simulation(stage: Stage, count: int) -> float:
    """Return events/s of trying the stage's rule on stored events."""
    _store_events(count)
    first = Event.objects.earliest("received_at").received_at
    simulation = Simulation.objects.create(
        rule=stage.rule,
        revision=stage.rule.revisions.get(number=stage.rule.revision),
        author=stage.rule.author,
        starts_at=first,
        ends_at=timezone.now(),
    )
    started = perf_counter()
    while simulate_slice(simulation.pk):
        pass
    seconds = perf_counter() - started
    simulation.refresh_from_db()
    if simulation.examined < count:
        raise RuntimeError(f"Only {simulation.examined} events were examined.")
    return simulation.examined / seconds


def _store_events(count: int) -> None:
    """Copy one event of the bench, with ids and times of the last hours."""
    others = [
        str(field.column)
        for field in Event._meta.concrete_fields  # noqa: SLF001 - public, in spite of its name
        if field.column
        not in {"id", "order_id", "order_key", "received_at", "occurred_at"}
    ]
    columns = ", ".join(others)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH one AS (SELECT {columns} FROM tracking_event
                          WHERE name = 'bench_event' LIMIT 1),
                 made AS (SELECT n, now() - n * interval '10 milliseconds' AS at
                            FROM generate_series(1, %s) AS n)
            INSERT INTO tracking_event
                   (id, order_id, order_key, received_at, occurred_at, {columns})
            SELECT (lpad(to_hex((extract(epoch FROM at) * 1000)::bigint), 12, '0')
                    || '70008' || lpad(to_hex(n), 15, '0'))::uuid,
                   's' || n, 's' || n, at, at, {columns}
              FROM made, one
            """,
            [count],
        )
        cursor.execute("VACUUM ANALYZE tracking_event")
