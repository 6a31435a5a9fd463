"""What destinations with limits take now: agreed on by all workers in the database.

The row of the destination is the lock. A worker that finds it taken leaves the lane to
who has it, so that nobody waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from apps.core.sql import direct_cursor, one_line
from apps.deliveries.breaker import Breaker
from apps.deliveries.lanes import Lane, lane_of

LOCK = one_line("""
SELECT ds.id, ds.state, ds.paused_until, ds.maximum_concurrency, ds.rate_per_second,
       ds.tokens, ds.tokens_at, ds.breaker, ds.failures, ds.trips, ds.retry_at,
       NULL::timestamptz AS pending_at, NULL::timestamptz AS retrying_at
  FROM deliveries_destination ds WHERE ds.id = ANY(%s) ORDER BY ds.id
   FOR NO KEY UPDATE SKIP LOCKED
""")
# Asked after the lock, as a statement of its own: what others claimed before is seen.
IN_FLIGHT = one_line("""
SELECT destination_id, count(*) AS found FROM deliveries_delivery
 WHERE state = 'sending' AND destination_id = ANY(%s) GROUP BY destination_id
""")
STORE = one_line("""
UPDATE deliveries_destination ds
   SET tokens = v.tokens, tokens_at = v.tokens_at, breaker = v.breaker,
       failures = v.failures, trips = v.trips, retry_at = v.retry_at
  FROM unnest(%s::bigint[], %s::float8[], %s::timestamptz[], %s::text[], %s::int[],
              %s::int[], %s::timestamptz[])
       AS v(id, tokens, tokens_at, breaker, failures, trips, retry_at)
 WHERE ds.id = v.id
""")


@dataclass(frozen=True, slots=True)
class Allowed:
    """A locked destination and how many requests may begin now."""

    lane: Lane
    share: int


def lock(shares: Mapping[int, int], now: datetime) -> list[Allowed]:
    """Return what of ``shares`` the limits allow; the rows stay locked."""
    ids = list(shares)
    with direct_cursor() as cursor:
        lanes = [
            lane_of(row, now)
            for row in cursor.execute(LOCK, (ids,), prepare=True).fetchall()
        ]
        rows = cursor.execute(IN_FLIGHT, (ids,), prepare=True).fetchall()
    in_flight = {row.destination_id: row.found for row in rows}
    found = [
        Allowed(lane, _room(lane, in_flight.get(lane.destination, 0), now))
        for lane in lanes
    ]
    return [
        replace(one, share=min(one.share, shares[one.lane.destination]))
        for one in found
        if one.share > 0
    ]


def _room(lane: Lane, in_flight: int, now: datetime) -> int:
    if lane.is_paused:
        return 0
    if not lane.breaker.is_closed:
        # Others may have claimed the one try since the lanes were looked at.
        return 1 if lane.breaker.is_due_for_probe(now) else 0
    room = lane.tokens_now(now)
    if lane.maximum_concurrency is not None:
        room = min(room, lane.maximum_concurrency - in_flight)
    return int(min(room, 1_000_000))


def take(allowed: list[Allowed], taken: Mapping[int, int], now: datetime) -> None:
    """Store what was taken of the rates, and which breakers are being tried."""
    used = [one for one in allowed if taken.get(one.lane.destination)]
    if not used:
        return
    breakers = [_tried(one.lane.breaker, now) for one in used]
    lanes = [one.lane for one in used]
    columns: list[list[Any]] = [
        [lane.destination for lane in lanes],
        [_left(lane, taken[lane.destination], now) for lane in lanes],
        [now for _ in lanes],
        *columns_of(breakers),
    ]
    with direct_cursor() as cursor:
        cursor.execute(STORE, columns, prepare=True)


def columns_of(breakers: list[Breaker]) -> list[list[Any]]:
    """Return the columns of ``breakers`` as they are stored."""
    return [
        [str(one.state) for one in breakers],
        [one.failures for one in breakers],
        [one.trips for one in breakers],
        [one.retry_at for one in breakers],
    ]


def _tried(breaker: Breaker, now: datetime) -> Breaker:
    return breaker if breaker.is_closed else breaker.probing(now)


def _left(lane: Lane, taken: int, now: datetime) -> float:
    if lane.rate_per_second is None:
        return 0.0
    return max(lane.tokens_now(now) - taken, 0.0)
