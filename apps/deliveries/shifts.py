"""The row of this worker process: its heartbeat and its promise."""

import os
import socket
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from apps.core.http import USER_AGENT
from apps.core.ids import uuid7
from apps.deliveries.models import (
    WorkerShift,
)

PROMISE = timedelta(seconds=1)
"""How long a heartbeat promises to look for due deliveries; two heartbeats."""


VERSION = USER_AGENT.partition("/")[2]


class Doing(NamedTuple):
    """What a shift is doing: destinations waited for, requests on their way, attempts
    since it began.
    """

    lanes: int = 0
    in_flight: int = 0
    attempts: int = 0


IDLE = Doing()

_ids: dict[int, UUID] = {}


def _row_id() -> UUID:
    """Return the id of this process's row; a forked child has its own."""
    return _ids.setdefault(os.getpid(), uuid7())


def worker_name(pid: int | None = None) -> str:
    """Return the name of a process, else of this one, for people: host and pid."""
    return f"{socket.gethostname()}/{pid or os.getpid()}"


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
            "version": VERSION,
            **IDLE._asdict(),
        },
    )


def beat(*, is_accepting: bool, now: datetime, doing: Doing = IDLE) -> None:
    """Show that the process lives; promise to look while it has free slots."""
    WorkerShift.objects.filter(pk=_row_id()).update(
        seen_at=now,
        accepting_until=now + PROMISE if is_accepting else now,
        **doing._asdict(),
    )


def are_working(pids: Iterable[int]) -> bool:
    """Tell whether one of these processes of this host is in a shift."""
    return _rows(pids).filter(ended_at=None).exists()


def are_seen(pids: Iterable[int], *, since: datetime) -> bool:
    """Tell whether one of these processes of this host gave a sign of life."""
    return _rows(pids).filter(seen_at__gt=since).exists()


def _rows(pids: Iterable[int]) -> QuerySet[WorkerShift]:
    return WorkerShift.objects.filter(worker__in=[worker_name(pid) for pid in pids])


def end(*, now: datetime) -> None:
    """Withdraw the promise; the caller then looks for due work a last time."""
    WorkerShift.objects.filter(pk=_row_id()).update(
        seen_at=now, accepting_until=now, ended_at=now, in_flight=0
    )
