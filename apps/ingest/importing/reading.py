"""Reading a file as rows: its encoding and delimiter are guessed, its size bounded."""

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, NamedTuple

from django.conf import settings
from django.utils.translation import gettext

MAX_BYTES = 250 * 1024 * 1024
MAX_ROWS = 1_000_000
MAX_LINE = 1024 * 1024
"""Characters of one line; a file of one endless line would be read whole."""
MAX_CELL = 100_000
PIECE = 1024 * 1024
SAMPLE_LINES = 20
DELIMITERS = ",;\t|"
ENCODINGS = {
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16 LE",
    "utf-16-be": "UTF-16 BE",
    "cp1252": "Windows-1252",
}
"""The encodings that are read, by their names in Python."""
NO_TABLES = (
    (b"PK\x03\x04", "ZIP / XLSX"),
    (b"\x1f\x8b", "gzip"),
    (b"\xd0\xcf\x11\xe0", "XLS"),
    (b"%PDF", "PDF"),
    (b"7z\xbc\xaf", "7-Zip"),
    (b"Rar!", "RAR"),
)
"""How files begin that people take for tables."""


class UnreadableFileError(ValueError):
    """A file that cannot be imported, with a sentence that says what to do."""


class Row(NamedTuple):
    """The cells of a row, and the line on which it begins (from 1)."""

    line: int
    cells: list[str]


def check_beginning(file: BinaryIO, size: int) -> None:
    """Raise ``UnreadableFileError`` for what is too large or no text at all."""
    if size > MAX_BYTES:
        raise UnreadableFileError(
            gettext(
                "The file has %(size)s MB; at most %(limit)d MB are imported at once. "
                "Split it."
            )
            % {"size": f"{size / 1024**2:.1f}", "limit": MAX_BYTES // 1024**2}
        )
    file.seek(0)
    beginning = file.read(8)
    for mark, name in NO_TABLES:
        if beginning.startswith(mark):
            raise UnreadableFileError(
                gettext(
                    "This is a %(kind)s file, not text. Save the table as CSV and "
                    "upload that."
                )
                % {"kind": name}
            )


def guess_encoding(file: BinaryIO) -> str:
    """Return a name in ``ENCODINGS``. Raises ``UnreadableFileError`` for no text."""
    file.seek(0)
    beginning = file.read(4096)
    if beginning.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\x00" in beginning:
        # Text in UTF-16 without a mark: every other byte of plain letters is zero.
        zeros = [beginning[place::2].count(0) for place in (0, 1)]
        if max(zeros) * 4 > len(beginning) and min(zeros) * 50 < max(zeros):
            return "utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"
        raise _no_text()
    for encoding in ("utf-8-sig", "cp1252"):
        if _is_in(file, encoding):
            return encoding
    raise _no_text()


def _no_text() -> UnreadableFileError:
    return UnreadableFileError(
        gettext(
            "This is no text in UTF-8, UTF-16 or Windows-1252. Save the table as CSV "
            "in UTF-8."
        )
    )


def _is_in(file: BinaryIO, encoding: str) -> bool:
    """Tell whether the whole file is text of that encoding; it is read in pieces."""
    decoder = codecs.getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        while piece := file.read(PIECE):
            text = decoder.decode(piece)
            if "\x00" in text:
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def guess_delimiter(file: BinaryIO, encoding: str) -> str:
    """Return what separates the cells: what splits the first rows most alike."""
    scores = {one: _likeness(file, encoding, one) for one in DELIMITERS}
    return max(scores, key=lambda one: scores[one])


def _likeness(file: BinaryIO, encoding: str, delimiter: str) -> int:
    """Return how many cells the headings have, times the rows that have as many."""
    rows = islice(read_rows(file, encoding, delimiter), SAMPLE_LINES)
    try:
        widths = [len(row.cells) for row in rows]
    except UnreadableFileError:
        return 0
    return (widths[0] - 1) * widths.count(widths[0]) if widths else 0


def read_rows(file: BinaryIO, encoding: str, delimiter: str) -> Iterator[Row]:
    """Yield the rows that have something in them, one at a time.

    Raises ``UnreadableFileError`` that names the line.
    """
    file.seek(0)
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter)
    begins = 1
    try:
        while True:
            cells = next(reader, None)
            if cells is None:
                return
            if any(cells):
                yield Row(begins, _checked(cells, begins))
            begins = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFileError(_unread(begins)) from error
    except UnicodeError as error:
        raise UnreadableFileError(
            gettext(
                "Line %(line)d is not in %(encoding)s. Choose the encoding in which "
                "the file was saved."
            )
            % {"line": begins, "encoding": ENCODINGS[encoding]}
        ) from error
    finally:
        # The file is the upload's, and is read several times.
        text.detach()


class _Lines:
    """The lines of a text, none longer than memory should hold."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._count = 0

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(MAX_LINE + 1):
            self._count += 1
            if len(line) > MAX_LINE:
                raise UnreadableFileError(_unread(self._count))
            yield line


def _checked(cells: list[str], line: int) -> list[str]:
    """Return the cells of a row that is neither too wide nor too long."""
    if len(cells) > settings.INBOUND_MAX_FIELDS:
        raise UnreadableFileError(
            gettext("Line %(line)d has %(count)d columns; at most %(limit)d are read.")
            % {
                "line": line,
                "count": len(cells),
                "limit": settings.INBOUND_MAX_FIELDS,
            }
        )
    if max(map(len, cells)) > MAX_CELL:
        raise UnreadableFileError(_unread(line))
    return cells


def _unread(line: int) -> str:
    return gettext(
        "The row that begins on line %(line)d cannot be read: a cell is too long, or a "
        "quote is opened there and never closed. Mend that line and upload again."
    ) % {"line": line}
