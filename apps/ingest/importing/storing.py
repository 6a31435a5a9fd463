"""The rows of a file in the database: sealed, in chunks, gone when they are not needed.

Several hosts work on an import, so no disk of one of them will do.
"""

import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import BinaryIO, NamedTuple

from django.db import transaction
from django.utils.translation import gettext

from apps.core.encoding import sheet_cell
from apps.core.secret_box import seal, unseal
from apps.ingest.importing.reading import (
    MAX_ROWS,
    Row,
    UnreadableFileError,
    check_beginning,
    guess_delimiter,
    guess_encoding,
    read_rows,
)
from apps.ingest.models import Import, ImportChunk

CHUNK_ROWS = 1_000
CHUNKS_AT_ONCE = 10
NAME_MAX_LENGTH = 200


class Upload(NamedTuple):
    """A file as it was given; encoding and delimiter are guessed unless told."""

    file: BinaryIO
    name: str
    size: int
    encoding: str = ""
    delimiter: str = ""
    has_headings: bool = True


@transaction.atomic
def store_upload(job: Import, upload: Upload) -> None:
    """Read ``upload``, store its rows sealed, and what was found out about it.

    Raises ``UnreadableFileError``; then nothing is stored.
    """
    check_beginning(upload.file, upload.size)
    job.file_name = upload.name[:NAME_MAX_LENGTH]
    job.size = upload.size
    job.encoding = upload.encoding or guess_encoding(upload.file)
    job.delimiter = upload.delimiter or guess_delimiter(upload.file, job.encoding)
    rows = read_rows(upload.file, job.encoding, job.delimiter)
    first = next(rows, None)
    if first is None:
        raise UnreadableFileError(gettext("The file is empty."))
    if upload.has_headings:
        job.headings = [cell.strip() for cell in first.cells]
    else:
        job.headings = [""] * len(first.cells)
        rows = chain([first], rows)
    job.save()
    job.rows = _store(job, rows)
    if not job.rows:
        raise UnreadableFileError(
            gettext("The file has headings and no rows under them.")
        )
    job.save()


def _store(job: Import, rows: Iterator[Row]) -> int:
    """Store the rows chunk by chunk, so that memory holds a few of them only."""
    count = number = 0
    waiting: list[ImportChunk] = []
    while part := list(islice(rows, CHUNK_ROWS)):
        number, count = number + 1, count + len(part)
        if count > MAX_ROWS:
            raise UnreadableFileError(
                gettext("The file has more than %(limit)s rows. Split it.")
                % {"limit": f"{MAX_ROWS:,}"}
            )
        waiting.append(
            ImportChunk(
                of_import=job,
                number=number,
                rows=len(part),
                sealed_rows=sealed(Row(row.line, _bare(row.cells)) for row in part),
            )
        )
        if len(waiting) == CHUNKS_AT_ONCE:
            ImportChunk.objects.bulk_create(waiting)
            waiting = []
    ImportChunk.objects.bulk_create(waiting)
    return count


def _bare(cells: Sequence[str]) -> list[str]:
    """Return the cells without the quotes that our own files put before formulas."""
    return [
        cell[1:] if cell[:1] == "'" and sheet_cell(cell[1:]) == cell else cell
        for cell in cells
    ]


def sealed(rows: Iterable[Row]) -> str:
    """Return rows as one encrypted text; "" for none."""
    given = list(rows)
    if not given:
        return ""
    packed = zlib.compress(json.dumps(given, ensure_ascii=False).encode(), 1)
    return seal({"rows": b64encode(packed).decode()})


def stored_rows(chunk: ImportChunk) -> list[Row]:
    """Return the rows that a chunk still holds."""
    if not chunk.sealed_rows:
        return []
    packed = b64decode(unseal(chunk.sealed_rows)["rows"])
    return [Row(line, cells) for line, cells in json.loads(zlib.decompress(packed))]
