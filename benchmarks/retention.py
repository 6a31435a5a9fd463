"""``make bench-retention``: a simulated year, and how long others wait meanwhile.

Each day as many rows come as the days before, and what is over is pruned. Once the
longest retention is reached, the tables must not grow any more. Meanwhile another
connection reports events all the time.
"""

import argparse
import sys
import threading
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import quantiles
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

import benchmarks.environment  # noqa: F401 - sets Django up, before all else
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from apps.retention.partitions import add_days
from apps.retention.pruning import prune
from tests.factories import make_click, make_delivery, make_event, make_offer, make_rule

DAYS_KEPT = {
    "attempts": 30,
    "deliveries": 120,
    "events": 120,
    "clicks": 120,
    "refused_requests": 30,
}
"""Shorter than the defaults, so that most of the year is after the first pruning."""
TABLES = {
    "deliveries_attempt": "attempts",
    "deliveries_delivery": "deliveries",
    "tracking_event": "events",
    "tracking_click": "clicks",
    "ingest_refusedrequest": "refused_requests",
}
SIZE = """
SELECT coalesce(sum(pg_total_relation_size(relid)),
                pg_total_relation_size(%(table)s::regclass))
  FROM pg_partition_tree(%(table)s::regclass)
"""
ID = """(lpad(to_hex((extract(epoch FROM %(day)s::timestamptz) * 1000)::bigint),
              12, '0') || substr(md5({key} || n || %(day)s), 1, 20))::uuid"""
DAY = """
WITH rows AS (SELECT n, {event} AS event, {delivery} AS delivery
                FROM generate_series(1, %(count)s) n),
click AS (
    INSERT INTO tracking_click (id, transaction_id, offer_id, affiliate_id, clicked_at,
           expires_at, params, ip, user_agent, referrer)
    SELECT event, event::text, c.offer_id, c.affiliate_id, %(day)s,
           %(day)s::timestamptz + interval '30 days', c.params, c.ip, c.user_agent,
           c.referrer FROM rows, tracking_click c WHERE c.id = %(click)s
), event AS (
    INSERT INTO tracking_event (id, source, offer_id, name, transaction_id, click_id,
           category, is_payable, order_id, dedupe_key, occurred_at, received_at, params,
           fields, sale_currency, currency)
    SELECT event, 'url', e.offer_id, e.name, event::text, event, e.category, false, '',
           'b' || event, %(day)s, %(day)s,
           jsonb_build_object('pad', repeat(md5(n::text), 8)), '{{}}', '', ''
      FROM rows, tracking_event e WHERE e.id = %(event)s
), delivery AS (
    INSERT INTO deliveries_delivery (id, rule_id, revision_id, trigger_type, trigger_id,
           kind, event_id, offer_id, destination_id, state, reason, order_key, attempts,
           due_at, outcome, message, created_at, finished_at)
    SELECT delivery, d.rule_id, d.revision_id, 'event', event, 'live', event,
           d.offer_id, d.destination_id, 'delivered', '', '', 1, %(day)s, 'success', '',
           %(day)s, %(day)s FROM rows, deliveries_delivery d WHERE d.id = %(delivery)s
), refused AS (
    INSERT INTO ingest_refusedrequest (id, received_at, result, reason, detail, method,
           path, fields, headers, token_prefix, event_name, transaction_id)
    SELECT event, %(day)s, 'refused', 'bad_token', '', 'GET', '/postback',
           jsonb_build_object('pad', repeat(md5(n::text), 8)), '{{}}', '', '', ''
      FROM rows WHERE n %% 10 = 0
)
INSERT INTO deliveries_attempt (delivery_id, number, started_at, duration_ms, outcome,
       code, message, request, response_headers, response_body, is_truncated, address,
       worker)
SELECT delivery, 1, %(day)s::timestamptz + n * interval '1 second', 20, 'success', '',
       '', jsonb_build_object('url', repeat(md5(n::text), 12)), '{{}}',
       repeat(md5(n::text), 16), false, '', '' FROM rows
""".format(event=ID.format(key="'e'"), delivery=ID.format(key="'d'"))


