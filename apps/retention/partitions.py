"""The days of attempts: made ahead, dropped when they are over (ADR 16).

Each change takes a lock on the table that workers record into. It waits for it half a
second at most, holds it for milliseconds, and is left for another time otherwise.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db import OperationalError, connection, transaction

logger = logging.getLogger(__name__)

AHEAD = 7
"""Days that exist before they begin: so long may nothing be pruned."""
MOVED_AT_ONCE = 5_000
DAY = timedelta(days=1)

# The text of a bound holds its offset, so it is read alike in every time zone.
LISTED = r"""
SELECT c.relname AS name, c.reltuples AS estimate,
       pg_total_relation_size(c.oid) AS bytes,
       (regexp_match(b.text, 'FROM \(''([^'']+)''\)'))[1]::timestamptz AS starts_at,
       (regexp_match(b.text, 'TO \(''([^'']+)''\)'))[1]::timestamptz AS ends_at
  FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
 CROSS JOIN LATERAL (SELECT pg_get_expr(c.relpartbound, c.oid) AS text) b
 WHERE i.inhparent = 'deliveries_attempt'::regclass AND b.text <> 'DEFAULT'
 ORDER BY ends_at
"""
TIMEOUTS = "SET LOCAL lock_timeout = '500ms'; SET LOCAL statement_timeout = '1s'"
STRAYED = """
SELECT count(*) FROM (SELECT 1 FROM deliveries_attempt_default
 WHERE started_at >= %(start)s AND started_at < %(end)s LIMIT %(most)s) found
"""
MAKE = """
CREATE TABLE {name} (LIKE deliveries_attempt
       INCLUDING DEFAULTS INCLUDING CONSTRAINTS INCLUDING STORAGE INCLUDING COMPRESSION)
"""
MOVE = """
LOCK TABLE deliveries_attempt_default IN ACCESS EXCLUSIVE MODE;
WITH strayed AS (DELETE FROM deliveries_attempt_default
                  WHERE started_at >= '{start}' AND started_at < '{end}' RETURNING *)
INSERT INTO {name} SELECT * FROM strayed
"""
ATTACH = """
ALTER TABLE deliveries_attempt ATTACH PARTITION {name}
      FOR VALUES FROM ('{start}') TO ('{end}')
"""
DROP = "DROP TABLE {name}"


class Partition(NamedTuple):
    """A day of attempts, or what was there before there were days."""

    name: str
    estimate: float
    bytes: int
    starts_at: datetime | None
    ends_at: datetime


def partitions() -> list[Partition]:
    """Return the partitions with bounds, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(LISTED)
        return [Partition(*row) for row in cursor.fetchall()]


def add_days(now: datetime) -> list[datetime]:
    """Make today's and the coming days; return those that could not be made.

    Rows that came meanwhile lie in the default partition and move, when they are few.
    A day with many of them stays there: its rows go one by one when it is over.
    """
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    taken = partitions()
    left = []
    for number in range(AHEAD + 1):
        start = today + number * DAY
        if not any(_covers(one, start) for one in taken) and not _add(start):
            left.append(start)
    return left


def _covers(partition: Partition, start: datetime) -> bool:
    begins = partition.starts_at
    return (begins is None or begins <= start) and start < partition.ends_at


def _add(start: datetime) -> bool:
    end = start + DAY
    names: Mapping[str, Any] = {
        "name": f"deliveries_attempt_{start:%Y%m%d}",
        "start": start.isoformat(),
        "end": end.isoformat(),
    }
    with connection.cursor() as cursor:
        cursor.execute(STRAYED, {"start": start, "end": end, "most": MOVED_AT_ONCE + 1})
        (strayed,) = cursor.fetchone()
    if strayed > MOVED_AT_ONCE:
        logger.warning("The attempts of %s stay in the default partition.", start)
        return False
    statements = [MAKE, *([MOVE] if strayed else []), ATTACH]
    return _changed([one.format(**names) for one in statements])


def drop(partition: Partition) -> bool:
    """Drop a partition with all its rows; tell whether its lock could be had."""
    return _changed([DROP.format(name=partition.name)])


def _changed(statements: list[str]) -> bool:
    try:
        with _at_once() as cursor:
            for statement in statements:
                cursor.execute(statement)
    except OperationalError as error:
        # Both timeouts: somebody reads or writes for a long time. Nothing has changed.
        logger.info("The days of attempts stay as they are for now: %s", error)
        return False
    return True


@contextmanager
def _at_once() -> Iterator[Any]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(TIMEOUTS)
        yield cursor
