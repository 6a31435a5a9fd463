"""The database server of the soak: crashed, filled up, ended."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import psutil
from django.db import DatabaseError, connection

from apps.offers.models import Offer
from apps.tracking.models import Event
from tests.soak.environment import (
    DATA,
    SEGMENT_BYTES,
    database_user,
    forget_server,
    run_program,
)

HOUSEKEEPERS = ("checkpointer", "background writer", "walwriter", "logger")
"""They write what is in the tables already; on a full disk they still could."""

FILLER_BYTES = 1000
MOST_FILLERS = 5000
FAILURES_ENOUGH = 20


def control(*arguments: str) -> None:
    """Run ``pg_ctl`` and wait for what it does."""
    connection.close()
    run_program("pg_ctl", "-w", "-l", str(DATA / "log"), *arguments)


def crash() -> None:
    """End the server without a checkpoint; it starts again by its log."""
    control("-m", "immediate", "restart")


def end() -> None:
    """End the server for good; the wheel knows only the process that it started."""
    with suppress(OSError, ValueError):
        _postmaster()
        control("-m", "fast", "stop")
        forget_server()


def fill_events(
    offer: Offer,
    count: int = 2 * SEGMENT_BYTES // FILLER_BYTES,
    size: int = FILLER_BYTES,
) -> None:
    """Store events of nobody: their table is then larger than ``full_disk`` allows."""
    now = datetime.now(UTC)
    Event.objects.bulk_create(
        Event(
            offer=offer,
            source="url",
            category="uncategorized",
            occurred_at=now,
            received_at=now,
            params={"filler": "x" * size},
        )
        for _ in range(count)
    )


@contextmanager
def full_disk(offer: Offer) -> Iterator[None]:
    """Let no file of the database grow beyond a segment of the log.

    PostgreSQL answers as it does when a disk is full: what needs a further page fails.
    Raises ``RuntimeError`` when events of ``offer`` can still be stored.
    """
    _limit_files(str(SEGMENT_BYTES))
    try:
        connection.close()
        _use_up_free_pages(offer)
        yield
    finally:
        _limit_files("unlimited")


def _use_up_free_pages(offer: Offer) -> None:
    """Store the smallest of events until that fails again and again."""
    failed = 0
    for _ in range(MOST_FILLERS):
        try:
            fill_events(offer, 1, size=1)
        except DatabaseError:
            failed += 1
            if failed == FAILURES_ENOUGH:
                return
    raise RuntimeError("The disk was to be full, but events could still be stored.")


def _limit_files(size: str) -> None:
    """Set the limit; connections made later inherit it from the main process."""
    main = _postmaster()
    for process in [main, *main.children()]:
        with suppress(psutil.NoSuchProcess):
            title = " ".join(process.cmdline())
            if not any(name in title for name in HOUSEKEEPERS):
                # A program of its own: only the server's user may limit the server.
                subprocess.run(
                    ["prlimit", f"--pid={process.pid}", f"--fsize={size}:unlimited"],
                    user=database_user(),
                    check=process == main,
                    stderr=subprocess.DEVNULL,
                )


def _postmaster() -> psutil.Process:
    first_line = (DATA / "postmaster.pid").read_text().splitlines()[0]
    return psutil.Process(int(first_line))
