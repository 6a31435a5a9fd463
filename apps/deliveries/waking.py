"""Wake-ups: hints to the workers that something is due, never the truth.

A wake-up is skipped while a shift promises to look by itself (``accepting_until``).
That loses nothing: a shift withdraws its promise, commits that, and only then looks
for due work a last time. So either the look finds the new delivery, or the promise
was gone before the delivery was committed and the wake-up is sent.
"""

import logging
import os
import threading
import time

from django.db import DatabaseError, close_old_connections, connection

from apps.core.queue import count_waiting, enqueue

logger = logging.getLogger(__name__)

DELIVER_DUE = "apps.deliveries.tasks.deliver_due"
PAUSE_SECONDS = 0.025
"""At most one wake-up per process in this time (DESIGN §8)."""

MESSAGES_ENOUGH = 10
"""So many untaken messages hold a wake-up: schedules put in fewer than that."""

IS_AWAKE = """
SELECT EXISTS (SELECT 1 FROM deliveries_workershift
                WHERE ended_at IS NULL AND accepting_until > now())
"""


def wake() -> None:
    """Ask one worker to look for due deliveries."""
    enqueue(DELIVER_DUE)


class _Waker:
    """One thread per process that sends wake-ups, so that no request waits for one."""

    def __init__(self) -> None:
        self._pid = 0
        self._lock = threading.Lock()
        self._requested = threading.Event()

    def request(self) -> None:
        if self._pid != os.getpid():
            self._start()
        self._requested.set()

    def _start(self) -> None:
        with self._lock:
            if self._pid == os.getpid():
                return
            self._requested = threading.Event()
            threading.Thread(target=self._run, daemon=True, name="waker").start()
            self._pid = os.getpid()

    def _run(self) -> None:
        while True:
            self._requested.wait()
            self._requested.clear()
            try:
                wake_unless_accepting()
            except DatabaseError:
                # The sweep finds what this wake-up was for, at most a minute later.
                logger.warning("A wake-up was not sent.", exc_info=True)
                close_old_connections()
            time.sleep(PAUSE_SECONDS)


def wake_unless_accepting() -> None:
    """Send a wake-up unless a shift looks anyway, or enough of them lie untaken.

    Without the second, a day without a worker would leave millions of messages.
    """
    with connection.cursor() as cursor:
        cursor.execute(IS_AWAKE)
        (is_awake,) = cursor.fetchone()
    if not is_awake:
        wake_one_more()


def wake_one_more() -> None:
    """Send a wake-up, unless enough of them lie untaken."""
    if count_waiting() < MESSAGES_ENOUGH:
        wake()


_waker = _Waker()


def request_wake_up() -> None:
    """Have a worker woken soon. Call it after the commit; returns at once."""
    _waker.request()
