"""The row of this worker process: its heartbeat and its promise."""

import os
import socket
from datetime import datetime, timedelta
from uuid import UUID

from apps.core.ids import uuid7
from apps.deliveries.models import (
    WorkerShift,
)

PROMISE = timedelta(seconds=1)
"""How long a heartbeat promises to look for due deliveries; two heartbeats."""

_ids: dict[int, UUID] = {}


def _row_id() -> UUID:
    """Return the id of this process's row; a forked child has its own."""
    return _ids.setdefault(os.getpid(), uuid7())


def worker_name() -> str:
    """Return the name of this process for people: host and process id."""
    return f"{socket.gethostname()}/{os.getpid()}"


def begin(*, now: datetime) -> None:
    """Open the shift of this process."""
    WorkerShift.objects.update_or_create(
        pk=_row_id(),
        defaults={
            "worker": worker_name(),
            "started_at": now,
            "seen_at": now,
            "accepting_until": now + PROMISE,
            "ended_at": None,
            "is_told_to_stop": False,
        },
    )


def beat(*, is_accepting: bool, now: datetime) -> bool:
    """Show that the process lives; promise to look while it has free slots.

    Returns whether the shift was told to stop.
    """
    row = WorkerShift.objects.filter(pk=_row_id())
    row.update(seen_at=now, accepting_until=now + PROMISE if is_accepting else now)
    return row.filter(is_told_to_stop=True).exists()


def tell_to_stop(*, host: str) -> None:
    """Have the shifts of ``host`` end: they finish what they send, claim nothing."""
    WorkerShift.objects.filter(worker__startswith=f"{host}/", ended_at=None).update(
        is_told_to_stop=True
    )


def end(*, now: datetime) -> None:
    """Withdraw the promise; the caller then looks for due work a last time."""
    WorkerShift.objects.filter(pk=_row_id()).update(
        seen_at=now, accepting_until=now, ended_at=now
    )
