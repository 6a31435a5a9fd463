"""Google Sheets: the request, tokens, what the answers mean, and the forms."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from apps.actions import google_accounts
from apps.actions.base import SkipDeliveryError
from apps.actions.contract import CheckLevel
from apps.actions.kinds.google_sheets import GoogleSheets
from tests.actions.google_making import KEY, Google
from tests.actions.making import (
    VALUES,
    Partner,
    make_job,
    make_settings,
    posted,
)
from tests.fakes.providers.google import SPREADSHEET
from tests.fakes.providers.google_token import (
    CLIENT_EMAIL,
    STRANGER_EMAIL,
    service_account,
)

SHEETS = GoogleSheets()
CONNECTION = {"service_account_json": KEY, "base_url": ""}


@pytest.fixture
def google(partner: Partner, monkeypatch: pytest.MonkeyPatch) -> Google:
    return Google(partner, monkeypatch)


def settings_with(**changes: Any) -> dict[str, Any]:
    changes.setdefault("spreadsheet", SPREADSHEET)
    return make_settings(SHEETS, **changes)


def row(columns: str, values: dict[str, Any], **changes: Any) -> list[Any]:
    request = SHEETS.build(
        make_job(
            settings_with(columns=columns, **changes), CONNECTION, {**VALUES, **values}
        )
    )
    found: list[Any] = json.loads(request.body or b"")["values"][0]
    return found


def test_the_request_appends_a_row() -> None:
    """R88: the range is one segment of the path, the body one row."""
    settings = settings_with(
        sheet_name="Leads 2026", columns="A=test_append_row 1\nB={sub1}"
    )
    job = make_job(settings, CONNECTION, {**VALUES, "sub1": "test_append_row 2"})

    request = SHEETS.build(job)

    assert request.method == "POST"
    assert request.url == (
        f"https://sheets.googleapis.com/v4/spreadsheets/{SPREADSHEET}/values/"
        "%27Leads%202026%27%21A1:append"
        "?valueInputOption=RAW&insertDataOption=INSERT_ROWS"
    )
    assert request.headers == {"Content-Type": "application/json"}
    assert request.body == b'{"values":[["test_append_row 1","test_append_row 2"]]}'


def test_a_quote_in_the_name_of_a_sheet_is_doubled() -> None:
    job = make_job(settings_with(sheet_name="Ann's/2026?x"), CONNECTION)

    assert "/values/%27Ann%27%27s%2F2026%3Fx%27%21A1:append?" in SHEETS.build(job).url


def test_numbers_stay_numbers_and_everything_else_is_text() -> None:
    values = {
        "payout": Decimal("12.50"),
        "offer_id": 7,
        "sub1": "00123",
        "conversion_time": datetime(2026, 11, 20, 20, 53, 34, tzinfo=UTC),
        "sub2": None,
    }
    columns = (
        "a={payout}\nb={offer_id}\nc={sub1}\nd={conversion_time}\ne={sub2}"
        "\nf={payout} USD"
    )

    assert row(columns, values) == [
        *(12.5, 7, "00123", "2026-11-20T20:53:34Z", "", "12.50 USD"),
    ]


@pytest.mark.parametrize(
    "formula", ["=1+1", "+1", "-1", "@x", "\tx", '=IMPORTXML("x")']
)
def test_no_value_becomes_a_formula(formula: str) -> None:
    typed = row("a={sub1}", {"sub1": formula}, value_input="USER_ENTERED")
    raw = row("a={sub1}", {"sub1": formula})

    assert typed == [f"'{formula}"]
    assert raw == [formula]


def test_a_value_cannot_add_a_cell_or_a_row() -> None:
    assert row("a={sub1}", {"sub1": '"],["x'}) == ['"],["x']


def test_a_row_without_values_is_not_written() -> None:
    with pytest.raises(SkipDeliveryError, match="Every column is empty"):
        row("a={sub1}\nb={sub2}", {"sub1": "", "sub2": None})


@pytest.mark.parametrize(
    "typed",
    [
        SPREADSHEET,
        f"https://docs.google.com/spreadsheets/d/{SPREADSHEET}",
        f"https://docs.google.com/spreadsheets/u/0/d/{SPREADSHEET}/edit",
        f"https://docs.google.com/spreadsheets/d/{SPREADSHEET}/edit?gid=0#gid=0",
        f"https://docs.google.com/a/shop.example/spreadsheets/d/{SPREADSHEET}/edit",
    ],
)
def test_the_id_is_taken_out_of_the_address(typed: str) -> None:
    assert settings_with(spreadsheet=typed)["spreadsheet"] == SPREADSHEET


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"spreadsheet": "https://docs.example/x"}, "spreadsheet"),
        ({"spreadsheet": f"{SPREADSHEET}/../x"}, "spreadsheet"),
        ({"sheet_name": ""}, "sheet_name"),
        ({"columns": "{sub1}"}, "columns"),
        ({"columns": ""}, "columns"),
        ({"value_input": "FORMULA"}, "value_input"),
    ],
)
def test_the_rule_form_names_what_is_wrong(changes: dict[str, str], field: str) -> None:
    form = SHEETS.RuleForm(
        posted(SHEETS.RuleForm, **{"spreadsheet": SPREADSHEET, **changes})
    )

    assert list(form.errors) == [field]


def test_the_check_gets_a_token_and_tells_whom_to_share_with(google: Google) -> None:
    lines = SHEETS.check(CONNECTION)

    assert [line.level for line in lines] == [CheckLevel.GOOD, CheckLevel.WARNING]
    assert CLIENT_EMAIL in lines[1].text
    assert google.requests == []


def test_the_check_tells_of_a_refused_key(google: Google) -> None:
    stranger = service_account(google_accounts.TOKEN_URI, STRANGER_EMAIL)

    (line,) = SHEETS.check({"service_account_json": stranger})

    assert line.level is CheckLevel.ERROR


def test_the_summary_and_the_destination() -> None:
    settings = settings_with(columns="a=1\nb=2")

    assert SHEETS.summary(settings) == f"Sheet1 in {SPREADSHEET}: 2 columns"
    assert SHEETS.destination(settings, CONNECTION) == (
        f"https://sheets.googleapis.com:443#{CLIENT_EMAIL}"
    )
    assert not SHEETS.repeats_ambiguous(settings)
