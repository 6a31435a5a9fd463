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
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from apps.deliveries.claiming import next_due_at
from apps.deliveries.models import (
    WorkerShift,
)

logger = logging.getLogger(__name__)

STUCK_AFTER = timedelta(seconds=30)
LOOK_SECONDS = 5.0
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
        if self._child is not None:
            self._signal_all(signal.SIGTERM)

    def run(self) -> int:
        """Keep a cluster running; return the exit status for the shell."""
        end_processes(mark=self._mark())
        while not self._stopping:
            self._child = self._start()
            self._watch(self._child)
            self._end(self._child)
        return 0

    def _mark(self) -> str:
        return str(self._manage.resolve())

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 - our own command line
            [sys.executable, str(self._manage), "qcluster"],
            env={**os.environ, MARK: self._mark()},
            start_new_session=True,
        )

    def _watch(self, child: subprocess.Popen[bytes]) -> None:
        """Return when the cluster ended, is stuck, or shall stop."""
        while not self._stopping:
            with suppress(subprocess.TimeoutExpired):
                status = child.wait(timeout=LOOK_SECONDS)
                logger.error("The cluster ended (%s); starting it again.", status)
                time.sleep(1)
                return
            if self._is_stuck():
                logger.error("The cluster makes no progress; starting it again.")
                return

    def _is_stuck(self) -> bool:
        try:
            return is_stuck(now=timezone.now())
        except DatabaseError:
            close_old_connections()
            return False

    def _end(self, child: subprocess.Popen[bytes]) -> None:
        self._signal_all(signal.SIGTERM)
        try:
            child.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            logger.warning("The cluster did not stop in time and is ended.")
        end_processes(mark=self._mark())
        child.wait()

    def _signal_all(self, number: int) -> None:
        """Signal the main process (it stops the cluster) and every shift."""
        for pid in marked_processes(mark=self._mark()):
            _signal(pid, number)


def is_stuck(*, now: datetime) -> bool:
    """Tell whether deliveries are due for long and no worker was seen since."""
    due_at = next_due_at()
    if due_at is None or due_at > now - STUCK_AFTER:
        return False
    return not WorkerShift.objects.filter(seen_at__gt=now - STUCK_AFTER).exists()


def marked_processes(*, mark: str) -> Iterator[int]:
    """Yield the processes of the cluster that was started with ``mark``.

    Linux only: it reads /proc. Elsewhere nothing is found and nothing is ended.
    """
    wanted = f"{MARK}={mark}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        if wanted in environment:
            yield int(folder.name)


def end_processes(*, mark: str) -> None:
    """Kill what is left of a cluster: orphans of a killed main process."""
    for pid in marked_processes(mark=mark):
        _signal(pid, signal.SIGKILL)


def _signal(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
