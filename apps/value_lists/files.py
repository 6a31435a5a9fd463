"""Reading values from a file: one a line, or the first column of a table."""

import csv
import io
from collections.abc import Iterator
from itertools import chain
from pathlib import PurePath
from typing import BinaryIO

from django.utils.translation import gettext

MAX_BYTES = 10 * 1024 * 1024
MAX_LINES = 200_000
DELIMITERS = ",;\t"


class UnreadableFileError(ValueError):
    """A file that cannot be imported, with a sentence that says what to do."""


def check_file(file: BinaryIO, size: int) -> None:
    """Raise ``UnreadableFileError`` for a file over the limits or not in UTF-8.

    Checked before anything is imported, so that no import ends half way.
    """
    if size > MAX_BYTES:
        raise UnreadableFileError(
            gettext(
                "The file has %(size)s MB; at most %(limit)d MB are imported at once. "
                "Split it."
            )
            % {
                "size": f"{size / 1024 / 1024:.1f}",
                "limit": MAX_BYTES // 1024 // 1024,
            }
        )
    try:
        lines = sum(1 for _ in _lines(file))
    except UnicodeDecodeError as error:
        raise UnreadableFileError(
            gettext("The file is not in UTF-8. Save it as text or CSV in UTF-8.")
        ) from error
    if lines > MAX_LINES:
        raise UnreadableFileError(
            gettext(
                "The file has %(lines)s lines; at most %(limit)s are imported at once. "
                "Split it."
            )
            % {"lines": f"{lines:,}", "limit": f"{MAX_LINES:,}"}
        )


def values_in(file: BinaryIO, name: str) -> Iterator[str]:
    """Yield the values of a file that ``check_file`` has passed, one for each line.

    Of a file named *.csv they are the first column, whatever separates the columns.
    """
    lines = _lines(file)
    if PurePath(name).suffix.lower() != ".csv":
        yield from lines
        return
    first = next(lines, "")
    delimiter = max(DELIMITERS, key=first.count)
    for line in chain([first], lines):
        yield _first_column(line, delimiter)


def _first_column(line: str, delimiter: str) -> str:
    """Return the first cell; a quoted cell ends with its line, as a value does."""
    try:
        row = next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:
        return line
    return row[0] if row else ""


def _lines(file: BinaryIO) -> Iterator[str]:
    file.seek(0)
    text = io.TextIOWrapper(file, encoding="utf-8-sig")
    try:
        yield from text
    finally:
        # The file is the upload's, and is read twice.
        text.detach()
