"""What an event costs that names a device and a user, and whether history matters."""

import time
from datetime import timedelta
from statistics import median
from uuid import uuid4

from django.db import connection
from django.utils import timezone

from apps.attribution.models import Subject
from apps.events.categories import RepeatPolicy
from apps.ingest.inbound import Inbound
from apps.ingest.services import receive
from benchmarks.measures import Figures, clear
from benchmarks.stage import Stage
from tests.factories import SECRET, make_event_type, make_offer_event, make_rule

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
    """CPU of events with and without ids, in turn; time by length of the story.

    A launch is activity and leads to no fact; an event of one's own leads to four, two
    of the device and two of the user.
    """
    _make_launch(stage)
    ids = "&device_id=D-{n}&user_id=U-{n}"
    paths = {
        "plain": stage.postback_path,
        "launch": stage.postback_path.replace("bench_event", "bench_launch") + ids,
        "facts": stage.postback_path + ids,
    }
    for path in paths.values():
        stage.load(path=path, count=1_000)
    # Statistics of empty tables would have every lookup in them scan them.
    clear(stage)
    rounds = [
        {name: _cpu_ms(stage, path, count) for name, path in paths.items()}
        for _ in range(ROUNDS)
    ]
    short, long = _milliseconds_by_story()
    return {
        **{f"cpu_ms_{name}": median(one[name] for one in rounds) for name in paths},
        "cost_ratio": median(one["launch"] / one["plain"] for one in rounds),
        "four_facts_ratio": median(one["facts"] / one["plain"] for one in rounds),
        f"ms_after_{SHORT}": short,
        f"ms_after_{LONG}": long,
        "history_ratio": long / short,
    }


def _make_launch(stage: Stage) -> None:
    """Define an event that a rule tells of, as it does of the usual one."""
    launch = make_event_type(
        "bench_launch",
        standard_kind="launch",
        needs_conversion=False,
        repeat_policy=RepeatPolicy.UNLIMITED,
    )
    make_offer_event(stage.offer, launch)
    url = stage.rule.settings["url"]
    make_rule(stage.offer, trigger="event", event_type=launch, url=url)


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
