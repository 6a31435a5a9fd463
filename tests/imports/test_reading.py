"""Files as people save them: encodings, delimiters, quotes; and what is no table."""

import csv
import io
import zipfile
from typing import Any

import pytest

from apps.ingest.importing.mapping import guess_columns
from apps.ingest.importing.reading import (
    Row,
    UnreadableFileError,
    check_beginning,
    guess_delimiter,
    guess_encoding,
    read_rows,
)
from apps.ingest.importing.refused_file import refused_lines
from apps.ingest.importing.storing import store_upload, stored_rows
from apps.ingest.importing.translating import plain_amount, read_local
from apps.ingest.models import Import, ImportChunk
from apps.ingest.refusals import RefusedError
from apps.offers.models import Offer
from tests.imports.making import make_author, make_import, results, run, upload

TEXT = "transaction_id;note\ntx-1;Grüße\n"


def read(data: bytes, encoding: str = "", delimiter: str = "") -> list[Row]:
    """Return the rows of ``data`` as they are guessed."""
    file = io.BytesIO(data)
    encoding = encoding or guess_encoding(file)
    delimiter = delimiter or guess_delimiter(file, encoding)
    return list(read_rows(file, encoding, delimiter))


@pytest.mark.parametrize(
    ("saved_as", "guessed"),
    [
        ("utf-8", "utf-8-sig"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_the_encoding_is_guessed(saved_as: str, guessed: str) -> None:
    data = TEXT.encode(saved_as)

    assert guess_encoding(io.BytesIO(data)) == guessed
    assert read(data) == [
        Row(1, ["transaction_id", "note"]),
        Row(2, ["tx-1", "Grüße"]),
    ]


def test_the_whole_file_counts_for_its_encoding() -> None:
    """The first letter that is not ASCII may come late."""
    data = b"a,b\n" + b"1,2\n" * 50_000 + "ä,1\n".encode("cp1252")

    assert guess_encoding(io.BytesIO(data)) == "cp1252"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_guessed(delimiter: str) -> None:
    rows = [["a", "b", "c"], ["1,5", "x", "y"], ["2;5", "x", "y"]]
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)

    assert [row.cells for row in read(text.getvalue().encode())] == rows


def test_quotes_hold_delimiters_quotes_and_line_breaks() -> None:
    rows = read(b'a,b\r\n"x, ""y""","one\r\ntwo"\r\n\r\n,\r\nlast,1\r\n')

    assert rows == [
        Row(1, ["a", "b"]),
        Row(2, ['x, "y"', "one\r\ntwo"]),
        Row(6, ["last", "1"]),
    ]


def test_a_zip_archive_is_refused_before_anything_of_it_is_read() -> None:
    """No archive is opened, so none can be a bomb."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("sheet1.xml", b"0" * 10_000_000)

    with pytest.raises(UnreadableFileError, match="ZIP / XLSX file, not text"):
        check_beginning(packed, len(packed.getvalue()))


@pytest.mark.parametrize("data", [bytes(range(256)) * 40, b"a\x00b\x00\x00\x00c" * 9])
def test_a_binary_file_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableFileError, match="no text in UTF-8"):
        guess_encoding(io.BytesIO(data))


def test_a_file_that_is_too_large_says_by_how_much() -> None:
    with pytest.raises(UnreadableFileError, match=r"300\.0 MB; at most 250 MB"):
        check_beginning(io.BytesIO(b"a"), 300 * 1024**2)


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"a,b\n1,2\n" + b"x" * 200_000 + b",2\n", 3),
        (b'a,b\n"1,2\n' + b"3,4\n" * 50_000, 2),
        (b"a,b\n" + b"x" * 3_000_000, 2),
    ],
    ids=["huge cell", "quote that is never closed", "endless line"],
)
def test_a_row_that_cannot_be_read_is_named(data: bytes, line: int) -> None:
    with pytest.raises(UnreadableFileError, match=f"begins on line {line} cannot"):
        read(data, "utf-8-sig", ",")


def test_a_wrong_choice_of_encoding_says_so() -> None:
    with pytest.raises(UnreadableFileError, match="Line 1 is not in UTF-8"):
        read(TEXT.encode("cp1252"), "utf-8-sig")


def test_a_row_with_too_many_columns_for_any_report_ends_the_reading() -> None:
    with pytest.raises(UnreadableFileError, match="Line 2 has 300 columns"):
        read(b"a,b\n" + b"," * 298 + b"x,\n", "utf-8-sig", ",")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "The file is empty"),
        ("\n\n", "The file is empty"),
        ("transaction_id,amount\n", "headings and no rows"),
    ],
)
def test_a_file_without_rows_is_refused(text: str, words: str) -> None:
    with pytest.raises(UnreadableFileError, match=words):
        store_upload(Import(kind="conversions", author=make_author()), upload(text))

    assert Import.objects.count() == 0


@pytest.mark.django_db
def test_more_rows_than_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.ingest.importing.storing.MAX_ROWS", 2)

    with pytest.raises(UnreadableFileError, match="more than 2 rows"):
        make_import("a\n1\n2\n3\n")

    assert ImportChunk.objects.count() == 0


@pytest.mark.django_db
def test_rows_are_stored_sealed() -> None:
    job = make_import("transaction_id,email\ntx-1,jo@mail.example\n")

    [chunk] = job.chunks.all()
    assert "mail.example" not in chunk.sealed_rows
    assert stored_rows(chunk) == [Row(2, ["tx-1", "jo@mail.example"])]


@pytest.mark.django_db
def test_a_file_without_headings_has_numbered_columns() -> None:
    job = Import(kind="conversions", author=make_author())
    store_upload(job, upload("tx-1,5\ntx-2,6\n", has_headings=False))

    assert (job.headings, job.rows) == (["", ""], 2)


def test_headings_suggest_fields() -> None:
    assert guess_columns("conversions", ["Click ID", "Sale Amount", "x", "Date"]) == {
        "transaction_id": 0,
        "amount": 1,
        "occurred_at": 3,
    }
    assert guess_columns("clicks", ["Transaction-Id", "IP"]) == {
        "transaction_id": 0,
        "ip": 1,
    }


@pytest.mark.parametrize(
    ("text", "mark", "plain"),
    [
        ("12.5", ".", "12.5"),
        ("1,234.50", ".", "1234.50"),
        ("1'234.50", ".", "1234.50"),
        ("12,50", ".", "12,50"),
        ("1.234,50", ",", "1234.50"),
        ("12,5", ",", "12.5"),
        ("1 234", ",", "1234"),
        ("-5", ".", "-5"),
    ],
)
def test_amounts_are_read_as_they_are_written(text: str, mark: str, plain: str) -> None:
    assert plain_amount(text, mark) == plain


def test_a_point_is_no_comma() -> None:
    with pytest.raises(RefusedError, match=r"«12\.5» is no amount with a decimal"):
        plain_amount("12.5", ",")


@pytest.mark.parametrize(
    ("text", "order", "iso"),
    [
        ("2026-01-31", "iso", "2026-01-31T00:00:00"),
        ("2026-01-31T12:30:00Z", "day", "2026-01-31T12:30:00+00:00"),
        ("31.01.2026 9:05", "day", "2026-01-31T09:05:00"),
        ("01/02/2026", "month", "2026-01-02T00:00:00"),
        ("01/02/2026", "day", "2026-02-01T00:00:00"),
        ("1/31/2026 12:05:07 am", "month", "2026-01-31T00:05:07"),
        ("1767225600", "iso", "2026-01-01T00:00:00+00:00"),
        ("1767225600123", "iso", "2026-01-01T00:00:00+00:00"),
    ],
)
def test_times_are_read_as_they_are_written(text: str, order: str, iso: str) -> None:
    assert read_local(text, order).isoformat() == iso


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("31.01.2026", "iso"),
        ("13/13/2026", "day"),
        ("soon", "iso"),
        ("1/1/2026 13:00 PM", "day"),
    ],
)
def test_what_is_no_time_is_refused(text: str, order: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read_local(text, order)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("tx-1", "bad_field:columns"),
        ("tx-1,5,x,2026-01-01,extra", "bad_field:columns"),
        ("tx-1,5,USD,2999-01-01", "bad_field:occurred_at"),
        ("tx-1,5,USD,01.02.2026", "bad_field:occurred_at"),
        (",5,USD,", "transaction_required"),
        ("tx-1,5\x07,USD,", "bad_field:amount"),
        ("tx-1\x01,5,USD,", "bad_field:transaction_id"),
        ("tx-1,5,USD,,", ""),
    ],
)
def test_each_row_has_a_reason_of_its_own(
    offer: Offer, cells: str, reason: str
) -> None:
    job = make_import(f"transaction_id,amount,currency,date\n{cells}\n")

    found = [one for _, one in results(run(job))]

    assert found == ([reason] if reason else [])


@pytest.mark.django_db
def test_refused_rows_come_back_safe_and_can_be_mended(offer: Offer) -> None:
    """A formula stays text in a sheet, and is itself again when it is uploaded."""
    text = 'transaction_id,amount,note\nx,5,"=HYPERLINK(""http://x.example"")"\n'
    refused = run(make_import(text, kept=[2]))

    lines = "".join(refused_lines(refused)).lstrip("\ufeff")
    rows = list(csv.reader(io.StringIO(lines)))

    assert rows[0][:4] == [
        "import line",
        "import reason",
        "import detail",
        "transaction_id",
    ]
    assert rows[1][:2] == ["2", "unknown_transaction"]
    assert rows[1][3:] == ["x", "5", '\'=HYPERLINK("http://x.example")']
    again: Any = make_import(lines.replace(",x,5", ",tx-1,5"), kept=[5])
    assert (
        stored_rows(again.chunks.get())[0].cells[5] == '=HYPERLINK("http://x.example")'
    )
    assert run(again).accepted == 1
