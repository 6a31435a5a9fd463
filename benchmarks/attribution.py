"""What an event costs that names a device and a user, and whether history matters."""

import time
from datetime import timedelta
from statistics import median
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from apps.attribution.models import Subject
from apps.ingest.inbound import Inbound
from apps.ingest.services import receive
from benchmarks.measures import Figures, clear
from benchmarks.stage import Stage
from tests.factories import SECRET

ROUNDS = 5
SHORT, LONG = 100, 100_000

# Purchases of the subject, each an event with two facts, the newest an hour ago.
STORY = """
WITH one AS (SELECT offer_id FROM tracking_event WHERE name = 'bench_event' LIMIT 1),
     made AS (
    INSERT INTO tracking_event
           (id, source, offer_id, name, transaction_id, category, is_payable, order_id,
            occurred_at, received_at, params, fields, sale_currency, currency)
    SELECT gen_random_uuid(), 'url', offer_id, 'story', 'story', 'conversions', false,
           '', now() - interval '1 hour' - n * interval '1 minute', now(), '{}', '{}',
           '', ''
      FROM generate_series(1, %(count)s) AS n, one
    RETURNING id, occurred_at
), story AS (
    INSERT INTO attribution_subjectevent
           (subject_id, event_id, occurred_at, kind, is_activity, inactivity_days,
            takes_organic, takes_visits, state)
    SELECT %(subject)s, id, occurred_at, 'purchase', true, 30, true, false, 'counted'
      FROM made
)
INSERT INTO attribution_fact
       (id, subject_id, kind, event_id, slot, period_id, state, reason, decided_at)
SELECT gen_random_uuid(), %(subject)s, kind, made.id, made.id::text, p.id, 'announced',
       '', now()
  FROM made, unnest(ARRAY['purchase', 'purchase_ca']) AS kind,
       (SELECT id FROM attribution_period WHERE subject_id = %(subject)s LIMIT 1) p
"""


def attribution(stage: Stage, *, count: int) -> Figures:
    """CPU of events with and without ids, in turn; time by length of the story."""
    named = f"{stage.postback_path}&device_id=D-{{n}}&user_id=U-{{n}}"
    for path in (stage.postback_path, named):
        stage.load(path=path, count=1_000)
    # Statistics of empty tables would have every lookup in them scan them.
    clear(stage)
    rounds = [
        (_cpu_ms(stage, stage.postback_path, count), _cpu_ms(stage, named, count))
        for _ in range(ROUNDS)
    ]
    short, long = _milliseconds_by_story()
    return {
        "cpu_ms_without": median(plain for plain, _ in rounds),
        "cpu_ms_with": median(cost for _, cost in rounds),
        "cost_ratio": median(cost / plain for plain, cost in rounds),
        f"ms_after_{SHORT}": short,
        f"ms_after_{LONG}": long,
        "history_ratio": long / short,
    }


def _cpu_ms(stage: Stage, path: str, count: int) -> float:
    before = stage.cpu_seconds("web", "database")
    found = stage.load(path=path, count=count)
    if found["accepted"] != count:
        raise RuntimeError(f"Only {found['accepted']} of {count} were accepted.")
    return (stage.cpu_seconds("web", "database") - before) / count * 1000


def _milliseconds_by_story(count: int = 300) -> tuple[float, float]:
    """Return the time of an event of a device with a short and with a long story."""
    for name, length in (("short", SHORT), ("long", LONG)):
        _report(name)
        subject = Subject.objects.get(kind="device", external_id=name)
        with connection.cursor() as cursor:
            cursor.execute(STORY, {"subject": subject.pk, "count": length})
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    times: dict[str, list[float]] = {"short": [], "long": []}
    for _ in range(count):
        for name, found in times.items():
            started = time.perf_counter()
            _report(name)
            found.append((time.perf_counter() - started) * 1000)
    return median(times["short"]), median(times["long"])


def _report(device: str) -> None:
    """Report an event of ``device`` within this process."""
    values = {
        "transaction_id": "bench-1",
        "event_name": "bench_event",
        "order_id": uuid4().hex,
        "device_id": device,
    }
    now = timezone.now() - timedelta(milliseconds=1)
    answer = receive(Inbound("url", now, values, token=SECRET))
    if answer.result != "accepted":
        raise RuntimeError(f"It was {answer.result}: {answer.reason}.")
