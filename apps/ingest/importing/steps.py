"""What people do with an import: map, rehearse, start, pause, go on, cancel, forget."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext

from apps.core.queue import enqueue
from apps.ingest.importing.permissions import check_author
from apps.ingest.importing.working import COUNTED, WORKING
from apps.ingest.models import PREPARED, Import, ImportState

WORK = "apps.ingest.importing.tasks.work"
KEPT_FOR = timedelta(days=7)
"""How long rows that are not imported stay: to be mended, or to be started."""
ZERO: Mapping[str, Any] = {name: 0 for name in COUNTED if name != "reasons"}


class ImportStateError(Exception):
    """An import is not in a state in which that can be done to it."""

    def __init__(self, state: str) -> None:
        """Keep the ``state`` that it is in."""
        super().__init__(state)
        self.state = ImportState(state)

    def __str__(self) -> str:
        """Return what to tell people."""
        words = gettext("The import is in the state «%(state)s». Nothing was done.")
        return words % {"state": self.state.label.lower()}


@transaction.atomic
def begin_again(job: Import) -> None:
    """Store how the columns of a prepared import are read; its counts start anew.

    Raises ``ImportStateError`` when it was started meanwhile.
    """
    _move(
        job.pk,
        (ImportState.DRAFT, ImportState.REHEARSED, ImportState.REHEARSING),
        ImportState.DRAFT,
    )
    job.state = ImportState.DRAFT
    job.reasons, job.rehearsed, job.note = {}, {}, ""
    for name in ZERO:
        setattr(job, name, 0)
    job.chunks.update(is_done=False, results=[], made=[])
    job.save()


@transaction.atomic
def rehearse_all(*, job: Import, now: datetime) -> None:
    """Have a worker rehearse every row. Raises as ``start`` does."""
    check_author(job.author, job.kind)
    _move(
        job.pk,
        (ImportState.REHEARSED,),
        ImportState.REHEARSING,
        note="",
        updated_at=now,
    )
    transaction.on_commit(lambda: ask_for_worker(job.pk))


@transaction.atomic
def start(*, job: Import, now: datetime, is_history: bool) -> None:
    """Begin a rehearsed import; of history nobody is told.

    Raises ``ImportStateError``, and ``ImportForbiddenError`` when the author may not
    report any more.
    """
    check_author(job.author, job.kind)
    _move(
        job.pk,
        (ImportState.REHEARSED,),
        ImportState.RUNNING,
        is_history=is_history,
        rehearsed={name: getattr(job, name) for name in ZERO},
        reasons={},
        note="",
        started_at=now,
        updated_at=now,
        **ZERO,
    )
    job.chunks.update(is_done=False, results=[], made=[])
    transaction.on_commit(lambda: ask_for_worker(job.pk))


def pause(*, job: Import, now: datetime) -> None:
    """Let an import rest after the chunk that is on its way. Raises as ``start``."""
    _move(job.pk, (ImportState.RUNNING,), ImportState.PAUSED, updated_at=now)


@transaction.atomic
def resume(*, job: Import, now: datetime) -> None:
    """Let a paused import go on. Raises as ``start`` does."""
    check_author(job.author, job.kind)
    _move(job.pk, (ImportState.PAUSED,), ImportState.RUNNING, note="", updated_at=now)
    transaction.on_commit(lambda: ask_for_worker(job.pk))


@transaction.atomic
def cancel(*, job: Import, now: datetime) -> None:
    """End an import; what is imported stays, the rows that are not are deleted."""
    _move(
        job.pk,
        (*PREPARED, ImportState.RUNNING, ImportState.PAUSED),
        ImportState.CANCELLED,
        finished_at=now,
        updated_at=now,
    )
    job.chunks.filter(is_done=False).update(sealed_rows="")
    if job.started_at is None:
        _forget([job.pk], now)


def forget(*, job: Import, now: datetime) -> None:
    """Delete the rows that were refused; the counts stay. Raises as ``start``."""
    fresh = Import.objects.get(pk=job.pk)
    if fresh.state not in (ImportState.DONE, ImportState.CANCELLED):
        raise ImportStateError(fresh.state)
    _forget([job.pk], now)


def forget_in_time(now: datetime) -> int:
    """Delete the rows of imports that nobody touched for a week; return how many.

    One that was never started is cancelled thereby: it has nothing to import.
    """
    old = Import.objects.filter(forgotten_at=None, updated_at__lt=now - KEPT_FOR)
    left = [*PREPARED, ImportState.PAUSED]
    ids = list(
        old.exclude(state=ImportState.RUNNING).order_by("pk").values_list("pk", "state")
    )
    unfinished = [pk for pk, state in ids if state in left]
    Import.objects.filter(pk__in=unfinished, state__in=left).update(
        state=ImportState.CANCELLED, finished_at=now, updated_at=now
    )
    return _forget([pk for pk, _ in ids], now)


@transaction.atomic
def _forget(import_ids: Sequence[UUID], now: datetime) -> int:
    """Delete rows and what was said about them: it may repeat what stood in them."""
    over = Import.objects.filter(
        pk__in=import_ids, state__in=(ImportState.DONE, ImportState.CANCELLED)
    )
    done = list(over.values_list("pk", flat=True))
    for import_id in done:
        Import.objects.get(pk=import_id).chunks.all().delete()
    return over.filter(pk__in=done).update(forgotten_at=now)


def give_up(import_id: UUID, note: str, now: datetime) -> None:
    """Pause what cannot go on, or end its rehearsal, and say why."""
    moves = (
        (ImportState.RUNNING, ImportState.PAUSED),
        (ImportState.REHEARSING, ImportState.REHEARSED),
    )
    for before, after in moves:
        Import.objects.filter(pk=import_id, state=before).update(
            state=after, note=note[:500], updated_at=now
        )


def ask_for_worker(import_id: UUID) -> None:
    """Have a worker go on; if that is lost, the sweep asks again."""
    enqueue(WORK, import_id=str(import_id))


def ask_for_workers() -> int:
    """Ask a worker for each import that has something to do; return how many."""
    ids = list(Import.objects.filter(state__in=WORKING).values_list("pk", flat=True))
    for import_id in ids:
        ask_for_worker(import_id)
    return len(ids)


def _move(
    import_id: UUID, before: Sequence[str], after: ImportState, **fields: object
) -> None:
    moved = Import.objects.filter(pk=import_id, state__in=before)
    if not moved.update(state=after, **fields):
        raise ImportStateError(Import.objects.get(pk=import_id).state)
