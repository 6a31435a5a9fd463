"""The time of the database, which all workers and hosts share.

A host whose clock is wrong, or is set while it works, would claim too early or lease
for the past. Between two looks at the database's clock the time goes on with the
monotonic one, which nobody can set.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection

Clock = Callable[[], datetime]

LOOK_SECONDS = 10.0


class DatabaseClock:
    """The database's time; only ``look`` asks it, so that threads may call this."""

    def __init__(self) -> None:
        self._base: datetime
        self._base_at = 0.0
        self._next_look = 0.0
        self.look()

    def __call__(self) -> datetime:
        """Return the time now."""
        return self._base + timedelta(seconds=time.monotonic() - self._base_at)

    def look(self) -> None:
        """Ask the database, at most every ten seconds."""
        if time.monotonic() < self._next_look:
            return
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            (self._base,) = cursor.fetchone()
        self._base_at = time.monotonic()
        self._next_look = self._base_at + LOOK_SECONDS


def database_now() -> datetime:
    """Return the time of the database now."""
    return DatabaseClock()()
