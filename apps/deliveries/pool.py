"""The threads of a worker process that run actions."""

import os
import queue
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from django.conf import settings

from apps.deliveries.clock import Clock
from apps.deliveries.recording import Finished
from apps.deliveries.sending import attempt

START_WITHIN_SECONDS = 5.0
"""What waits longer for a thread is given back: its lease must outlast the attempt."""


class Work(NamedTuple):
    """A claimed delivery on its way to a thread."""

    row: Any
    connection: Mapping[str, Any]
    clock: Clock
    start_by: float


class Result(NamedTuple):
    """What came of it; without ``finished`` it was never begun."""

    row: Any
    finished: Finished | None


class ThreadPool:
    """Threads of this process that run actions; parked between shifts."""

    def __init__(self, size: int) -> None:
        self.results: queue.SimpleQueue[Result] = queue.SimpleQueue()
        self._work: queue.SimpleQueue[Work] = queue.SimpleQueue()
        for number in range(size):
            threading.Thread(
                target=self._run, daemon=True, name=f"action-{number}"
            ).start()

    def submit(self, row: Any, connection: Mapping[str, Any], clock: Clock) -> None:
        """Have one attempt made; its result arrives in ``results``."""
        start_by = time.monotonic() + START_WITHIN_SECONDS
        self._work.put(Work(row, connection, clock, start_by))

    def give_back(self) -> None:
        """Begin nothing more of what was submitted; ``results`` says so of each."""
        with suppress(queue.Empty):
            while True:
                self.results.put(Result(self._work.get_nowait().row, None))

    def _run(self) -> None:
        while True:
            row, connection, clock, start_by = self._work.get()
            if time.monotonic() > start_by:
                self.results.put(Result(row, None))
            else:
                self.results.put(Result(row, attempt(row, connection, clock)))


_pool: ThreadPool | None = None
_pool_pid = 0


def process_pool() -> ThreadPool:
    """Return this process's threads; a forked child starts its own."""
    global _pool, _pool_pid
    if _pool is None or _pool_pid != os.getpid():
        _pool, _pool_pid = ThreadPool(settings.DELIVERY_THREADS), os.getpid()
    return _pool
