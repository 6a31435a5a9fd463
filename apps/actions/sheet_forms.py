"""What somebody says about a Google spreadsheet: account, sheet and columns."""

import re
from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.actions.fields import PairsTemplateField, ambiguity_field
from apps.actions.google_accounts import ServiceAccountField
from apps.actions.providers import BaseUrlField
from apps.core.form_templates import compile_form
from apps.core.placeholders import Parts, Placeholder

BASE_URL: Final = "https://sheets.googleapis.com"
USER_ENTERED: Final = "USER_ENTERED"
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
            "One column a line, from the left: Name={macro}. Only values are "
            "written, unless the names are asked for below. A line with one macro and "
            "nothing else keeps numbers as numbers."
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
    write_header = forms.BooleanField(
        label=_("Write the names of the columns"),
        required=False,
        help_text=_("Into the first row of the sheet, when it is empty."),
    )
    dedupe_column = forms.CharField(
        label=_("Column with the key"),
        required=False,
        help_text=_(
            "The name of a column that is {delivery_id} and nothing else. When "
            "it is unclear whether a row arrived, it is looked for there and added "
            "only if it is missing; then nothing is held. Empty: as chosen below."
        ),
    )
    on_ambiguous = ambiguity_field("hold")

    def clean(self) -> dict[str, Any]:
        """Refuse a key's column that does not hold the key."""
        cleaned = super().clean() or {}
        name, columns = cleaned.get("dedupe_column"), cleaned.get("columns")
        if name and columns is not None and key_column(cleaned) is None:
            self.add_error(
                "dedupe_column",
                _(
                    "Among the columns there is no line %(line)s. Add it, or name the "
                    "column that is."
                )
                % {"line": f"{name}={{{KEY_MACRO}}}"},
            )
        return cleaned


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
