"""Lanes: the destinations that deliveries wait for, and what each can take now.

Deliveries are claimed destination by destination. So one that does not answer, or may
only be asked now and then, costs the others nothing, however many wait for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apps.core.sql import one_line, rows_of
from apps.deliveries.breaker import Breaker
from apps.deliveries.states import DestinationState

# A rule that keeps the order: nothing earlier of the transaction is unfinished.
IN_ORDER = """
       (d.order_key = '' OR NOT EXISTS (
            SELECT 1 FROM deliveries_delivery earlier
             WHERE earlier.rule_id = d.rule_id AND earlier.order_key = d.order_key
               AND earlier.order_key <> '' AND earlier.finished_at IS NULL
               AND earlier.id < d.id))
"""

# Each step of the recursion jumps to the next destination in the index: the cost goes
# with the destinations that are waited for, not with the deliveries that wait.
LANES = one_line(f"""
WITH RECURSIVE pending AS (
    (SELECT destination_id AS id FROM deliveries_delivery
      WHERE state = 'pending' ORDER BY destination_id LIMIT 1)
    UNION ALL
    SELECT (SELECT d.destination_id FROM deliveries_delivery d
             WHERE d.state = 'pending' AND d.destination_id > pending.id
             ORDER BY d.destination_id LIMIT 1)
      FROM pending WHERE pending.id IS NOT NULL
), retrying AS (
    (SELECT destination_id AS id FROM deliveries_delivery
      WHERE state = 'retrying' ORDER BY destination_id LIMIT 1)
    UNION ALL
    SELECT (SELECT d.destination_id FROM deliveries_delivery d
             WHERE d.state = 'retrying' AND d.destination_id > retrying.id
             ORDER BY d.destination_id LIMIT 1)
      FROM retrying WHERE retrying.id IS NOT NULL
)
SELECT ds.id, ds.state, ds.paused_until, ds.maximum_concurrency, ds.rate_per_second,
       ds.tokens, ds.tokens_at, ds.breaker, ds.failures, ds.trips, ds.retry_at,
       first.due_at AS pending_at, again.due_at AS retrying_at
  FROM (SELECT id FROM pending UNION SELECT id FROM retrying) lane
  JOIN deliveries_destination ds ON ds.id = lane.id
  LEFT JOIN LATERAL (
       SELECT d.due_at FROM deliveries_delivery d
        WHERE d.state = 'pending' AND d.destination_id = ds.id AND {IN_ORDER}
        ORDER BY d.due_at LIMIT 1) first ON true
  LEFT JOIN LATERAL (
       SELECT d.due_at FROM deliveries_delivery d
        WHERE d.state = 'retrying' AND d.destination_id = ds.id AND {IN_ORDER}
        ORDER BY d.due_at LIMIT 1) again ON true
""")  # noqa: S608 - only our own text is put in


@dataclass(frozen=True, slots=True)
class Lane:
    """A destination that deliveries wait for.

    ``pending_at`` and ``retrying_at`` tell when the first of each is due, ``None``
    when there is none.
    """

    destination: int
    pending_at: datetime | None
    retrying_at: datetime | None
    is_paused: bool
    maximum_concurrency: int | None
    rate_per_second: float | None
    tokens: float
    tokens_at: datetime | None
    breaker: Breaker

    @property
    def is_limited(self) -> bool:
        """Tell whether workers must agree on what they take."""
        return (
            self.maximum_concurrency is not None
            or self.rate_per_second is not None
            or not self.breaker.is_closed
        )

    def tokens_now(self, now: datetime) -> float:
        """Return how many requests the rate allows; a second's worth at the most."""
        rate = self.rate_per_second
        if rate is None:
            return float("inf")
        burst = max(1.0, rate)
        if self.tokens_at is None:
            return burst
        passed = max((now - self.tokens_at).total_seconds(), 0.0)
        return min(burst, self.tokens + passed * rate)

    def opens_at(self, now: datetime) -> datetime | None:
        """Return when it takes a request, ``None`` when nobody knows."""
        if self.is_paused:
            return None
        opens = now
        if self.breaker.retry_at is not None:
            opens = max(opens, self.breaker.retry_at)
        missing = 1.0 - self.tokens_now(now)
        if self.rate_per_second is not None and missing > 0:
            wait = timedelta(seconds=missing / self.rate_per_second)
            opens = max(opens, now + wait)
        return opens

    def next_at(self, now: datetime) -> datetime | None:
        """Return when a delivery of it can go: due, and taken."""
        due = [at for at in (self.pending_at, self.retrying_at) if at is not None]
        opens = self.opens_at(now)
        return max(min(due), opens) if due and opens is not None else None


def look(now: datetime) -> list[Lane]:
    """Return the lanes in which deliveries wait, now or for later."""
    return [lane_of(row, now) for row in rows_of(LANES, ())]


def next_at(now: datetime) -> datetime | None:
    """Return when the next delivery can go: ``now`` or later."""
    found = [at for lane in look(now) if (at := lane.next_at(now)) is not None]
    return min(found, default=None)


def oldest_due(now: datetime) -> datetime | None:
    """Return since when the oldest delivery waits; not counting paused ones."""
    found = [
        due_at
        for lane in look(now)
        for due_at in (lane.pending_at, lane.retrying_at)
        if due_at is not None and due_at <= now and not lane.is_paused
    ]
    return min(found, default=None)


def late_since(waiting: Iterable[Lane], now: datetime) -> datetime | None:
    """Return since when the oldest one waits for workers, not for its destination."""
    found = [
        due_at
        for lane in waiting
        if not lane.is_paused and not lane.is_limited
        for due_at in (lane.pending_at, lane.retrying_at)
        if due_at is not None and due_at <= now
    ]
    return min(found, default=None)


def lane_of(row: Any, now: datetime) -> Lane:
    """Return the lane of a row; a pause that is over counts no more."""
    is_over = row.paused_until is not None and row.paused_until <= now
    return Lane(
        destination=row.id,
        pending_at=row.pending_at,
        retrying_at=row.retrying_at,
        is_paused=row.state == DestinationState.PAUSED and not is_over,
        maximum_concurrency=row.maximum_concurrency,
        rate_per_second=row.rate_per_second,
        tokens=row.tokens,
        tokens_at=row.tokens_at,
        breaker=breaker_of(row),
    )


def breaker_of(row: Any) -> Breaker:
    """Return the breaker of a row of ``deliveries_destination``."""
    return Breaker(row.breaker, row.failures, row.trips, row.retry_at)
