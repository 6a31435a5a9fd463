"""Rows of a Google spreadsheet, by the Sheets API v4.

Source: https://developers.google.com/workspace/sheets/api/reference/rest/v4/
spreadsheets.values/append (read 2026-11-20). The API has no key by which it would
notice a repetition: what may have been added is held, or looked for in a column that
holds such a key.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

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
from apps.actions.google_api import KEY_FIELD, GoogleAction
from apps.actions.registry import register
from apps.actions.sheet_forms import (
    BASE_URL,
    USER_ENTERED,
    GoogleSheetsConnectionForm,
    GoogleSheetsRuleForm,
    key_column,
)
from apps.actions.sheet_looks import Place, SheetAction, values_path
from apps.core.encoding import sheet_cell
from apps.core.http import OutboundRequest, Response
from apps.core.macro_values import MacroValue, text_of

SCOPE: Final = "https://www.googleapis.com/auth/spreadsheets"
NO_SUCH_SHEET: Final = "no_such_sheet"
MAX_ROWS: Final = 500


@register
class GoogleSheets(SheetAction):
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
