"""What a Google sheet holds already: its first row, and the keys in a column.

Sources: https://developers.google.com/workspace/sheets/api/reference/rest/v4/
spreadsheets.values and …/spreadsheets/get (read 2026-11-20). Looking changes nothing,
so whatever goes wrong with it is a reason to try again.
"""

import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from apps.actions import google_accounts, rendering
from apps.actions.answers import json_object
from apps.actions.contract import Job, JudgedError, Judgement, Outcome
from apps.actions.google_api import KEY_FIELD, GoogleAction
from apps.actions.redaction import credentials_in
from apps.core import http
from apps.core.form_templates import compile_form
from apps.core.http import OutboundRequest, Response

PAGE_ROWS: Final = 1_500
"""Keys of so many rows fit into what is kept of an answer (64 KiB)."""
MAX_PAGES: Final = 20
LOOK_SECONDS: Final = 5.0
ALL_LOOKS_SECONDS: Final = 15.0
"""With the request that adds rows, and its token, within any lease."""

_headed: Final[set[str]] = set()
"""The sheets of which this process knows that their first row is not empty."""


class Place(NamedTuple):
    """Where a key was found, and the request that found it."""

    row: int
    request: OutboundRequest


class SheetAction(GoogleAction):
    """An action on one sheet: settings ``spreadsheet``, ``sheet_name``, ``columns``."""

    def authorized(self, request: OutboundRequest, job: Job) -> OutboundRequest:
        """Add an access token; write the names of the columns first, when asked to."""
        if job.settings.get("write_header"):
            self._head(job)
        return super().authorized(request, job)

    def _head(self, job: Job) -> None:
        """Name the columns where the first row is empty; asked once in a process.

        Two workers that find it empty write the same. Raises ``JudgedError``.
        """
        sheet = self.api_url(job.connection, values_path(job.settings, "1:1"))
        if sheet in _headed:
            return
        found = self._told(OutboundRequest("GET", f"{sheet}{COMPACT}"), job, "range")
        if not found.get("values"):
            self._told(self._header(job), job, "updatedRange")
        _headed.add(sheet)

    def _header(self, job: Job) -> OutboundRequest:
        names = [name for name, _ in compile_form(job.settings["columns"]).pairs]
        path = values_path(job.settings, "A1")
        return OutboundRequest(
            "PUT",
            self.api_url(job.connection, f"{path}?valueInputOption=RAW"),
            {"Content-Type": rendering.JSON_TYPE},
            rendering.json_bytes({"values": [names]}),
        )

    def find_keys(
        self, keys: Collection[str], column: int, job: Job
    ) -> tuple[Mapping[str, Place], JudgedError | None]:
        """Return those of ``keys`` that are in a column (0 is A), newest rows first.

        An error says why it cannot be told of the others.
        """
        found: dict[str, Place] = {}
        try:
            for request, first in self._pages(column, job):
                columns = self._told(request, job, "range").get("values") or [[]]
                for row, cell in enumerate(columns[0], start=first):
                    if cell in keys:
                        found.setdefault(cell, Place(row, request))
                if len(found) == len(keys):
                    break
        except JudgedError as error:
            return found, error
        return found, None

    def _pages(self, column: int, job: Job) -> Iterator[tuple[OutboundRequest, int]]:
        """Yield what asks for a page of a column, from its end, and its first row."""
        ends_at = time.monotonic() + ALL_LOOKS_SECONDS
        name, last = letters(column), self._row_count(job)
        for _ in range(MAX_PAGES):
            if last < 1:
                return
            if time.monotonic() > ends_at:
                raise JudgedError(TOO_SLOW)
            first = max(last - PAGE_ROWS + 1, 1)
            path = values_path(job.settings, f"{name}{first}:{name}{last}")
            query = f"{COMPACT}&majorDimension=COLUMNS"
            url = self.api_url(job.connection, path + query)
            yield OutboundRequest("GET", url), first
            last = first - 1
        if last >= 1:
            raise JudgedError(TOO_LONG)

    def _row_count(self, job: Job) -> int:
        """Return how many rows the sheet has, empty ones too.

        No range may reach beyond them: Google refuses it.
        """
        path = f"/v4/spreadsheets/{job.settings['spreadsheet']}"
        fields = quote("sheets.properties(title,gridProperties.rowCount)", safe="")
        url = self.api_url(job.connection, f"{path}{COMPACT}&fields={fields}")
        answer = self._told(OutboundRequest("GET", url), job, "sheets")
        sheets = (sheet.get("properties", {}) for sheet in answer["sheets"])
        for properties in sheets:
            if properties.get("title") == job.settings["sheet_name"]:
                return int(properties.get("gridProperties", {}).get("rowCount", 0))
        # What adds rows tells of a sheet that is gone, in its own words.
        return 0

    def _told(self, request: OutboundRequest, job: Job, name: str) -> Mapping[str, Any]:
        """Return the answer, which has a member ``name``. Raises ``JudgedError``."""
        response = self._asked(request, job)
        if response.status_code == 401:
            google_accounts.forget_token(job.connection[KEY_FIELD], self.scope)
            response = self._asked(request, job)
        answer = json_object(response)
        if response.status_code == 200 and name in answer:
            return answer
        judgement = (
            self.judge_unexpected(response, job)
            if response.status_code == 200
            else self.classify(response, job)
        )
        raise JudgedError(_harmless(judgement))

    def _asked(self, request: OutboundRequest, job: Job) -> Response:
        request = super().authorized(request, job)
        redactor = self.redactor(job, *credentials_in(request.headers))
        try:
            response = http.send(replace(request, deadline_seconds=LOOK_SECONDS))
        except http.OutboundError as error:
            is_forbidden = isinstance(error, http.ForbiddenTargetError)
            outcome = Outcome.PERMANENT if is_forbidden else Outcome.RETRY
            message = f"Before adding a row: {redactor.url(str(error))}"
            raise JudgedError(Judgement(outcome, message, "not_sent")) from error
        return replace(response, body=redactor.text(response.text).encode())


COMPACT: Final = "?prettyPrint=false"
TOO_SLOW: Final = Judgement(
    Outcome.RETRY,
    "It took too long to look for the row of an earlier attempt. Nothing was added.",
    "look_too_slow",
)
TOO_LONG: Final = Judgement(
    Outcome.PERMANENT,
    "An earlier attempt may have added the row, and the newest "
    f"{PAGE_ROWS * MAX_PAGES:,} rows do not have it. Nothing was added. Look for it "
    "further up; if it is missing, empty “Column with the key” in the postback and "
    "replay the delivery with the postback as it is now.",
    "sheet_too_long",
)


def values_path(settings: Mapping[str, Any], cells: str) -> str:
    """Return the path of ``cells`` ("A1") of the sheet, encoded as one segment."""
    sheet = settings["sheet_name"].replace("'", "''")
    place = quote(f"'{sheet}'!{cells}", safe="")
    return f"/v4/spreadsheets/{settings['spreadsheet']}/values/{place}"


def letters(column: int) -> str:
    """Return the name of a column: 0 is A, 26 is AA."""
    name = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def _harmless(judgement: Judgement) -> Judgement:
    """Nothing was added: what would be unclear of adding a row is not."""
    if judgement.outcome is not Outcome.AMBIGUOUS:
        return judgement
    return replace(judgement, outcome=Outcome.RETRY)
