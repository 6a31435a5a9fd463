"""Rows of a Google spreadsheet, by the Sheets API v4.

Source: https://developers.google.com/workspace/sheets/api/reference/rest/v4/
spreadsheets.values/append (read 2026-11-20). The API has no key by which it would
notice a repetition: what may have been added is held.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final
from urllib.parse import quote

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.actions import checking, google_accounts, rendering
from apps.actions.base import (
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
from apps.core.encoding import sheet_cell
from apps.core.http import OutboundRequest, Response
from apps.core.macro_values import MacroValue, text_of

BASE_URL: Final = "https://sheets.googleapis.com"
SCOPE: Final = "https://www.googleapis.com/auth/spreadsheets"
NO_SUCH_SHEET: Final = "no_such_sheet"
USER_ENTERED: Final = "USER_ENTERED"
MAX_ROWS: Final = 500
MAX_SHEET_NAME_LENGTH: Final = 100

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
                gettext(
                    "This is no address of a spreadsheet. Open it and copy the "
                    "address, https://docs.google.com/spreadsheets/d/…"
                )
            )
        return text


class GoogleSheetsConnectionForm(forms.Form):
    """The service account that writes."""

    service_account_json = ServiceAccountField()
    base_url = BaseUrlField(default=BASE_URL)


class GoogleSheetsRuleForm(forms.Form):
    """The sheet and what goes into its columns."""

    spreadsheet = SpreadsheetField(
        label=_("Spreadsheet"),
        help_text=_(
            "Its address or id. Share it with the service account's e-mail "
            "address as an editor; “Test connection” shows that address."
        ),
    )
    sheet_name = forms.CharField(
        label=_("Sheet"),
        initial="Sheet1",
        max_length=MAX_SHEET_NAME_LENGTH,
        help_text=_("The name on the tab at the bottom of the spreadsheet."),
    )
    columns = PairsTemplateField(
        label=_("Columns"),
        initial="Time={conversion_time}\nTransaction={transaction_id}\n"
        "Status={status}\nPayout={payout}",
        help_text=_(
            "One column a line, from the left: Name={macro}. The names are for you; "
            "only values are written. A line with one macro and nothing else keeps "
            "numbers as numbers."
        ),
    )
    value_input = forms.ChoiceField(
        label=_("Values are"),
        choices=[
            ("RAW", _("Written as they are")),
            (USER_ENTERED, _("Read as if somebody typed them (dates, currencies)")),
        ],
        initial="RAW",
        help_text=_(
            "Read as if typed, a value that would begin a formula is written as text."
        ),
    )
    on_ambiguous = ambiguity_field("hold")


@register
class GoogleSheets(GoogleAction):
    """One row below the last one."""

    kind: ClassVar = "google_sheets"
    label: ClassVar = _("Google Sheets")
    group: ClassVar = Group.SPREADSHEETS
    help: ClassVar = _("Add a row to a spreadsheet")
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
        words = ngettext(
            "%(sheet)s in %(spreadsheet)s: %(count)d columns",
            "%(sheet)s in %(spreadsheet)s: %(count)d columns",
            count,
        )
        return words % {
            "sheet": settings["sheet_name"],
            "spreadsheet": settings["spreadsheet"],
            "count": count,
        }

    def check(self, connection: Mapping[str, Any]) -> list[CheckLine]:
        """Get a token, which writes nothing; the connection knows no spreadsheet."""
        token = self.check_key(connection)
        if isinstance(token, CheckLine):
            return [token]
        email = google_accounts.client_email(connection[KEY_FIELD])
        return [
            checking.good(gettext("Google accepts the key of the service account.")),
            checking.warning(
                gettext("Share every spreadsheet with %(email)s as an editor.")
                % {"email": email}
            ),
        ]


def _path(settings: Mapping[str, Any]) -> str:
    sheet = settings["sheet_name"].replace("'", "''")
    place = quote(f"'{sheet}'!A1", safe="")
    return (
        f"/v4/spreadsheets/{settings['spreadsheet']}/values/{place}:append"
        f"?valueInputOption={settings['value_input']}&insertDataOption=INSERT_ROWS"
    )


def _cell(value: MacroValue, *, is_typed: bool) -> MacroValue:
    """Return what JSON can hold: numbers and yes or no as such, all else as text."""
    if value is None or isinstance(value, str | datetime):
        text = text_of(value)
        return sheet_cell(text) if is_typed else text
    return value
