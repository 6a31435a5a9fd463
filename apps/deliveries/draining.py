"""A shift: claim, hand to threads, write results in bulk, until nothing is due.

The main thread alone talks to the database, and holds no transaction while an action
runs. One shift keeps many slow partners busy at once; it is a stream, so one slow
answer delays nobody (DESIGN §8).
"""

import logging
import queue
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from apps.core.sql import DATABASE_TROUBLE, replace_connection
from apps.deliveries import claiming, counting, lanes, leasing, shifts, stopping, waking
from apps.deliveries.clock import DatabaseClock
from apps.deliveries.lanes import Lane
from apps.deliveries.pool import Result, ThreadPool, process_pool
from apps.deliveries.recording import Finished, record
from apps.deliveries.sending import (
    in_batches,
    load_connections,
    load_revisions,
    opens_at,
    revision_of,
)
from apps.deliveries.sharing import Load

logger = logging.getLogger(__name__)

AHEAD_SHARE = 8
"""So many of the threads' number are claimed ahead, so that no thread waits."""
CLAIM_SHARE = 1 / 8
"""Claim as soon as so many slots are free: few statements, and few idle slots …"""
CLAIM_SECONDS = 0.01
"""… or some slot for so long: slow partners free one after the other."""
LOOK_SECONDS = 0.1
LOOKS_REST = 5
"""With very many lanes a look takes long; the rest after it is so much longer."""
FLUSH_RESULTS = 100
FLUSH_SECONDS = 0.05
POLL_SECONDS = 0.01
LINGER_SECONDS = 0.05
LINGER_FOR_RETRY = timedelta(seconds=10)
HEARTBEAT_SECONDS = 0.5
EXTRA_WORKER_SECONDS = 1.0
RECONNECT_SECONDS = 0.25
RETRIES_FIRST_SECONDS = 1.0
RETRIES_FIRST_SHARE = 8
"""Once a second retries come first, in one of so many slots: a long backlog of first
attempts must not keep them waiting for good."""


