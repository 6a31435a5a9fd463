"""The other doors beside the postback URL, and the same ones on a full database."""

import json
import time
from copy import copy
from statistics import median
from typing import Any

from django.db import connection

from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from apps.tracking.models import Event
from benchmarks.measures import Figures, clear
from benchmarks.stage import Stage
from tests.factories import SECRET, make_event_type

BATCH = 1_000
EVENT = {
    "transaction_id": "bench-{n}",
    "event": "bench_event",
    "amount": "12.50",
    "order_id": "{t}",
}

EVENTS_AT_ONCE = 500_000
REVISIONS = """
INSERT INTO postbacks_rulerevision
       (rule_id, number, snapshot, sealed_secrets, author_id, created_at, comment)
SELECT rule.id, 1,
       one.snapshot || jsonb_build_object(
           'offer_id', rule.offer_id, 'event_type_id', rule.event_type_id),
       '', rule.author_id, now(), ''
  FROM postbacks_postbackrule rule
  JOIN postbacks_rulerevision one ON one.rule_id = %s
 WHERE NOT EXISTS (SELECT 1 FROM postbacks_rulerevision WHERE rule_id = rule.id)
"""
COPIED = ", ".join(
    str(field.column)
    for field in Event._meta.concrete_fields  # noqa: SLF001 - public, in spite of its name
    if field.column
    not in {
        *("id", "offer_id", "event_type_id", "name", "transaction_id", "order_id"),
        *("order_key", "occurred_at", "received_at"),
    }
)
# A quarter of a year of events on all offers, each of a transaction of its own.
EVENTS = f"""
WITH offer AS (SELECT array_agg(id) AS ids FROM offers_offer),
     one AS (SELECT {COPIED} FROM tracking_event WHERE name = 'bench_event' LIMIT 1)
INSERT INTO tracking_event
       (id, offer_id, event_type_id, name, transaction_id, order_id, order_key,
        occurred_at, received_at, {COPIED})
SELECT ('01900000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid,
       offer.ids[1 + n %% cardinality(offer.ids)], %s, 'other_event', 'full-' || n,
       n::text, 'full-' || n, now() - interval '90 days' + n * interval '1 second',
       now() - interval '90 days' + n * interval '1 second', {COPIED}
  FROM generate_series(%s, %s) AS n, offer, one
"""


def doors(stage: Stage, *, count: int) -> Figures:
    """Events/s of every door beside /postback, in turn: medians of three rounds."""
    # Statistics of an empty table would have every lookup in it scan it.
    stage.load(path=stage.postback_path, count=1_000)
    clear(stage)
    rounds = [_rates(stage, count) for _ in range(3)]
    rates = {name: median(found[name] for found in rounds) for name in rounds[0]}
    ratios = {
        f"{name}_ratio": median(found[name] / found["postback"] for found in rounds)
        for name in ("duplicate", "refused", "rest", "batch")
    }
    return {**{f"{name}_per_second": rate for name, rate in rates.items()}, **ratios}


def _rates(stage: Stage, count: int) -> dict[str, float]:
    """Return events/s, of which all were accepted or none, as each name says."""
    path = stage.postback_path
    batches = max(8, count // 250)
    rest: dict[str, Any] = {"token": SECRET, "body": json.dumps(EVENT)}
    batch: dict[str, Any] = {**rest, "batch": BATCH, "connections": 8}
    found = {
        "postback": _checked(stage, count, path=path),
        "duplicate": _checked(stage, count, 1, path=path.replace("{t}", "one-order")),
        "refused": _checked(
            stage, count, 0, path=path.replace("bench_event", "bench_evnt")
        ),
        "rest": _checked(stage, count, path="/api/v1/events", **rest),
    }
    found["batch"] = BATCH * _checked(
        stage, batches, batches * BATCH, path="/api/v1/events/batch", **batch
    )
    return found


def _checked(
    stage: Stage, count: int, accepted: int | None = None, **options: Any
) -> float:
    """Return requests/s. Raises ``RuntimeError`` when not as many were accepted.

    ``accepted`` is at most so many, e.g. 1 for the first of many duplicates.
    """
    expected = count if accepted is None else accepted
    found = stage.load(count=count, **options)
    is_fine = found["accepted"] == expected or (expected == 1 > found["accepted"])
    if not is_fine:
        raise RuntimeError(f"{found['accepted']} of {expected} were accepted.")
    return float(found["per_second"])


def flat(stage: Stage, *, count: int, events: int) -> Figures:
    """Events/s of /postback on an almost empty and on a full database."""
    clear(stage)
    before = _best(stage, count)
    started = time.perf_counter()
    _fill(stage, offers=1_000, rules=100_000, events=events)
    filled = time.perf_counter() - started
    stage.load(path=stage.postback_path, count=200)
    after = _best(stage, count)
    return {
        "offers": 1_000,
        "rules": 100_000,
        "events": events,
        "filled_in_seconds": filled,
        "empty_per_second": before,
        "full_per_second": after,
        "ratio": after / before,
        "web_worker_mb": stage.memory_mb("web"),
    }


def _best(stage: Stage, count: int) -> float:
    return max(_checked(stage, count, path=stage.postback_path) for _ in range(3))


def _fill(stage: Stage, *, offers: int, rules: int, events: int) -> None:
    """Add offers with rules for an event that nobody sends, and stored events."""
    other = make_event_type("other_event")
    found = Offer.objects.bulk_create(
        Offer(name=f"Offer {n}", advertiser=stage.offer.advertiser)
        for n in range(offers)
    )
    PostbackRule.objects.bulk_create(
        (
            _copy(stage.rule, offer=found[number % offers], event_type=other)
            for number in range(rules)
        ),
        batch_size=5_000,
    )
    with connection.cursor() as cursor:
        cursor.execute(REVISIONS, [stage.rule.pk])
        for first in range(0, events, EVENTS_AT_ONCE):
            last = min(first + EVENTS_AT_ONCE, events)
            cursor.execute(EVENTS, [other.pk, first + 1, last])
        cursor.execute("VACUUM ANALYZE")


def _copy(rule: PostbackRule, **changes: Any) -> PostbackRule:
    copied = copy(rule)
    copied.pk = None
    for name, value in changes.items():
        setattr(copied, name, value)
    return copied
