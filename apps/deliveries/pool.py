"""The threads of a worker process that run actions."""

import os
import queue
import threading
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from apps.deliveries.clock import Clock
from apps.deliveries.recording import Finished
from apps.deliveries.sending import attempt

Work = tuple[Any, Mapping[str, Any], Clock]


class ThreadPool:
    """Threads of this process that run actions; parked between shifts."""

    def __init__(self, size: int) -> None:
        self.results: queue.SimpleQueue[tuple[int, Finished]] = queue.SimpleQueue()
        self._work: queue.SimpleQueue[Work] = queue.SimpleQueue()
        for number in range(size):
            threading.Thread(
                target=self._run, daemon=True, name=f"action-{number}"
            ).start()

    def submit(self, work: Work) -> None:
        """Have one attempt made; its result arrives in ``results``."""
        self._work.put(work)

    def _run(self) -> None:
        while True:
            row, connection, clock = self._work.get()
            self.results.put((row.destination_id, attempt(row, connection, clock)))


_pool: ThreadPool | None = None
_pool_pid = 0


def process_pool() -> ThreadPool:
    """Return this process's threads; a forked child starts its own."""
    global _pool, _pool_pid
    if _pool is None or _pool_pid != os.getpid():
        _pool, _pool_pid = ThreadPool(settings.DELIVERY_THREADS), os.getpid()
    return _pool
