"""Watches over one django-q2 cluster: a cluster that hangs is started again.

Why: when one of its idle workers is killed, a cluster can hang for good (the dead
reader holds the lock of its queue), and killed main processes leave their children
behind (measured with django-q2 1.11).
"""

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.db import DatabaseError, close_old_connections

from apps.core.ids import uuid7
from apps.core.queue import put_schedules_right
from apps.deliveries import presence, shifts, waking
from apps.deliveries.clock import database_now
from apps.deliveries.lanes import next_at
from apps.deliveries.leasing import longest_lease_seconds
from apps.deliveries.stopping import PIPE_VARIABLE, StopPipe

logger = logging.getLogger(__name__)

NUDGE_AFTER = timedelta(seconds=3)
"""A wake-up was lost, or went to a cluster that was busy: send another."""
STUCK_AFTER = timedelta(seconds=30)
CARE_SECONDS = 1.0
SCHEDULES_SECONDS = 30.0
"""As often as django-q2 looks at its schedules."""
LOOK_SECONDS = 0.1
MARK = "POSTBACKS_CLUSTER"
"""An environment variable that tells our cluster's processes from all others."""


class Supervisor:
    """Runs ``manage.py qcluster`` as a child until told to stop."""

    def __init__(self, manage: Path) -> None:
        self._manage = manage
        self._stopping = False
        self._next_schedules_at = 0.0
        self._next_beat_at = 0.0
        self._worker_id = uuid7()
        self._started_at: datetime | None = None

    def stop(self) -> None:
        """End the cluster; it finishes what it is sending."""
        self._stopping = True

    def run(self) -> int:
        """Keep a cluster running; return the exit status for the shell."""
        end_orphans(manage=self._manage)
        while not self._stopping:
            self._wake()
            pipe = StopPipe()
            child = self._start(pipe)
            self._watch(child)
            self._end(child, pipe)
            pipe.close()
        self._leave()
        return 0

    def _beat(self) -> None:
        """Show that this worker lives, whether or not there is something to send."""
        now = time.monotonic()
        if now < self._next_beat_at:
            return
        self._next_beat_at = now + presence.BEAT_SECONDS
        try:
            moment = database_now()
            self._started_at = self._started_at or moment
            presence.beat(self._worker_id, started_at=self._started_at, now=moment)
        except DatabaseError:
            close_old_connections()

    def _leave(self) -> None:
        with suppress(DatabaseError):
            presence.leave(self._worker_id, now=database_now())

    def _mark(self) -> str:
        return mark_of(self._manage, os.getpid())

    def _wake(self) -> None:
        """Have the cluster look for what waits while none of its workers does."""
        with suppress(DatabaseError):
            waking.wake_one_more()

    def _start(self, pipe: StopPipe) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own command line
            [sys.executable, str(self._manage), "qcluster"],
            env={
                **os.environ,
                MARK: self._mark(),
                PIPE_VARIABLE: str(pipe.reader),
            },
            pass_fds=[pipe.reader],
            start_new_session=True,
        )

    def _watch(self, child: subprocess.Popen[bytes]) -> None:
        """Return when the cluster ended, is stuck, or shall stop.

        A new cluster gets as long to be seen as a running one to be missed: what is
        due may have waited for it.
        """
        started_at = next_care_at = time.monotonic()
        while not self._stopping:
            with suppress(subprocess.TimeoutExpired):
                status = child.wait(timeout=LOOK_SECONDS)
                logger.error("The cluster ended (%s); starting it again.", status)
                time.sleep(1)
                return
            now = time.monotonic()
            if now >= next_care_at:
                next_care_at = now + CARE_SECONDS
                self._beat()
                if self._is_stuck(age=timedelta(seconds=now - started_at)):
                    logger.error("The cluster makes no progress; starting it again.")
                    return

    def _is_stuck(self, *, age: timedelta) -> bool:
        """Nudge a cluster that idles while work is due; tell whether in vain."""
        try:
            self._put_schedules_right()
            if not self._idles_for(NUDGE_AFTER):
                return False
            waking.wake_one_more()
            return age > STUCK_AFTER and self._idles_for(STUCK_AFTER)
        except DatabaseError:
            close_old_connections()
            return False

    def _put_schedules_right(self) -> None:
        now = time.monotonic()
        if now >= self._next_schedules_at:
            self._next_schedules_at = now + SCHEDULES_SECONDS
            put_schedules_right()

    def _idles_for(self, span: timedelta) -> bool:
        now = database_now()
        if not is_work_due_for(span, now=now):
            return False
        pids = list(self._processes())
        return bool(pids) and not shifts.are_seen(pids, since=now - span)

    def _end(self, child: subprocess.Popen[bytes], pipe: StopPipe) -> None:
        """Let the cluster stop: no attempt is cut short.

        When systemd sends SIGTERM to all of its processes, workers outlive the one
        that would wait for them. After its lease an attempt is another worker's.
        """
        pipe.tell()
        _signal(child.pid, signal.SIGTERM)
        ends_at = time.monotonic() + longest_lease_seconds()
        while self._is_guarded(child) or self._is_sending():
            self._beat()
            if time.monotonic() > ends_at:
                logger.warning("The cluster did not stop in time and is ended.")
                break
            time.sleep(LOOK_SECONDS)
        end_processes(self._processes())
        child.wait()

    def _processes(self) -> Iterator[int]:
        own = self._mark()
        return (pid for pid, mark in marked_processes() if mark == own)

    def _is_guarded(self, child: subprocess.Popen[bytes]) -> bool:
        """Tell whether the cluster still ends by itself.

        Its main process waits for good for a sentinel that was killed.
        """
        if child.poll() is not None:
            return False
        return any(_parent_of(pid) == child.pid for pid in self._processes())

    def _is_sending(self) -> bool:
        try:
            return shifts.are_working(self._processes())
        except DatabaseError:
            # What it cannot record need not be waited for.
            close_old_connections()
            return False


def is_work_due_for(span: timedelta, *, now: datetime) -> bool:
    """Tell whether a delivery could have gone that long ago."""
    due_at = next_at(now - span)
    return due_at is not None and due_at <= now - span


def mark_of(manage: Path, supervisor: int) -> str:
    """Return the mark of the processes that ``supervisor`` (a pid) started."""
    return f"{manage.resolve()}:{supervisor}"


def marked_processes() -> Iterator[tuple[int, str]]:
    """Yield pid and mark of every process that a supervisor started on this host.

    Linux only: it reads /proc. Elsewhere nothing is found and nothing is ended.
    """
    prefix = f"{MARK}=".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        for entry in environment:
            if entry.startswith(prefix):
                yield int(folder.name), entry[len(prefix) :].decode(errors="replace")


def end_processes(pids: Iterable[int]) -> None:
    """Kill what is left of a cluster."""
    for pid in pids:
        _signal(pid, signal.SIGKILL)


def end_orphans(*, manage: Path) -> None:
    """Kill what killed supervisors of this project left behind, and nothing else."""
    for pid, mark in marked_processes():
        path, _, supervisor = mark.rpartition(":")
        if path == str(manage.resolve()) and not Path(f"/proc/{supervisor}").exists():
            _signal(pid, signal.SIGKILL)


def _parent_of(pid: int) -> int | None:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    # The name before the last bracket may hold anything.
    return int(status.rpartition(")")[2].split()[1])


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
