"""Limits of offers: so many events per hour or day, exact under concurrency."""

from collections.abc import Iterable
from datetime import datetime

from apps.core.sql import rows_of
from apps.events.models import LimitPeriod
from apps.ingest.configuration import LimitConfig
from apps.ingest.refusals import RefusedError

# The row is the lock: requests that count for the same limit wait for each other.
TAKE = """
INSERT INTO events_eventlimitcount AS taken (limit_id, period_start, count)
VALUES (%s, %s, 1)
    ON CONFLICT (limit_id, period_start) DO UPDATE SET count = taken.count + 1
 WHERE taken.count < %s
RETURNING count
"""


def take_limits(limits: Iterable[LimitConfig], now: datetime) -> None:
    """Count one event for every limit; in a transaction, or it is not taken back.

    Raises ``RefusedError`` (``filtered:<limit>``) when one of them is used up.
    """
    for limit in limits:
        start = period_start(limit.period, now)
        if not rows_of(TAKE, (limit.id, start, limit.maximum)):
            raise RefusedError(
                f"filtered:{limit.name}",
                f"The offer takes {limit.maximum} per {limit.period}; this one was "
                "counted and not used.",
            )


def period_start(period: str, now: datetime) -> datetime:
    """Return when the period of ``now`` began, on the clock of ``now``."""
    start = now.replace(minute=0, second=0, microsecond=0)
    return start if period == LimitPeriod.HOUR else start.replace(hour=0)
