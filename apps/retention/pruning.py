"""Removes what is older than the settings say, beside the traffic.

Short transactions, so nobody waits for long; each notes how far it came in the same
transaction, so whoever is killed loses nothing and is followed by one who goes on.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from apps.deliveries.clock import Clock, database_now
from apps.retention import partitions
from apps.retention.batches import BATCHES, Page, remove_strayed
from apps.retention.models import LogTable, Pruning

LOCK = 0x70_72_75_6E_65
"""The number of the advisory lock: «prune» in ASCII."""
TRIES = 3
PAUSE_SECONDS = 0.3

SETTINGS = {table: table.value for table in LogTable} | {LogTable.SUBJECTS: "events"}
"""By which setting each part goes; devices and users go with their events."""
VACUUM = "VACUUM (SKIP_LOCKED, TRUNCATE false) {table}"


class AlreadyPruningError(Exception):
    """Another process prunes at this moment."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What would go of a part of the log: rows, about as many for whole days."""

    table: LogTable
    until: datetime
    rows: int
    bytes: int | None


def until_of(table: LogTable, now: datetime) -> datetime | None:
    """Return up to when rows may go, a midnight; ``None`` to keep them for ever."""
    days = settings.RETENTION_DAYS[SETTINGS[table]]
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today - timedelta(days=days) if days else None


def look(now: datetime) -> list[Outlook]:
    """Return what would go now, and change nothing."""
    found = []
    for table in LogTable:
        until = until_of(table, now)
        if until is None:
            continue
        if table == LogTable.ATTEMPTS:
            days = _over(until)
            size = sum(one.bytes for one in days)
            found.append(Outlook(table, until, sum(map(_rows_of, days)), size))
        else:
            rows = BATCHES[table].count(until)
            found.append(Outlook(table, until, rows, None))
    return found


def prune(*, clock: Clock = database_now, seconds: float | None = None) -> bool:
    """Remove what is over, for at most ``seconds``; tell whether all of it is done.

    What was done today is not done again. Raises ``AlreadyPruningError``.
    """
    ends_at = None if seconds is None else time.monotonic() + seconds
    now = clock()
    with _alone():
        partitions.add_days(now)
        for table in LogTable:
            until = until_of(table, now)
            if until is None:
                continue
            run = _begun(table, until, now)
            if run.finished_at is None and not _go_on(run, ends_at):
                return False
    return True


def _begun(table: LogTable, until: datetime, now: datetime) -> Pruning:
    """Return today's pass; what is left of an earlier one is in it."""
    earlier = Pruning.objects.filter(table=table, until__lt=until, finished_at=None)
    earlier.update(finished_at=now)
    run, _ = Pruning.objects.get_or_create(
        table=table, until=until, defaults={"started_at": now}
    )
    return run


def _go_on(run: Pruning, ends_at: float | None) -> bool:
    """Continue a pass until it is done or time is up; tell whether it is done."""
    if run.table == LogTable.ATTEMPTS:
        _drop_days(run)
    while ends_at is None or time.monotonic() < ends_at:
        page = _next_page(run)
        if page.position:
            continue
        run.finished_at = max(database_now(), run.started_at)
        run.save(update_fields=["finished_at", "days_left"])
        # Last: of a huge table it may take longer than a task may, and is not repeated.
        if run.rows and run.table != LogTable.ATTEMPTS:
            _free(BATCHES[LogTable(run.table)].table)
        return True
    return False


def _next_page(run: Pruning, tries_left: int = TRIES - 1) -> Page:
    """Remove a page and note it, in one transaction.

    Somebody may refer to one of its rows after it was looked at: the database refuses
    the page, and the next look sees it.
    """
    try:
        with transaction.atomic():
            return _remove_page(run)
    except IntegrityError:
        if not tries_left:
            raise
    run.refresh_from_db()
    return _next_page(run, tries_left - 1)


def _remove_page(run: Pruning) -> Page:
    if run.table == LogTable.ATTEMPTS:
        page = remove_strayed(run.until)
    else:
        page = BATCHES[LogTable(run.table)].next_page(run.until, run.position)
    run.rows += page.rows
    run.bytes += page.bytes
    run.position = page.position
    run.save(update_fields=["rows", "bytes", "position"])
    return page


def _drop_days(run: Pruning) -> None:
    left = 0
    for day in _over(run.until):
        rows = _rows_of(day)
        if not _dropped(day):
            left += 1
            continue
        run.rows += rows
        run.bytes += day.bytes
        run.save(update_fields=["rows", "bytes"])
    run.days_left = left


def _over(until: datetime) -> list[partitions.Partition]:
    return [one for one in partitions.partitions() if one.ends_at <= until]


def _rows_of(day: partitions.Partition) -> int:
    """Return about how many rows a day has; exactly, where nobody has counted yet."""
    if day.estimate >= 0:
        return round(day.estimate)
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{day.name}"')  # noqa: S608 - our own name
        return int(cursor.fetchone()[0])


def _dropped(day: partitions.Partition) -> bool:
    for _ in range(TRIES):
        if partitions.drop(day):
            return True
        time.sleep(PAUSE_SECONDS)
    return False


def _free(table: str) -> None:
    """Let new rows have the space; without it the table would grow for weeks."""
    with connection.cursor() as cursor:
        cursor.execute(VACUUM.format(table=table))


@contextmanager
def _alone() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        (is_ours,) = cursor.fetchone()
    if not is_ours:
        raise AlreadyPruningError(
            "Something is being pruned already. Wait until it is done, or end that "
            "process: the next one goes on where it was."
        )
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
