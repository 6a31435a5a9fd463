"""How fast a file comes in, beside the service of the batch door.

Both take the same number of new events, each with a rule that matches nothing, through
the same services in this process: what is compared is the way, not the network.
"""

import csv
import io
import time
from collections.abc import Iterator
from datetime import UTC, datetime

import psutil

from apps.accounts.roles import sync_roles
from apps.ingest.batches import receive_batch
from apps.ingest.importing.mapping import guess_columns
from apps.ingest.importing.permissions import sender_of
from apps.ingest.importing.steps import start
from apps.ingest.importing.storing import Upload, store_upload
from apps.ingest.importing.working import rehearse_first_rows, work_on_next_chunk
from apps.ingest.inbound import Inbound
from apps.ingest.models import Import
from apps.ingest.rest.requests import check_inbound, with_document
from benchmarks.stage import CLICKS, Stage
from tests.factories import make_user

BATCH = 1_000
HEADINGS = ("transaction_id", "event", "amount", "currency", "order_id", "date")


def rows_of(count: int, run: str) -> Iterator[tuple[str, ...]]:
    """Yield rows of new events over the clicks ``bench-<n>``."""
    for number in range(count):
        yield (
            f"bench-{number % CLICKS}",
            "bench_event",
            "12.50",
            "USD",
            f"{run}-{number}",
            "2026-03-01T12:00:00Z",
        )


def file_of(count: int, run: str) -> io.BytesIO:
    """Return those rows as a file."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    writer.writerows(rows_of(count, run))
    return io.BytesIO(text.getvalue().encode())


def imports(stage: Stage, count: int) -> dict[str, float]:
    """Return rows a second of uploading, importing and the batch door, and memory."""
    sync_roles()
    run = f"{time.time():.0f}"
    job = Import(kind="events", author=make_user("bench"), offer=stage.offer)
    file = file_of(count, run)
    process = psutil.Process()
    before = process.memory_info().rss
    began = time.perf_counter()
    store_upload(job, Upload(file, "bench.csv", file.getbuffer().nbytes))
    stored = time.perf_counter() - began
    job.columns = guess_columns(job.kind, job.headings)
    job.save()
    rehearse_first_rows(job, datetime.now(UTC))
    start(job=job, now=datetime.now(UTC), is_history=False)
    began = time.perf_counter()
    while work_on_next_chunk(job.pk, datetime.now(UTC)):
        pass
    imported = time.perf_counter() - began
    grown = process.memory_info().rss - before
    batched = _batched(job, count, f"{run}-b")
    job.refresh_from_db()
    if job.accepted != count:
        raise RuntimeError(f"{job.accepted} of {count} accepted: {job.reasons}")
    return {
        "stored_per_second": count / stored,
        "imported_per_second": count / imported,
        "batched_per_second": count / batched,
        "ratio": batched / imported,
        "memory_growth_mb": grown / 1024**2,
    }


def _checked(unread: Inbound, document: dict[str, str]) -> Inbound:
    """Read an item as the door does."""
    inbound = with_document(unread, document)
    check_inbound(inbound)
    return inbound


def _batched(job: Import, count: int, run: str) -> float:
    """Return the seconds that the batch door's own service takes."""
    names = ("transaction_id", "event_name", *HEADINGS[2:5], "occurred_at")
    rows = rows_of(count, run)
    began = time.perf_counter()
    for _ in range(0, count, BATCH):
        now = datetime.now(UTC)
        reports = [
            _checked(Inbound("api", now, {}), dict(zip(names, row, strict=True)))
            for _, row in zip(range(BATCH), rows, strict=False)
        ]
        receive_batch(reports, sender_of(job))
    return time.perf_counter() - began