class Reporter(threading.Thread):
    """Reports events one after the other and notes how long each took."""

    def __init__(self, offer: Offer) -> None:
        super().__init__(daemon=True)
        self.offer = offer
        self.has_ended = threading.Event()
        self.is_pruning = threading.Event()
        self.before_ms: list[float] = []
        self.during_ms: list[float] = []

    def run(self) -> None:
        """Store an event with its click, as a postback does."""
        number = 0
        while not self.has_ended.is_set():
            begun, during = time.perf_counter(), self.is_pruning.is_set()
            make_event(self.offer, transaction_id="bench", order_id=str(number))
            taken = (time.perf_counter() - begun) * 1000
            (self.during_ms if during else self.before_ms).append(taken)
            number += 1
            time.sleep(0.01)
        connection.close()


def main() -> int:
    """Live through the days, print what grew and who waited; 1 when too much did."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--rows", type=int, default=400, help="Of each table, a day.")
    given = parser.parse_args()
    call_command("migrate", verbosity=0)
    settings.RETENTION_DAYS = DAYS_KEPT
    offer = make_offer("Bench")
    model = _model_rows(offer, make_rule(offer))
    reporter = Reporter(offer)
    reporter.start()
    begins = timezone.now() + timedelta(days=1)
    sizes = []
    for number in range(given.days):
        day = begins + timedelta(days=number)
        _live(day, model | {"count": given.rows}, reporter)
        sizes.append(_sizes())
    reporter.has_ended.set()
    reporter.join(timeout=10)
    return _report(sizes, reporter)


def _model_rows(offer: Offer, rule: PostbackRule) -> dict[str, Any]:
    """Return the ids of rows of which the others are copies."""
    click = make_click(offer, "model")
    event = make_event(offer, transaction_id="model", click=click)
    delivery = make_delivery(
        rule, event, state="delivered", finished_at=event.received_at
    )
    return {"click": click.pk, "event": event.pk, "delivery": delivery.pk}


def _live(day: datetime, values: dict[str, Any], reporter: Reporter) -> None:
    add_days(day)
    with connection.cursor() as cursor:
        cursor.execute(DAY, {**values, "day": day.isoformat()})
    reporter.is_pruning.set()
    prune(clock=lambda: day)
    reporter.is_pruning.clear()


def _sizes() -> dict[str, int]:
    with connection.cursor() as cursor:
        found = {}
        for table in TABLES:
            cursor.execute(SIZE, {"table": table})
            found[table] = int(cursor.fetchone()[0])
    return found


def _report(sizes: Sequence[dict[str, int]], reporter: Reporter) -> int:
    """Compare the largest size of the last quarter with that of the first flat one."""
    is_flat = True
    print(f"{'table':<24}{'kept':>6}{'then MB':>10}{'end MB':>10}{'growth':>9}")
    for table, name in TABLES.items():
        kept = DAYS_KEPT[name]
        flat = [one[table] for one in sizes[kept + 10 :]]
        quarter = max(1, len(flat) // 4)
        then, end = max(flat[:quarter]), max(flat[-quarter:])
        is_flat &= end <= then * 1.1
        growth = f"{end / then - 1:+.1%}"
        print(f"{table:<24}{kept:>6}{then / 1e6:>10.1f}{end / 1e6:>10.1f}{growth:>9}")
    for name, times in (
        ("otherwise", reporter.before_ms),
        ("while pruning", reporter.during_ms),
    ):
        cuts = quantiles(times, n=100)
        print(
            f"reporting {name}: {len(times):,} events, p50 {cuts[49]:.1f} ms, "
            f"p99 {cuts[98]:.1f} ms, longest {max(times):.1f} ms"
        )
    is_quick = max(reporter.during_ms) < 1_000
    print("met" if is_flat and is_quick else "MISSED")
    return 0 if is_flat and is_quick else 1


if __name__ == "__main__":
    sys.exit(main())
