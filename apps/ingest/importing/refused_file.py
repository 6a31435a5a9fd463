"""The refused rows of an import as a file that is mended and uploaded again."""

from collections.abc import Iterator

from apps.core.adminkit.exporting import csv_lines
from apps.ingest.importing.mapping import REFUSED_HEADINGS
from apps.ingest.importing.storing import stored_rows
from apps.ingest.models import Import, ImportChunk, Result

CHUNKS_AT_ONCE = 5


def refused_lines(job: Import) -> Iterator[str]:
    """Yield the lines of the file: line, reason, detail, and the row as it came."""
    headings = [*REFUSED_HEADINGS, *_own_headings(job)]
    yield from csv_lines(headings, _refused_rows(job))


def _own_headings(job: Import) -> list[str]:
    """Return the headings without those of an earlier file of refused rows."""
    return [job.headings[place] for place in _own_places(job)]


def _own_places(job: Import) -> list[int]:
    return [
        place
        for place, heading in enumerate(job.headings)
        if heading not in REFUSED_HEADINGS
    ]


def _refused_rows(job: Import) -> Iterator[list[object]]:
    chunks = job.chunks.filter(is_done=True).order_by("number")
    places = _own_places(job)
    for chunk in chunks.iterator(chunk_size=CHUNKS_AT_ONCE):
        yield from _of_chunk(chunk, places)


def _of_chunk(chunk: ImportChunk, places: list[int]) -> Iterator[list[object]]:
    cells = {row.line: row.cells for row in stored_rows(chunk)}
    for line, result, reason, detail in chunk.results:
        if result == Result.REFUSED:
            row = cells.get(line, [])
            own = [row[place] if place < len(row) else "" for place in places]
            yield [line, reason, detail, *own, *row[max(places, default=-1) + 1 :]]
