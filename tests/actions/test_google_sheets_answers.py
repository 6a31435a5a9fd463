"""Google Sheets: tokens during an attempt, what the answers mean, rows together."""

from dataclasses import replace
from typing import Any

import pytest

from apps.actions import google_accounts
from apps.actions.base import Job, Outcome
from apps.actions.kinds.google_sheets import GoogleSheets
from apps.core.http import MaybeSentError
from tests.actions.google_making import KEY, Google
from tests.actions.making import Partner, make_job, make_settings
from tests.fakes.providers.google import SPREADSHEET
from tests.fakes.providers.google_token import token_for

SHEETS = GoogleSheets()
UPDATED = {
    "spreadsheetId": SPREADSHEET,
    "updates": {
        "spreadsheetId": SPREADSHEET,
        "updatedRange": "Sheet1!A1:J1",
        "updatedRows": 1,
        "updatedColumns": 10,
        "updatedCells": 10,
    },
}


@pytest.fixture
def google(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> Google:
    return Google(partner, monkeypatch)


def job_of(text: str = "x", **changes: Any) -> Job:
    settings = make_settings(SHEETS, spreadsheet=SPREADSHEET, columns="a={sub1}")
    connection = {"service_account_json": KEY, "base_url": ""}
    return replace(make_job(settings, connection, {"sub1": text}), **changes)


def test_the_attempt_carries_a_token_that_is_not_stored(google: Google) -> None:
    google.says(200, UPDATED)

    result = SHEETS.run(job_of())

    assert result.judgement.outcome is Outcome.SUCCESS
    assert result.judgement.findings == {"updated_range": "Sheet1!A1:J1"}
    token = token_for("https://www.googleapis.com/auth/spreadsheets")
    assert google.requests[0].headers["Authorization"] == f"Bearer {token}"
    assert token not in repr(result)


def test_a_token_in_an_error_of_google_is_not_stored(google: Google) -> None:
    token = token_for("https://www.googleapis.com/auth/spreadsheets")
    google.refuses(400, "INVALID_ARGUMENT", f"You sent {token}")

    assert token not in repr(SHEETS.run(job_of()))


def test_a_refused_token_is_replaced_once_within_the_attempt(google: Google) -> None:
    google.refuses(401, "UNAUTHENTICATED", "Expired.")
    google.says(200, UPDATED)

    result = SHEETS.run(job_of())

    assert result.judgement.outcome is Outcome.SUCCESS
    assert len(google.token_requests) == 2


def test_a_second_refusal_is_about_the_account(google: Google) -> None:
    google.refuses(401, "UNAUTHENTICATED", "Expired.")
    google.refuses(401, "UNAUTHENTICATED", "Expired.")

    result = SHEETS.run(job_of())

    assert result.judgement.outcome is Outcome.AUTH
    assert len(google.requests) == 2


def test_no_new_token_after_a_refusal_is_told_as_it_is(google: Google) -> None:
    google.refuses(401, "UNAUTHENTICATED", "Expired.")
    google_accounts.access_token(KEY, SHEETS.scope)
    google.token_answers.append(MaybeSentError("Timed out."))

    result = SHEETS.run(job_of())

    assert result.judgement.outcome is Outcome.RETRY
    assert len(google.requests) == 1


@pytest.mark.parametrize(
    ("status", "name", "message", "outcome", "code"),
    [
        (403, "PERMISSION_DENIED", "No permission", "auth", "permission_denied"),
        (403, "SERVICE_DISABLED", "Not enabled", "auth", "service_disabled"),
        (404, "NOT_FOUND", "Not found.", "permanent", "not_found"),
        (400, "INVALID_ARGUMENT", "Bad.", "permanent", "invalid_argument"),
        (
            400,
            "INVALID_ARGUMENT",
            "Unable to parse range: NOPE!A1",
            "permanent",
            "no_such_sheet",
        ),
        (429, "RESOURCE_EXHAUSTED", "Quota", "retry", "quota"),
        (500, "INTERNAL", "Oops", "ambiguous", "http_500"),
        (502, "INTERNAL", "Oops", "ambiguous", "http_502"),
        (503, "UNAVAILABLE", "Oops", "ambiguous", "http_503"),
        (504, "DEADLINE_EXCEEDED", "Oops", "ambiguous", "http_504"),
    ],
)
def test_google_s_error_decides(
    google: Google, status: int, name: str, message: str, outcome: str, code: str
) -> None:
    google.refuses(status, name, message)

    judgement = SHEETS.run(job_of()).judgement

    assert (judgement.outcome, judgement.code) == (outcome, code)


@pytest.mark.parametrize(("header", "wait"), [({}, 60.0), ({"Retry-After": "90"}, 90)])
def test_a_used_up_quota_is_waited_for(
    google: Google, header: dict[str, str], wait: float
) -> None:
    google.says(429, {"error": {"status": "RESOURCE_EXHAUSTED"}}, **header)

    judgement = SHEETS.run(job_of()).judgement

    assert judgement.retry_after_seconds == wait


@pytest.mark.parametrize("body", ["<html>", "{}", '{"updates": {"updatedRows": 0}}'])
def test_a_success_that_tells_of_no_row_is_unclear(google: Google, body: str) -> None:
    google.says(200, body)

    result = SHEETS.run(job_of())

    assert result.judgement.outcome is Outcome.AMBIGUOUS


def test_rows_of_one_rule_go_together(google: Google) -> None:
    google.says(200, UPDATED)
    jobs = [job_of(text, delivery_id=text) for text in ("x", "", "z")]

    results = SHEETS.run_batch(jobs)

    outcomes = [result.judgement.outcome for result in results]
    assert outcomes == [Outcome.SUCCESS, Outcome.SKIPPED, Outcome.SUCCESS]
    assert [request.body for request in google.requests] == [
        b'{"values":[["x"],["z"]]}'
    ]


def test_a_batch_without_a_token_asks_for_it_once(google: Google) -> None:
    google.token_answers.append(MaybeSentError("Timed out."))
    jobs = [job_of("x", delivery_id=f"9001:{number}") for number in range(3)]

    results = SHEETS.run_batch(jobs)

    assert [result.judgement.outcome for result in results] == ["retry"] * 3
    assert len(google.token_requests) == 1


def test_a_sheet_that_is_gone_is_asked_for_once(google: Google) -> None:
    google.refuses(400, "INVALID_ARGUMENT", "Unable to parse range: NOPE!A1")
    jobs = [job_of("x", delivery_id=f"9001:{number}") for number in range(3)]

    results = SHEETS.run_batch(jobs)

    assert [result.judgement.code for result in results] == ["no_such_sheet"] * 3
