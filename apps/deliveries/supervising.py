"""Watches over one django-q2 cluster: a cluster that hangs is started again.

Why: when one of its idle workers is killed, a cluster can hang for good (the dead
reader holds the lock of its queue), and killed main processes leave their children
behind (measured with django-q2 1.11).
"""

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from apps.deliveries import shifts, waking
from apps.deliveries.lanes import next_at
from apps.deliveries.models import (
    WorkerShift,
)

logger = logging.getLogger(__name__)

STUCK_AFTER = timedelta(seconds=30)
LOOK_SECONDS = 0.5
STOP_SECONDS = 60.0
MARK = "POSTBACKS_CLUSTER"
"""An environment variable that tells our cluster's processes from all others."""


class Supervisor:
    """Runs ``manage.py qcluster`` as a child until told to stop."""

    def __init__(self, manage: Path) -> None:
        self._manage = manage
        self._stopping = False
        self._child: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        """End the cluster; it finishes what it is sending."""
        self._stopping = True

    def run(self) -> int:
        """Keep a cluster running; return the exit status for the shell."""
        end_orphans(manage=self._manage)
        while not self._stopping:
            self._wake()
            self._child = self._start()
            self._watch(self._child)
            self._end(self._child)
        return 0

    def _mark(self) -> str:
        return mark_of(self._manage, os.getpid())

    def _wake(self) -> None:
        """Have the new cluster look for what waited while none ran."""
        with suppress(DatabaseError):
            waking.wake()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own command line
            [sys.executable, str(self._manage), "qcluster"],
            env={**os.environ, MARK: self._mark()},
            start_new_session=True,
        )

    def _watch(self, child: subprocess.Popen[bytes]) -> None:
        """Return when the cluster ended, is stuck, or shall stop.

        A new cluster gets as long to be seen as a running one to be missed: what is
        due may have waited for it.
        """
        may_be_stuck_from = time.monotonic() + STUCK_AFTER.total_seconds()
        while not self._stopping:
            with suppress(subprocess.TimeoutExpired):
                status = child.wait(timeout=LOOK_SECONDS)
                logger.error("The cluster ended (%s); starting it again.", status)
                time.sleep(1)
                return
            if time.monotonic() > may_be_stuck_from and self._is_stuck():
                logger.error("The cluster makes no progress; starting it again.")
                return

    def _is_stuck(self) -> bool:
        try:
            return is_stuck(now=timezone.now())
        except DatabaseError:
            close_old_connections()
            return False

    def _end(self, child: subprocess.Popen[bytes]) -> None:
        """Let the cluster stop: no attempt is cut short."""
        _signal(child.pid, signal.SIGTERM)
        with suppress(DatabaseError):
            shifts.tell_to_stop(host=socket.gethostname())
        try:
            child.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            logger.warning("The cluster did not stop in time and is ended.")
        end_processes(mark=self._mark())
        child.wait()


def is_stuck(*, now: datetime) -> bool:
    """Tell whether deliveries are due for long and no worker was seen since."""
    due_at = next_at(now - STUCK_AFTER)
    if due_at is None or due_at > now - STUCK_AFTER:
        return False
    return not WorkerShift.objects.filter(seen_at__gt=now - STUCK_AFTER).exists()


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


def end_processes(*, mark: str) -> None:
    """Kill what is left of one supervisor's cluster."""
    for pid, found in marked_processes():
        if found == mark:
            _signal(pid, signal.SIGKILL)


def end_orphans(*, manage: Path) -> None:
    """Kill what killed supervisors of this project left behind, and nothing else."""
    for pid, mark in marked_processes():
        path, _, supervisor = mark.rpartition(":")
        if path == str(manage.resolve()) and not Path(f"/proc/{supervisor}").exists():
            _signal(pid, signal.SIGKILL)


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