class Shift:
    """One run of ``deliver_due`` in one worker process."""

    def __init__(
        self, pool: ThreadPool, clock: DatabaseClock, *, seconds: float, slots: int
    ) -> None:
        self._pool = pool
        self._clock = clock
        self._load = Load(slots)
        self._ends_at = time.monotonic() + seconds
        self._linger_until = 0.0
        self._unwritten: list[Finished] = []
        self._never_begun: list[Any] = []
        self._first_unwritten_at = 0.0
        self._next_heartbeat = 0.0
        self._next_extra_worker = 0.0
        self._next_retries_first = time.monotonic() + RETRIES_FIRST_SECONDS
        self._claim_anyway_at = 0.0
        self._look_again_at = 0.0
        self._rested_at = 0.0
        self._waiting: list[Lane] = []
        self._attempts = 0
        self._stopping = False

    def stop(self) -> None:
        """Claim nothing more; what runs is finished and recorded."""
        self._stopping = True

    def run(self) -> None:
        """Claim until nothing is due for a moment, the shift is over, or stopped."""
        # Not before: a slow beginning would end a shift that never looked.
        self._linger_until = time.monotonic() + LINGER_SECONDS
        while self._goes_on():
            self._beat()
            if self._may_claim() and self._claim():
                self._linger_until = time.monotonic() + LINGER_SECONDS
            self._collect()

    def _goes_on(self) -> bool:
        now = time.monotonic()
        if self._stopping or stopping.is_told() or now >= self._ends_at:
            return False
        is_busy = self._load.in_flight > 0 or bool(self._unwritten)
        return is_busy or now < self._linger_until

    @property
    def _has_room(self) -> bool:
        return self._load.free >= self._load.slots * CLAIM_SHARE

    def _may_claim(self) -> bool:
        """Tell whether enough slots are free, or some of them for long enough."""
        is_time = time.monotonic() >= self._claim_anyway_at
        return self._has_room or (self._load.free > 0 and is_time)

    def _beat(self) -> None:
        """Show that the process lives, and whether it will look by itself."""
        now = time.monotonic()
        if now >= self._next_heartbeat:
            self._clock.look()
            shifts.beat(
                is_accepting=self._has_room, now=self._clock(), doing=self.doing()
            )
            self._next_heartbeat = now + HEARTBEAT_SECONDS

    def doing(self) -> shifts.Doing:
        """Return what its row tells people."""
        return shifts.Doing(len(self._waiting), self._load.in_flight, self._attempts)

    def _claim(self) -> int:
        self._claim_anyway_at = time.monotonic() + CLAIM_SECONDS
        now = self._clock()
        waiting = self._look(now)
        limit = self._load.free
        first = self._is_retries_turn()
        if first:
            limit = min(limit, max(self._load.slots // RETRIES_FIRST_SHARE, 1))
        rows = claiming.claim_due(
            limit=limit, now=now, load=self._load, waiting=waiting, retries_first=first
        )
        if not rows:
            self._look_again_at = 0.0
            self._linger_for_retry(now, waiting)
            return 0
        self._submit(rows, now)
        if len(rows) == limit:
            self._wake_another()
        else:
            self._look_again_at = 0.0
        return len(rows)

    def _look(self, now: datetime) -> list[Lane]:
        """Return the lanes; anew after a moment, or when they held less than asked."""
        started = time.monotonic()
        if started >= max(self._look_again_at, self._rested_at):
            self._waiting = lanes.look(now)
            ended = time.monotonic()
            self._look_again_at = ended + LOOK_SECONDS
            self._rested_at = ended + (ended - started) * LOOKS_REST
        return self._waiting

    def _is_retries_turn(self) -> bool:
        now = time.monotonic()
        if now < self._next_retries_first:
            return False
        self._next_retries_first = now + RETRIES_FIRST_SECONDS
        return True

    def _submit(self, rows: list[Any], now: datetime) -> None:
        """Hand over what may go; put off what is outside of its sending hours."""
        load_revisions({row.revision_id for row in rows})
        connections = load_connections(
            row.connection_id for row in rows if row.connection_id is not None
        )
        early = [(row, at) for row in rows if (at := opens_at(row, now)) > now]
        if early:
            claiming.postpone(early)
            for row, _ in early:
                self._load.ended(row.destination_id, was_answered=False)
            put_off = {row.id for row, _ in early}
            rows = [row for row in rows if row.id not in put_off]
        leasing.extend(((r, revision_of(r.revision_id).action) for r in rows), now)
        for together in in_batches(rows):
            connection = connections.get(together[0].connection_id, {})
            self._pool.submit(together, connection, self._clock)

    def _linger_for_retry(self, now: datetime, waiting: Sequence[Lane]) -> None:
        """Wait for what can go within seconds instead of ending the shift."""
        if self._load.in_flight or time.monotonic() < self._linger_until:
            return
        found = [at for lane in waiting if (at := lane.next_at(now)) is not None]
        if found and (until := min(found) - now) < LINGER_FOR_RETRY:
            wait = max(until.total_seconds(), 0.0) + LINGER_SECONDS
            self._linger_until = time.monotonic() + wait

    def _wake_another(self) -> None:
        """There may be more than this process can take: ask one more worker."""
        now = time.monotonic()
        if now >= self._next_extra_worker:
            self._next_extra_worker = now + EXTRA_WORKER_SECONDS
            waking.wake_one_more()

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

    def _take(self, result: Result) -> None:
        row, finished = result
        if finished is None:
            self._never_begun.append(row)
            self._load.ended(row.destination_id, was_answered=False)
            return
        if not self._unwritten:
            self._first_unwritten_at = time.monotonic()
        self._unwritten.append(finished)
        self._attempts += 1
        counting.count_attempt(row, finished)
        self._load.ended(row.destination_id, was_answered=finished.was_answered)

    def _flush(self) -> None:
        """Write what happened, and give back what was never begun."""
        if self._never_begun:
            claiming.postpone([(row, row.due_at) for row in self._never_begun])
            self._never_begun = []
        if self._unwritten:
            record(self._unwritten)
            self._unwritten = []
            # What waited for these results may go now: in order, or after a breaker.
            self._linger_until = time.monotonic() + LINGER_SECONDS
            self._look_again_at = 0.0

    @property
    def is_finished(self) -> bool:
        """Tell whether nothing is being sent any more."""
        return self._load.in_flight == 0

    def finish(self) -> None:
        """Record what still runs: each attempt ends at its own deadline."""
        self._pool.give_back()
        ends_at = time.monotonic() + leasing.longest_lease_seconds()
        while self._load.in_flight > 0 and time.monotonic() < ends_at:
            self._collect()
        self._flush()


def work_shift() -> None:
    """Work one shift in this process.

    The promise to look for due work is withdrawn before the last look, so that a
    wake-up that was skipped because of the promise is made up for (see ``waking``).
    """
    clock = DatabaseClock()
    shift = Shift(
        process_pool(),
        clock,
        seconds=settings.DELIVERY_SHIFT_SECONDS,
        slots=settings.DELIVERY_THREADS + settings.DELIVERY_THREADS // AHEAD_SHARE,
    )
    shifts.begin(now=clock())
    try:
        with stopping.stopped_by_signals(shift.stop):
            shift.run()
            if not shift.is_finished:
                # The last answers may take long; another looks for work meanwhile.
                shifts.beat(is_accepting=False, now=clock(), doing=shift.doing())
                _wake_successor(clock())
            shift.finish()
    except DATABASE_TROUBLE:
        logger.warning("The database cannot be reached.", exc_info=True)
        _finish_after_outage(shift)
    finally:
        shifts.end(now=clock())
        counting.write_counts()
    _wake_successor(clock())


def _finish_after_outage(shift: Shift) -> None:
    """Record what partners answered, once the database is back; after the lease no
    more: others have what was being sent.
    """
    ends_at = time.monotonic() + settings.DELIVERY_LEASE_SECONDS
    while time.monotonic() < ends_at:
        time.sleep(RECONNECT_SECONDS)
        with suppress(*DATABASE_TROUBLE):
            replace_connection()
            shift.finish()
            return


def _wake_successor(now: datetime) -> None:
    """Look a last time, and wake another when something is due soon."""
    next_at = lanes.next_at(now)
    if next_at is not None and next_at <= now + LINGER_FOR_RETRY:
        waking.wake()
