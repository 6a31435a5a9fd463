"""Files and imports for tests."""

import io
from typing import Any

from apps.accounts.models import User
from apps.accounts.roles import sync_roles
from apps.ingest.importing.mapping import guess_columns
from apps.ingest.importing.steps import start
from apps.ingest.importing.storing import Upload, store_upload
from apps.ingest.importing.working import rehearse_first_rows, work_on_next_chunk
from apps.ingest.models import Import
from tests.factories import NOON, make_user

HEADINGS = "transaction_id,amount,currency,order_id"


def make_author(**fields: Any) -> User:
    """Return an account manager with the rights of the role."""
    sync_roles()
    author: User = make_user(**fields)
    return author


def upload(text: str | bytes, **given: Any) -> Upload:
    """Return a file of ``text``."""
    data = text.encode() if isinstance(text, str) else text
    return Upload(io.BytesIO(data), given.pop("name", "file.csv"), len(data), **given)


def make_import(text: str | bytes, kind: str = "conversions", **fields: Any) -> Import:
    """Return a stored file whose columns are guessed from the headings."""
    author = fields.pop("author", None) or make_author()
    job = Import(kind=kind, author=author)
    store_upload(job, upload(text))
    job.columns = guess_columns(kind, job.headings)
    for name, value in fields.items():
        setattr(job, name, value)
    job.save()
    return job


def rehearse(job: Import) -> Import:
    """Rehearse the first rows; return the import as it is then."""
    rehearse_first_rows(job, NOON)
    return Import.objects.get(pk=job.pk)


def run(job: Import, now: Any = None, **options: Any) -> Import:
    """Rehearse, start and do all chunks; return the import as it is then."""
    if job.state == "draft":
        job = rehearse(job)
    given = {"is_history": job.is_history, **options}
    start(job=job, now=NOON, **given)
    while work_on_next_chunk(job.pk, now or NOON):
        pass
    return Import.objects.get(pk=job.pk)


def counts(job: Import) -> tuple[int, int, int]:
    """Return how many rows were accepted, duplicates and refused."""
    return job.accepted, job.duplicate, job.refused


def results(job: Import) -> list[tuple[int, str]]:
    """Return line and reason of each row that was not accepted."""
    return [
        (line, reason)
        for chunk in job.chunks.order_by("number")
        for line, _, reason, _ in chunk.results
    ]
