"""From a row of a file to a report as every other door reads it; pure."""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from apps.ingest.importing.reading import Row
from apps.ingest.inbound import Inbound, check_bounds, number_in, printable
from apps.ingest.models import DateOrder, DecimalMark, Import, ImportKind
from apps.ingest.refusals import RefusedError
from apps.tracking.statuses import Source

WHOLE = r"(\d{1,3}(?:[%s' \u00a0\u202f]\d{3})+|\d+)(?:[%s](\d+))?"
AMOUNTS = {
    DecimalMark.POINT: re.compile(WHOLE % (",", "."), re.ASCII),
    DecimalMark.COMMA: re.compile(WHOLE % (".", ","), re.ASCII),
}
LOCAL = re.compile(
    r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})"
    r"(?:[T, ]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?: ?([AP])M)?)?",
    re.ASCII | re.IGNORECASE,
)
EPOCH = re.compile(r"\d{10}(\d{3})?", re.ASCII)
DIGEST_LENGTH = 32
NO_MOMENT = (
    "«{text}» is no time as the import expects it ({order}). Change the order of "
    "dates in the import, or write e.g. 2026-01-31T12:00:00Z."
)


class Translator:
    """Reads the rows of one import."""

    def __init__(self, job: Import, received_at: datetime) -> None:
        """Keep how the columns are read and when this is."""
        self._job = job
        self._zone = ZoneInfo(job.time_zone)
        self._columns: Mapping[str, int] = job.columns
        self._kept = [(job.headings[place], place) for place in job.kept]
        self._empty = Inbound(
            source=Source.IMPORT.value,
            received_at=received_at,
            values={},
            method="CSV",
            path=job.file_name,
            is_history=job.is_history,
        )

    def raw(self, row: Row) -> Inbound:
        """Return the row as it stands, for the log of what was refused."""
        return self._empty._replace(values=self._texts(row))

    def read(self, row: Row) -> Inbound:
        """Return what the row reports. Raises ``RefusedError`` that names the cell."""
        width = len(self._job.headings)
        if len(row.cells) < width or any(row.cells[width:]):
            raise RefusedError(
                "bad_field:columns",
                f"The row has {len(row.cells)} columns and the file has {width}. "
                "Check its delimiters and quotes.",
            )
        values = self._texts(row)
        if "amount" in values:
            values["amount"] = plain_amount(values["amount"], self._job.decimal_mark)
        if "occurred_at" in values:
            values["occurred_at"] = self._moment(values["occurred_at"])
        if "status" in values:
            values["status"] = values["status"].lower()
        if self._job.kind == ImportKind.EVENTS:
            event = values.pop("event", "")
            if not event:
                # Without a name it would be the conversion of its transaction.
                raise RefusedError("missing_field:event", "The row names no event.")
            values["event_id" if number_in(event) else "event_name"] = event
        check_bounds(values)
        return self._empty._replace(values=values, repeat_key=digest_of(values))

    def _texts(self, row: Row) -> dict[str, str]:
        """Return fields and parameters that have a value; a cell wins over a fixed."""
        values: dict[str, str] = dict(self._job.fixed)
        places = [*self._kept, *self._columns.items()]
        for name, place in places:
            if place < len(row.cells) and (text := row.cells[place].strip()):
                values[name] = text
        return values

    def _moment(self, text: str) -> str:
        try:
            found = read_local(text, self._job.date_order)
        except (ValueError, OverflowError) as error:
            order = DateOrder(self._job.date_order).name.lower().replace("_", " ")
            raise RefusedError(
                "bad_field:occurred_at",
                NO_MOMENT.format(text=printable(text), order=order),
            ) from error
        if found.tzinfo is None:
            found = found.replace(tzinfo=self._zone)
        return found.astimezone(UTC).isoformat()


def plain_amount(text: str, mark: str) -> str:
    """Return an amount with a point and without groups.

    What is no amount stays as it is, for the door to refuse. Raises ``RefusedError``
    for a point where a comma is expected: one of the two is a mistake.
    """
    found = AMOUNTS[DecimalMark(mark)].fullmatch(text)
    if found:
        whole = re.sub(r"\D", "", found[1])
        return f"{whole}.{found[2]}" if found[2] else whole
    if mark == DecimalMark.COMMA:
        raise RefusedError(
            "bad_amount",
            f"«{printable(text)}» is no amount with a decimal comma, e.g. 1.234,50.",
        )
    return text


def read_local(text: str, order: str) -> datetime:
    """Return a moment, without a zone where none is told. Raises ``ValueError``.

    ISO 8601 and seconds (or milliseconds) since 1970 are understood in any order.
    """
    if EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    local = LOCAL.fullmatch(text)
    if local is None:
        return datetime.fromisoformat(text)
    if order == DateOrder.ISO:
        raise ValueError(text)
    day, month = int(local[1]), int(local[2])
    if order == DateOrder.MONTH_FIRST:
        day, month = month, day
    hour, minute, second = (int(local[place] or 0) for place in (4, 5, 6))
    if local[7]:
        if not 1 <= hour <= 12:
            raise ValueError(text)
        hour = hour % 12 + (12 if local[7].upper() == "P" else 0)
    return datetime(int(local[3]), month, day, hour, minute, second)  # noqa: DTZ001 - the import's zone is put in by the caller


def digest_of(values: Mapping[str, str]) -> str:
    """Return what stands for a row: the same row has it whatever file it is in."""
    text = "\x1f".join(f"{name}={values[name]}" for name in sorted(values))
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]
