"""Counts of received names and the use of tokens, written every second.

A counter that every request updated would make requests wait for each other: they
would queue up for its row. So a process adds up and writes the sums in one statement.
Only figures are at stake: a killed process loses at most a second of counting.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from enum import StrEnum

from django.conf import settings
from django.db import connection

from apps.core.background import write_every_second

NAME_MAX_LENGTH = 200


class Tally(StrEnum):
    """What became of a report, as counted for its name."""

    ACCEPTED = "accepted"
    FILTERED = "filtered"
    REFUSED = "refused"


UPSERT = """
INSERT INTO events_seeneventname AS seen
       (offer_id, name, first_at, last_at, accepted_count, filtered_count,
        refused_count)
SELECT v.offer_id, v.name, v.last_at, v.last_at, v.accepted, v.filtered, v.refused
  FROM unnest(%s::bigint[], %s::text[], %s::timestamptz[], %s::bigint[],
              %s::bigint[], %s::bigint[])
       AS v(offer_id, name, last_at, accepted, filtered, refused)
  JOIN offers_offer o ON o.id = v.offer_id
 ORDER BY v.offer_id, v.name
    ON CONFLICT (offer_id, name) DO UPDATE
   SET last_at = greatest(seen.last_at, excluded.last_at),
       accepted_count = seen.accepted_count + excluded.accepted_count,
       filtered_count = seen.filtered_count + excluded.filtered_count,
       refused_count = seen.refused_count + excluded.refused_count
"""

# Minutes are enough to see whether a token is in use, and spare its row most writes.
TOKENS_USED = """
UPDATE accounts_apitoken AS token
   SET last_used_at = v.used_at
  FROM unnest(%s::bigint[], %s::timestamptz[]) AS v(id, used_at)
 WHERE token.id = v.id
   AND (token.last_used_at IS NULL
        OR token.last_used_at < v.used_at - interval '1 minute')
"""

Key = tuple[int, str]


class _Tallies:
    """The sums of one process that are not written yet."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[int, str, str]] = Counter()
        self._last_at: dict[Key, datetime] = {}
        self._used_at: dict[int, datetime] = {}

    def add(self, key: Key, what: Tally, moment: datetime, count: int) -> None:
        with self._lock:
            self._counts[(*key, what.value)] += count
            self._last_at[key] = moment
        self._start()

    def use(self, token_id: int, moment: datetime) -> None:
        with self._lock:
            self._used_at[token_id] = moment
        self._start()

    def _start(self) -> None:
        """Have the sums written soon; without a thread, write at once."""
        if settings.TALLY_SECONDS:
            write_every_second(self.write)
        else:
            self.write()

    def write(self) -> None:
        """Write the sums. An outage costs the figures of its time, never later ones."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
            last_at, self._last_at = self._last_at, {}
            used_at, self._used_at = self._used_at, {}
        if last_at:
            _write(counts, last_at)
        if used_at:
            with connection.cursor() as cursor:
                cursor.execute(TOKENS_USED, [list(used_at), list(used_at.values())])


def _write(
    counts: Mapping[tuple[int, str, str], int], last_at: Mapping[Key, datetime]
) -> None:
    keys = sorted(last_at)
    sums = [
        [counts[(*key, what.value)] for key in keys]
        for what in (Tally.ACCEPTED, Tally.FILTERED, Tally.REFUSED)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            UPSERT,
            [
                [offer_id for offer_id, _ in keys],
                [name for _, name in keys],
                [last_at[key] for key in keys],
                *sums,
            ],
        )


_tallies = _Tallies()
_is_rehearsal = ContextVar("is_rehearsal", default=False)


@contextmanager
def uncounted() -> Iterator[None]:
    """Count no names meanwhile: what is done is rolled back, and counts are not."""
    before = _is_rehearsal.set(True)
    try:
        yield
    finally:
        _is_rehearsal.reset(before)


def tally(
    offer_id: int, name: str, what: Tally, moment: datetime, count: int = 1
) -> None:
    """Count reports of ``name``; the base conversion has no name and no count."""
    if name and not _is_rehearsal.get():
        _tallies.add((offer_id, name[:NAME_MAX_LENGTH]), what, moment, count)


def note_token(token_id: int, moment: datetime) -> None:
    """Remember when a token was last used, to the minute."""
    _tallies.use(token_id, moment)
