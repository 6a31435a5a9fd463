"""The threads of a worker process that run actions."""

import os
import queue
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from django.conf import settings

from apps.deliveries.clock import Clock
from apps.deliveries.recording import Finished
from apps.deliveries.sending import attempt_together

START_WITHIN_SECONDS = 5.0
"""What waits longer for a thread is given back: its lease must outlast the attempt."""


class Work(NamedTuple):
    """Claimed deliveries on their way to a thread: one, or several of one rule."""

    rows: Sequence[Any]
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

    def submit(
        self, rows: Sequence[Any], connection: Mapping[str, Any], clock: Clock
    ) -> None:
        """Have one attempt of each made at once; their results arrive in ``results``.

        Several rows belong to one rule, whose action takes them in one request.
        """
        start_by = time.monotonic() + START_WITHIN_SECONDS
        self._work.put(Work(rows, connection, clock, start_by))

    def give_back(self) -> None:
        """Begin nothing more of what was submitted; ``results`` says so of each."""
        with suppress(queue.Empty):
            while True:
                self._give_back(self._work.get_nowait().rows)

    def _run(self) -> None:
        while True:
            rows, connection, clock, start_by = self._work.get()
            if time.monotonic() > start_by:
                self._give_back(rows)
                continue
            finished = attempt_together(rows, connection, clock)
            for row, result in zip(rows, finished, strict=True):
                self.results.put(Result(row, result))

    def _give_back(self, rows: Sequence[Any]) -> None:
        for row in rows:
            self.results.put(Result(row, None))


_pool: ThreadPool | None = None
_pool_pid = 0


def process_pool() -> ThreadPool:
    """Return this process's threads; a forked child starts its own."""
    global _pool, _pool_pid
    if _pool is None or _pool_pid != os.getpid():
        _pool, _pool_pid = ThreadPool(settings.DELIVERY_THREADS), os.getpid()
    return _pool
