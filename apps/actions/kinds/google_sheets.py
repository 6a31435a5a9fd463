"""Rows of a Google spreadsheet, by the Sheets API v4.

Source: https://developers.google.com/workspace/sheets/api/reference/rest/v4/
spreadsheets.values/append (read 2026-11-20). The API has no key by which it would
notice a repetition: what may have been added is held, or looked for in a column that
holds such a key.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError

from apps.actions import checking, google_accounts, rendering
from apps.actions.base import (
    AttemptResult,
    CheckLine,
    Group,
    Idempotency,
    Job,
    Judgement,
    Outcome,
    SkipDeliveryError,
)
from apps.actions.fields import PairsTemplateField, ambiguity_field
from apps.actions.google_accounts import ServiceAccountField
from apps.actions.google_api import KEY_FIELD, GoogleAction
from apps.actions.providers import BaseUrlField
from apps.actions.registry import register
from apps.actions.sheet_looks import Place, SheetAction, values_path
from apps.core.encoding import sheet_cell
from apps.core.form_templates import compile_form
from apps.core.http import OutboundRequest, Response
from apps.core.macro_values import MacroValue, text_of
from apps.core.placeholders import Parts, Placeholder

BASE_URL: Final = "https://sheets.googleapis.com"
SCOPE: Final = "https://www.googleapis.com/auth/spreadsheets"
NO_SUCH_SHEET: Final = "no_such_sheet"
USER_ENTERED: Final = "USER_ENTERED"
MAX_ROWS: Final = 500
MAX_SHEET_NAME_LENGTH: Final = 100
KEY_MACRO: Final = "delivery_id"

_in_url = re.compile(r"/spreadsheets/(?:u/\d+/)?d/([A-Za-z0-9_-]{20,})").search
_is_spreadsheet_id = re.compile(r"[A-Za-z0-9_-]{20,}").fullmatch


class SpreadsheetField(forms.CharField):
    """The id of a spreadsheet, also taken out of its address."""

    def clean(self, value: Any) -> str:
        """Return the id."""
        text: str = super().clean(value)
        found = _in_url(text)
        if found is not None:
            return found[1]
        if text and not _is_spreadsheet_id(text):
            raise ValidationError(
                "This is no address of a spreadsheet. Open it and copy the address, "
                "https://docs.google.com/spreadsheets/d/…"
            )
        return text


class GoogleSheetsConnectionForm(forms.Form):
    """The service account that writes."""

    service_account_json = ServiceAccountField()
    base_url = BaseUrlField(default=BASE_URL)


class GoogleSheetsRuleForm(forms.Form):
    """The sheet and what goes into its columns."""

    spreadsheet = SpreadsheetField(
        help_text="Its address or id. Share it with the service account's e-mail "
        "address as an editor; “Test connection” shows that address.",
    )
    sheet_name = forms.CharField(
        label="Sheet",
        initial="Sheet1",
        max_length=MAX_SHEET_NAME_LENGTH,
        help_text="The name on the tab at the bottom of the spreadsheet.",
    )
    columns = PairsTemplateField(
        initial="Time={conversion_time}\nTransaction={transaction_id}\n"
        "Status={status}\nPayout={payout}",
        help_text="One column a line, from the left: Name={macro}. Only values are "
        "written, unless the names are asked for below. A line with one macro and "
        "nothing else keeps numbers as numbers.",
    )
    value_input = forms.ChoiceField(
        label="Values are",
        choices=[
            ("RAW", "Written as they are"),
            (USER_ENTERED, "Read as if somebody typed them (dates, currencies)"),
        ],
        initial="RAW",
        help_text="Read as if typed, a value that would begin a formula is written as "
        "text.",
    )
    write_header = forms.BooleanField(
        label="Write the names of the columns",
        required=False,
        help_text="Into the first row of the sheet, when it is empty.",
    )
    dedupe_column = forms.CharField(
        label="Column with the key",
        required=False,
        help_text="The name of a column that is {delivery_id} and nothing else. When "
        "it is unclear whether a row arrived, it is looked for there and added only if "
        "it is missing; then nothing is held. Empty: as chosen below.",
    )
    on_ambiguous = ambiguity_field("hold")

    def clean(self) -> dict[str, Any]:
        """Refuse a key's column that does not hold the key."""
        cleaned = super().clean() or {}
        name, columns = cleaned.get("dedupe_column"), cleaned.get("columns")
        if name and columns is not None and key_column(cleaned) is None:
            self.add_error(
                "dedupe_column",
                f"Among the columns there is no line {name}={{{KEY_MACRO}}}. Add it, "
                "or name the column that is.",
            )
        return cleaned


