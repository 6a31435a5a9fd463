"""Google Sheets: what is looked up before a row is added, and when it is not added."""

from dataclasses import replace
from typing import Any

import pytest

from apps.actions import google_accounts, sheet_looks
from apps.actions.base import Job, Outcome
from apps.actions.kinds.google_sheets import GoogleSheets
from apps.actions.sheet_looks import letters
from apps.core.http import MaybeSentError, OutboundRequest
from tests.actions.google_making import KEY, Google
from tests.actions.making import Partner, make_job, make_settings, posted
from tests.fakes.providers.google import SPREADSHEET

SHEETS = GoogleSheets()
VALUES = f"https://sheets.googleapis.com/v4/spreadsheets/{SPREADSHEET}/values/"
NAME = "%27Leads%202026%27"
COLUMNS = "Text={sub1}\nKey={delivery_id}"
ADDED = {"updates": {"updatedRows": 1, "updatedRange": "A9:B9"}}


@pytest.fixture(autouse=True)
def _new_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_looks, "_headed", set())


@pytest.fixture
def google(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> Google:
    return Google(partner, monkeypatch)


def job_of(key: str = "k-1", attempt: int = 1, **settings: Any) -> Job:
    settings = {"columns": COLUMNS, "sheet_name": "Leads 2026", **settings}
    cleaned = make_settings(SHEETS, spreadsheet=SPREADSHEET, **settings)
    connection = {"service_account_json": KEY, "base_url": ""}
    job = make_job(cleaned, connection, {"sub1": "x", "delivery_id": key})
    return replace(job, delivery_id=key, attempt=attempt)


def repeated(key: str = "k-1") -> Job:
    return job_of(key, attempt=2, dedupe_column="Key")


def grid(rows: int, title: str = "Leads 2026") -> dict[str, Any]:
    properties = {"title": title, "gridProperties": {"rowCount": rows}}
    return {"sheets": [{"properties": properties}]}


def column(*cells: str) -> dict[str, Any]:
    return {"range": "B1:B9", "majorDimension": "COLUMNS", "values": [list(cells)]}


def line(request: OutboundRequest) -> str:
    return f"{request.method} {request.url.removeprefix(VALUES)}"


def test_an_empty_first_row_gets_the_names_of_the_columns_once(google: Google) -> None:
    """R88: one more GET, and no other for as long as the process lives."""
    google.says(200, {"range": "A1:Z1", "majorDimension": "ROWS"})
    google.says(200, {"updatedRange": "A1:B1"})
    google.says(200, ADDED)
    google.says(200, ADDED)

    first = SHEETS.run(job_of(write_header=True))
    second = SHEETS.run(job_of("k-2", write_header=True))

    assert [line(request) for request in google.requests] == [
        f"GET {NAME}%211%3A1?prettyPrint=false",
        f"PUT {NAME}%21A1?valueInputOption=RAW",
        f"POST {NAME}%21A1:append?valueInputOption=RAW&insertDataOption=INSERT_ROWS",
        f"POST {NAME}%21A1:append?valueInputOption=RAW&insertDataOption=INSERT_ROWS",
    ]
    assert google.requests[0].body is None
    assert google.requests[1].body == b'{"values":[["Text","Key"]]}'
    assert google.requests[2].body == b'{"values":[["x","k-1"]]}'
    assert {first.judgement.outcome, second.judgement.outcome} == {Outcome.SUCCESS}


def test_a_first_row_with_something_in_it_stays(google: Google) -> None:
    google.says(200, {"range": "A1:Z1", "values": [["", "", "Ours"]]})
    google.says(200, ADDED)

    SHEETS.run(job_of(write_header=True))

    assert [request.method for request in google.requests] == ["GET", "POST"]


def test_without_the_choice_nobody_looks(google: Google) -> None:
    google.says(200, ADDED)

    SHEETS.run(job_of())

    assert [request.method for request in google.requests] == ["POST"]


@pytest.mark.parametrize(
    ("status", "body", "outcome", "code"),
    [
        (500, "Oops", "retry", "http_500"),
        (200, "<html>", "retry", "bad_response"),
        (200, ADDED, "retry", "bad_response"),
        (429, {"error": {"status": "RESOURCE_EXHAUSTED"}}, "retry", "quota"),
        (403, {"error": {"status": "PERMISSION_DENIED"}}, "auth", "permission_denied"),
        (
            400,
            {"error": {"message": "Unable to parse range: 'x'!1:1"}},
            "permanent",
            "no_such_sheet",
        ),
    ],
)
def test_a_look_that_fails_adds_nothing_and_is_never_unclear(
    google: Google, status: int, body: Any, outcome: str, code: str
) -> None:
    google.says(status, body)

    judgement = SHEETS.run(job_of(write_header=True)).judgement

    assert (judgement.outcome, judgement.code) == (outcome, code)
    assert [request.method for request in google.requests] == ["GET"]


def test_a_look_without_an_answer_adds_nothing(
    partner: Partner, google: Google
) -> None:
    google_accounts.access_token(KEY, SHEETS.scope)
    partner.raises(MaybeSentError("No answer came."))

    judgement = SHEETS.run(job_of(write_header=True)).judgement

    assert (judgement.outcome, judgement.code) == ("retry", "not_sent")
    assert judgement.message == "Before adding a row: No answer came."


def test_a_refused_token_is_replaced_once_before_a_look_too(google: Google) -> None:
    google.refuses(401, "UNAUTHENTICATED", "Expired.")
    google.says(200, {"range": "A1:Z1", "values": [["Text"]]})
    google.says(200, ADDED)

    result = SHEETS.run(job_of(write_header=True))

    assert result.judgement.outcome is Outcome.SUCCESS
    assert len(google.token_requests) == 2


def test_the_first_attempt_does_not_look_for_its_row(google: Google) -> None:
    google.says(200, ADDED)

    SHEETS.run(job_of(dedupe_column="Key"))

    assert [request.method for request in google.requests] == ["POST"]


def test_a_row_that_is_there_is_not_added_again(google: Google) -> None:
    """The bytes of both GETs; the key is looked for from the end of the sheet."""
    google.says(200, grid(1_000))
    google.says(200, column("Key", "k-0", "k-1"))

    result = SHEETS.run(repeated())

    about, column_b = [request.url for request in google.requests]
    assert about == (
        f"https://sheets.googleapis.com/v4/spreadsheets/{SPREADSHEET}?prettyPrint=false"
        "&fields=sheets.properties%28title%2CgridProperties.rowCount%29"
    )
    assert column_b == (
        f"{VALUES}{NAME}%21B1%3AB1000?prettyPrint=false&majorDimension=COLUMNS"
    )
    assert result.judgement.outcome is Outcome.SUCCESS
    assert result.judgement.code == "already_there"
    assert result.judgement.findings == {"row": "3"}
    assert result.request is not None
    assert result.request["url"] == column_b
    assert result.response_status == 200


def test_a_row_that_is_missing_is_added(google: Google) -> None:
    google.says(200, grid(1_000))
    google.says(200, {"range": "B1:B1000", "majorDimension": "COLUMNS"})
    google.says(200, ADDED)

    result = SHEETS.run(repeated())

    assert [request.method for request in google.requests] == ["GET", "GET", "POST"]
    assert result.judgement.findings == {"updated_range": "A9:B9"}


def test_a_long_sheet_is_read_in_pages_from_its_end(google: Google) -> None:
    google.says(200, grid(3_200))
    google.says(200, column("", ""))
    google.says(200, column("k-0"))
    google.says(200, column("Key", "k-1"))

    result = SHEETS.run(repeated())

    assert [line(request).partition("?")[0] for request in google.requests[1:]] == [
        f"GET {NAME}%21B1701%3AB3200",
        f"GET {NAME}%21B201%3AB1700",
        f"GET {NAME}%21B1%3AB200",
    ]
    assert result.judgement.findings == {"row": "2"}


def test_of_a_sheet_too_long_to_read_nothing_is_guessed(google: Google) -> None:
    google.says(200, grid(30_001))
    for _ in range(20):
        google.says(200, column("k-0"))

    result = SHEETS.run(repeated())

    assert result.judgement.outcome is Outcome.PERMANENT
    assert result.judgement.code == "sheet_too_long"
    assert "newest 30,000 rows" in result.judgement.message


def test_looking_ends_before_the_lease_does(
    google: Google, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet_looks, "ALL_LOOKS_SECONDS", -1)
    google.says(200, grid(1_000))

    judgement = SHEETS.run(repeated()).judgement

    assert (judgement.outcome, judgement.code) == ("retry", "look_too_slow")


def test_of_several_rows_those_that_are_missing_are_added(google: Google) -> None:
    google.says(200, grid(1_000))
    google.says(200, column("Key", "k-2"))
    google.says(200, ADDED)
    first = job_of("k-1", dedupe_column="Key")

    results = SHEETS.run_batch(
        [first, repeated("k-2"), replace(first, delivery_id="n")]
    )

    assert [result.judgement.code for result in results] == ["", "already_there", ""]
    assert google.requests[-1].body == b'{"values":[["x","k-1"],["x","k-1"]]}'


def test_a_look_that_fails_holds_up_only_what_is_repeated(google: Google) -> None:
    google.says(500, "Oops")
    google.says(200, ADDED)
    first = job_of("k-1", dedupe_column="Key")

    results = SHEETS.run_batch([first, repeated("k-2")])

    outcomes = [result.judgement.outcome for result in results]
    assert outcomes == [Outcome.SUCCESS, Outcome.RETRY]


def test_with_a_key_nothing_is_held() -> None:
    assert SHEETS.repeats_ambiguous(repeated().settings)
    assert not SHEETS.repeats_ambiguous(job_of().settings)
    assert SHEETS.repeats_ambiguous(job_of(on_ambiguous="retry").settings)


@pytest.mark.parametrize(
    "columns",
    [
        "Key={sub1}",
        "Other={delivery_id}",
        "Key=k-{delivery_id}",
        "Key={delivery_id|upper}",
    ],
)
def test_the_form_refuses_a_column_that_does_not_hold_the_key(columns: str) -> None:
    typed = {"spreadsheet": SPREADSHEET, "columns": columns, "dedupe_column": "Key"}

    form = SHEETS.RuleForm(posted(SHEETS.RuleForm, **typed))

    (why,) = form.errors.pop("dedupe_column")
    assert not form.errors
    assert why == (
        "Among the columns there is no line Key={delivery_id}. Add it, or name the "
        "column that is."
    )


def test_the_form_takes_the_other_name_of_the_key() -> None:
    settings = make_settings(
        SHEETS,
        spreadsheet=SPREADSHEET,
        columns="Key={delivery.key}",
        dedupe_column="Key",
    )

    assert SHEETS.repeats_ambiguous(settings)


@pytest.mark.parametrize(
    ("column", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (702, "AAA")]
)
def test_columns_have_the_letters_of_the_spreadsheet(column: int, name: str) -> None:
    assert letters(column) == name
