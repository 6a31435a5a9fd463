"""One chunk after the other: each is one transaction together with its counts.

So whatever ends a worker, no row is counted twice and none is left out.
"""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.core.sql import one_line, rows_of
from apps.ingest.compiling import compiled_before
from apps.ingest.importing.holding import be_patient
from apps.ingest.importing.permissions import check_author
from apps.ingest.importing.reading import Row
from apps.ingest.importing.storing import sealed, stored_rows
from apps.ingest.importing.taking import take_rows
from apps.ingest.models import Import, ImportChunk, ImportState, Result
from apps.ingest.refusals import Answer
from apps.ingest.tallies import uncounted

WORKING = (ImportState.REHEARSING, ImportState.RUNNING)
COUNTED = ("examined", "accepted", "duplicate", "refused", "planned", "reasons")
STANDS_ON_ANOTHER = "conversion_required"
FIRST_ROWS = 1_000
COUNT_PLANNED = one_line("""
SELECT count(*) AS count FROM deliveries_delivery
 WHERE created_at = %s AND state <> 'suppressed'
   AND (event_id = ANY(%s::uuid[]) OR conversion_id = ANY(%s::uuid[]))
""")


def work_on_next_chunk(import_id: UUID, now: datetime) -> bool:
    """Do the next chunk; tell whether there may be more to do.

    Raises ``ImportForbiddenError`` when the author may not do that any more, and
    ``OperationalError`` when somebody held a lock for too long: try again.
    """
    with compiled_before(), transaction.atomic():
        be_patient()
        job = _locked(import_id)
        if job is None:
            return False
        check_author(job.author, job.kind)
        chunk = job.chunks.filter(is_done=False).order_by("number").first()
        if chunk is not None:
            _do(job, chunk, now)
        if job.examined >= job.rows:
            _finish(job, now)
        job.save()
    return job.state in WORKING


def rehearse_first_rows(job: Import, now: datetime) -> None:
    """Rehearse the first rows of a prepared import at once; nothing stays stored."""
    with compiled_before(), transaction.atomic():
        be_patient()
        while job.examined < min(FIRST_ROWS, job.rows):
            chunk = job.chunks.filter(is_done=False).order_by("number").first()
            if chunk is None:
                break
            _do(job, chunk, now)
        job.state = ImportState.REHEARSED
        job.save()


def _locked(import_id: UUID) -> Import | None:
    """Return the import unless it rests or another worker has it."""
    return (
        Import.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("author")
        .filter(pk=import_id, state__in=WORKING)
        .first()
    )


def _do(job: Import, chunk: ImportChunk, now: datetime) -> None:
    rows = stored_rows(chunk)
    if job.state == ImportState.RUNNING:
        answers = take_rows(job, rows, now)
        planned = 0 if job.is_history else _count_planned(answers, now)
    else:
        answers, planned = _rehearse(job, chunk, rows, now)
    _record(job, chunk, rows, answers)
    job.planned += planned


def _rehearse(
    job: Import, chunk: ImportChunk, rows: Sequence[Row], now: datetime
) -> tuple[list[Answer], int]:
    """Do everything that importing would do, and take it back."""
    with transaction.atomic(), uncounted():
        answers = take_rows(job, rows, now)
        planned = _count_planned(answers, now)
        names = [_name(job, row) for row in rows]
        transaction.set_rollback(True)
    pairs = list(zip(names, answers, strict=True))
    chunk.made = sorted({_hash(n) for n, one in pairs if n and one.conversion})
    waiting = {_hash(n) for n, one in pairs if one.reason == STANDS_ON_ANOTHER}
    made = _made_before(job, waiting) if waiting else set()
    return [_as_if(made, name, answer) for name, answer in pairs], planned


def _as_if(made: set[int], name: str, answer: Answer) -> Answer:
    """Accept what an earlier chunk, taken back, would have made possible."""
    if answer.reason == STANDS_ON_ANOTHER and _hash(name) in made:
        return Answer(Result.ACCEPTED.value)
    return answer


def _made_before(job: Import, wanted: set[int]) -> set[int]:
    found = job.chunks.filter(is_done=True, made__overlap=list(wanted))
    return {one for made in found.values_list("made", flat=True) for one in made}


def _name(job: Import, row: Row) -> str:
    place = job.columns.get("transaction_id", len(row.cells))
    return row.cells[place].strip() if place < len(row.cells) else ""


def _hash(name: str) -> int:
    digest = hashlib.sha256(name.encode()).digest()[:8]
    return int.from_bytes(digest, "big", signed=True)


def _count_planned(answers: Sequence[Answer], now: datetime) -> int:
    """Return how many deliveries the chunk has planned that are to be sent."""
    done = [one for one in answers if one.result == Result.ACCEPTED]
    events = [one.event for one in done if one.event]
    conversions = [one.conversion for one in done if one.conversion]
    if not events and not conversions:
        return 0
    return int(rows_of(COUNT_PLANNED, (now, events, conversions))[0].count)


def _record(
    job: Import, chunk: ImportChunk, rows: Sequence[Row], answers: Sequence[Answer]
) -> None:
    """Count the answers; of rows that were imported keep those that were refused."""
    chunk.results = [
        [row.line, answer.result, answer.reason or "", _detail(answer)]
        for row, answer in zip(rows, answers, strict=True)
        if answer.result != Result.ACCEPTED
    ]
    if job.state == ImportState.RUNNING:
        chunk.made = []
        chunk.sealed_rows = sealed(
            row
            for row, answer in zip(rows, answers, strict=True)
            if answer.result == Result.REFUSED
        )
    chunk.is_done = True
    chunk.save()
    counts = Counter(answer.result for answer in answers)
    job.accepted += counts[Result.ACCEPTED]
    job.duplicate += counts[Result.DUPLICATE]
    job.refused += counts[Result.REFUSED]
    job.examined += len(answers)
    reasons = Counter(a.reason for a in answers if a.result == Result.REFUSED)
    job.reasons = dict(Counter(job.reasons) + reasons)


def _detail(answer: Answer) -> str:
    """Return what is said about a refused row; a duplicate needs no words."""
    return (answer.detail or "") if answer.result == Result.REFUSED else ""


def _finish(job: Import, now: datetime) -> None:
    if job.state == ImportState.REHEARSING:
        job.state = ImportState.REHEARSED
        return
    job.state, job.finished_at = ImportState.DONE, now