@register
class GoogleSheets(SheetAction):
    """One row below the last one."""

    kind: ClassVar = "google_sheets"
    label: ClassVar = "Google Sheets"
    group: ClassVar = Group.SPREADSHEETS
    help: ClassVar = "Add a row to a spreadsheet"
    docs_url: ClassVar = "https://developers.google.com/workspace/sheets/api"
    idempotency: ClassVar = Idempotency.UNSAFE
    default_base_url: ClassVar = BASE_URL
    batch_size: ClassVar = MAX_ROWS
    scope: ClassVar = SCOPE
    address_codes: ClassVar = GoogleAction.address_codes | {NO_SUCH_SHEET}

    ConnectionForm = GoogleSheetsConnectionForm
    RuleForm = GoogleSheetsRuleForm

    def item(self, job: Job) -> list[Any]:
        """Return one row."""
        is_typed = job.settings["value_input"] == USER_ENTERED
        values = [value for _, value in rendering.native_pairs(job, "columns")]
        if not any(text_of(value) for value in values):
            raise SkipDeliveryError("Every column is empty with the values given.")
        return [_cell(value, is_typed=is_typed) for value in values]

    def envelope(self, items: Sequence[Any], job: Job) -> OutboundRequest:
        """Return the request that adds rows."""
        return OutboundRequest(
            "POST",
            self.api_url(job.connection, _path(job.settings)),
            {"Content-Type": rendering.JSON_TYPE},
            rendering.json_bytes({"values": items}),
        )

    def repeats_ambiguous(self, settings: Mapping[str, Any]) -> bool:
        """Repeat where a column tells which rows are there; else as chosen."""
        return bool(settings.get("dedupe_column")) or super().repeats_ambiguous(
            settings
        )

    def run(self, job: Job) -> AttemptResult:
        """Add a row, unless an earlier attempt did."""
        return self._known([job]).get(job.delivery_id) or super().run(job)

    def run_batch(self, jobs: Sequence[Job]) -> list[AttemptResult]:
        """Add the rows that no earlier attempt has added."""
        known = self._known(jobs)
        rest = [job for job in jobs if job.delivery_id not in known]
        added = zip(rest, super().run_batch(rest), strict=True)
        results = known | {job.delivery_id: result for job, result in added}
        return [results[job.delivery_id] for job in jobs]

    def _known(self, jobs: Sequence[Job]) -> dict[str, AttemptResult]:
        """Return the results of those that must not be added, or not now."""
        column = key_column(jobs[0].settings)
        repeated = [job for job in jobs if job.attempt > 1]
        if column is None or not repeated:
            return {}
        keys = {job.delivery_id for job in repeated}
        places, untold = self.find_keys(keys, column, repeated[0])
        there = {
            job.delivery_id: self._there(places[job.delivery_id], job)
            for job in repeated
            if job.delivery_id in places
        }
        if untold is None:
            return there
        return {job.delivery_id: self.judged(untold, job) for job in repeated} | there

    def _there(self, place: Place, job: Job) -> AttemptResult:
        judgement = Judgement(
            Outcome.SUCCESS,
            f"An earlier attempt added it: row {place.row}.",
            "already_there",
            findings={"row": str(place.row)},
        )
        shown = self.shown(place.request, job)
        return AttemptResult(judgement, shown, response_status=200)

    def accepted(self, answer: Mapping[str, Any]) -> Judgement | None:
        """Return where the rows went."""
        updates = answer.get("updates")
        if not isinstance(updates, dict) or not updates.get("updatedRows"):
            return None
        place = str(updates.get("updatedRange", ""))
        return Judgement(
            Outcome.SUCCESS,
            f"Google wrote to {place}.",
            findings=rendering.filled({"updated_range": place}),
        )

    def classify(self, response: Response, job: Job) -> Judgement:
        """Judge as Google's APIs do, and name the sheet that is gone."""
        judgement = super().classify(response, job)
        if response.status_code == 400 and "Unable to parse range" in response.text:
            return Judgement(
                Outcome.PERMANENT,
                f"The spreadsheet has no sheet “{job.settings['sheet_name']}”. Look at "
                "the tabs at its bottom and correct the name in the postback.",
                NO_SUCH_SHEET,
            )
        return judgement

    def summary(self, settings: Mapping[str, Any]) -> str:
        """Return the sheet and how many columns there are."""
        count = len(settings["columns"].strip().splitlines())
        return f"{settings['sheet_name']} in {settings['spreadsheet']}: {count} columns"

    def check(self, connection: Mapping[str, Any]) -> list[CheckLine]:
        """Get a token, which writes nothing; the connection knows no spreadsheet."""
        token = self.check_key(connection)
        if isinstance(token, CheckLine):
            return [token]
        email = google_accounts.client_email(connection[KEY_FIELD])
        return [
            checking.good("Google accepts the key of the service account."),
            checking.warning(f"Share every spreadsheet with {email} as an editor."),
        ]


def key_column(settings: Mapping[str, Any]) -> int | None:
    """Return where among the columns the key of the delivery is, if it is asked for."""
    wanted = settings.get("dedupe_column")
    pairs = compile_form(settings["columns"]).pairs if wanted else ()
    for number, (name, parts) in enumerate(pairs):
        if name == wanted and _is_key(parts):
            return number
    return None


def _is_key(parts: Parts) -> bool:
    if len(parts) != 1 or not isinstance(parts[0], Placeholder):
        return False
    return parts[0].name == KEY_MACRO and not parts[0].filters


def _path(settings: Mapping[str, Any]) -> str:
    return (
        f"{values_path(settings, 'A1')}:append"
        f"?valueInputOption={settings['value_input']}&insertDataOption=INSERT_ROWS"
    )


def _cell(value: MacroValue, *, is_typed: bool) -> MacroValue:
    """Return what JSON can hold: numbers and yes or no as such, all else as text."""
    if value is None or isinstance(value, str | datetime):
        text = text_of(value)
        return sheet_cell(text) if is_typed else text
    return value
