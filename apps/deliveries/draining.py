"""A shift: claim, hand to threads, write results in bulk, until nothing is due.

The main thread alone talks to the database, and holds no transaction while an action
runs. One shift keeps many slow partners busy at once; it is a stream, so one slow
answer delays nobody (DESIGN §8).
"""

import logging
import os
import queue
import signal
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from types import FrameType
from typing import Any

from django.conf import settings
from django.utils import timezone

from apps.deliveries import claiming, shifts, waking
from apps.deliveries.recording import Finished, record
from apps.deliveries.sending import attempt, load_connections, load_revisions

logger = logging.getLogger(__name__)

FLUSH_RESULTS = 100
FLUSH_SECONDS = 0.05
POLL_SECONDS = 0.01
LINGER_SECONDS = 0.05
LINGER_FOR_RETRY_SECONDS = 10.0
HEARTBEAT_SECONDS = 0.5
EXTRA_WORKER_SECONDS = 1.0

Work = tuple[Any, Mapping[str, Any]]


class ThreadPool:
    """Threads of this process that run actions; parked between shifts."""

    def __init__(self, size: int) -> None:
        self.results: queue.SimpleQueue[Finished] = queue.SimpleQueue()
        self._work: queue.SimpleQueue[Work] = queue.SimpleQueue()
        for number in range(size):
            threading.Thread(
                target=self._run, daemon=True, name=f"action-{number}"
            ).start()

    def submit(self, row: Any, connection: Mapping[str, Any]) -> None:
        """Have one attempt made; its result arrives in ``results``."""
        self._work.put((row, connection))

    def _run(self) -> None:
        while True:
            row, connection = self._work.get()
            self.results.put(attempt(row, connection))


_pool: ThreadPool | None = None
_pool_pid = 0


def _process_pool() -> ThreadPool:
    """Return this process's threads; a forked child starts its own."""
    global _pool, _pool_pid
    if _pool is None or _pool_pid != os.getpid():
        _pool, _pool_pid = ThreadPool(settings.DELIVERY_THREADS), os.getpid()
    return _pool


class Shift:
    """One run of ``deliver_due`` in one worker process."""

    def __init__(self, pool: ThreadPool, *, seconds: float, slots: int) -> None:
        self._pool = pool
        self._slots = slots
        self._ends_at = time.monotonic() + seconds
        self._linger_until = time.monotonic() + LINGER_SECONDS
        self._in_flight = 0
        self._unwritten: list[Finished] = []
        self._first_unwritten_at = 0.0
        self._next_heartbeat = 0.0
        self._next_extra_worker = 0.0
        self._stopping = False

    def stop(self) -> None:
        """Claim nothing more; what runs is finished and recorded."""
        self._stopping = True

    def run(self) -> None:
        """Drain until nothing is due for a moment, the shift is over, or stopped."""
        while self._goes_on():
            self._beat()
            if self._may_claim() and self._claim():
                self._linger_until = time.monotonic() + LINGER_SECONDS
            self._collect()
        self._finish()

    def _goes_on(self) -> bool:
        now = time.monotonic()
        if self._stopping or now >= self._ends_at:
            return False
        return self._in_flight > 0 or now < self._linger_until

    def _may_claim(self) -> bool:
        return self._in_flight <= self._slots // 2

    def _beat(self) -> None:
        """Show that the process lives, and whether it will look by itself."""
        now = time.monotonic()
        if now >= self._next_heartbeat:
            shifts.beat(is_accepting=self._may_claim(), now=timezone.now())
            self._next_heartbeat = now + HEARTBEAT_SECONDS

    def _claim(self) -> int:
        now = timezone.now()
        limit = self._slots - self._in_flight
        rows = claiming.claim_due(limit=limit, now=now)
        if not rows:
            self._linger_for_retry(now)
            return 0
        load_revisions({row.revision_id for row in rows})
        connections = load_connections(
            row.connection_id for row in rows if row.connection_id is not None
        )
        for row in rows:
            self._pool.submit(row, connections.get(row.connection_id, {}))
        self._in_flight += len(rows)
        if len(rows) == limit:
            self._wake_another()
        return len(rows)

    def _linger_for_retry(self, now: datetime) -> None:
        """Wait for a retry that is due within seconds instead of ending the shift."""
        if self._in_flight or time.monotonic() < self._linger_until:
            return
        due_at = claiming.next_due_at()
        if due_at is not None and due_at - now < timedelta(
            seconds=LINGER_FOR_RETRY_SECONDS
        ):
            wait = max((due_at - now).total_seconds(), 0.0)
            self._linger_until = time.monotonic() + wait + LINGER_SECONDS

    def _wake_another(self) -> None:
        """There may be more than this process can take: ask one more worker."""
        now = time.monotonic()
        if now >= self._next_extra_worker:
            self._next_extra_worker = now + EXTRA_WORKER_SECONDS
            waking.wake()

    def _collect(self) -> None:
        """Wait briefly for results and write them once there are enough."""
        try:
            self._take(self._pool.results.get(timeout=POLL_SECONDS))
            while len(self._unwritten) < FLUSH_RESULTS:
                self._take(self._pool.results.get_nowait())
        except queue.Empty:
            pass
        age = time.monotonic() - self._first_unwritten_at
        if len(self._unwritten) >= FLUSH_RESULTS or age >= FLUSH_SECONDS:
            self._flush()

    def _take(self, finished: Finished) -> None:
        if not self._unwritten:
            self._first_unwritten_at = time.monotonic()
        self._unwritten.append(finished)
        self._in_flight -= 1

    def _flush(self) -> None:
        if self._unwritten:
            unwritten, self._unwritten = self._unwritten, []
            record(unwritten)

    def _finish(self) -> None:
        """Record what still runs. Each attempt ends at its own deadline."""
        ends_at = time.monotonic() + settings.DELIVERY_LEASE_SECONDS
        while self._in_flight > 0 and time.monotonic() < ends_at:
            self._collect()
        self._flush()


@contextmanager
def _stopped_by_signals(shift: Shift) -> Iterator[None]:
    """Let SIGTERM and SIGINT end the shift early instead of cutting an attempt."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(signum: int, frame: FrameType | None) -> None:
        shift.stop()

    previous = {
        number: signal.signal(number, stop)
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def worker_name() -> str:
    """Return the name of this process for people: host and process id."""
    return f"{socket.gethostname()}/{os.getpid()}"


def work_shift() -> None:
    """Work one shift in this process.

    The promise to look for due work is withdrawn before the last look, so that a
    wake-up that was skipped because of the promise is made up for (see ``waking``).
    """
    pool = _process_pool()
    shift = Shift(
        pool,
        seconds=settings.DELIVERY_SHIFT_SECONDS,
        slots=settings.DELIVERY_THREADS,
    )
    shifts.begin(worker=worker_name(), now=timezone.now())
    try:
        with _stopped_by_signals(shift):
            shift.run()
    finally:
        shifts.end(now=timezone.now())
    due_at = claiming.next_due_at()
    if due_at is not None and due_at <= timezone.now():
        waking.wake()
