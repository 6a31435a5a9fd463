"""Figures for /metrics that all processes count together.

Each process adds up in memory; once a second the sums are added to the table, in one
statement. So whichever process is asked tells the figures of all of them, on all
hosts, workers included; see docs/adr/0017-metrics.md for what else was considered.
A killed process loses at most a second of counting.
"""

import json
import os
import threading
from bisect import bisect_left
from collections import defaultdict
from typing import NamedTuple

from django.conf import settings
from django.db import Error, connection

from apps.core.background import write_every_second

ADD = """
INSERT INTO core_measure AS known (series, value)
SELECT * FROM unnest(%s::text[], %s::float8[]) AS v(series, value) ORDER BY series
    ON CONFLICT (series) DO UPDATE SET value = known.value + excluded.value
"""

SUM = "sum"
"""The part of a timing that holds the seconds; the others are numbers of buckets."""


class Count(NamedTuple):
    """Something that is counted. Labels have few values, none of them about people."""

    name: str
    help: str
    labels: tuple[str, ...] = ()


class Timing(NamedTuple):
    """Something whose duration is counted, in buckets up to ``bounds`` (seconds)."""

    name: str
    help: str
    labels: tuple[str, ...]
    bounds: tuple[float, ...]


Key = tuple[str, ...]
"""Name, values of the labels and, of a timing, the part."""


class _Measures:
    """The sums of one process that are not written yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sums: defaultdict[Key, float] = defaultdict(float)
        self._pid = 0

    def add(self, key: Key, amount: float) -> None:
        with self._lock:
            self._sums[key] += amount
        self._start()

    def add_timing(self, key: Key, bucket: str, seconds: float) -> None:
        with self._lock:
            self._sums[(*key, bucket)] += 1
            self._sums[(*key, SUM)] += seconds
        self._start()

    def _start(self) -> None:
        # Without a thread they are written when somebody asks for them.
        if settings.TALLY_SECONDS and self._pid != os.getpid():
            write_every_second(self.write)
            self._pid = os.getpid()

    def write(self) -> None:
        """Add the sums to the table. Raises ``Error``; then nothing is lost."""
        with self._lock:
            sums, self._sums = self._sums, defaultdict(float)
        if not sums:
            return
        series = [json.dumps(key, separators=(",", ":")) for key in sums]
        try:
            with connection.cursor() as cursor:
                cursor.execute(ADD, [series, list(sums.values())])
        except Error:
            with self._lock:
                for key, amount in sums.items():
                    self._sums[key] += amount
            raise

    def forget(self) -> None:
        """Forget what was not written."""
        with self._lock:
            self._sums.clear()


_measures = _Measures()
write = _measures.write
forget = _measures.forget


def count(what: Count, *labels: str, by: float = 1) -> None:
    """Count ``what`` under the values of its labels."""
    _measures.add((what.name, *labels), by)


def time(what: Timing, seconds: float, *labels: str) -> None:
    """Count that ``what`` took ``seconds``."""
    bucket = str(bisect_left(what.bounds, seconds))
    _measures.add_timing((what.name, *labels), bucket, seconds)


def totals() -> dict[Key, float]:
    """Return what all processes counted since the installation began."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT series, value FROM core_measure")
        return {tuple(json.loads(series)): value for series, value in cursor.fetchall()}
