"""Google's Sheets and Data Manager APIs under one address.

A sheet has 1,000 rows and more when it is filled; no range may reach beyond them.
"""

import re
from typing import Any, ClassVar

from tests.fakes.google_events import mistake_in, operating_account
from tests.fakes.provider import Answer, Asked, FakeProvider, json_answer
from tests.fakes.providers.google_token import token_for

SPREADSHEET = "1qFopcWEGi_JqeOGvSs93SyFdsSI8J30NzrX92_HZBR0"
UNSHARED = "1unshared_0000000000000000000000000000000000"
SHEETS_SCOPE = "https://www.googleapis.com/auth/spreadsheets"
EVENTS_SCOPE = "https://www.googleapis.com/auth/datamanager"

_append = re.compile(r"/v4/spreadsheets/([\w-]+)/values/(.+):append").fullmatch
_values = re.compile(r"/v4/spreadsheets/([\w-]+)/values/(.+)").fullmatch
_spreadsheet = re.compile(r"/v4/spreadsheets/([\w-]+)").fullmatch
_range = re.compile(r"(?:'((?:[^']|'')+)'|(\w+))(?:!(.+))?").fullmatch
_page = re.compile(r"([A-Z])([1-9]\d*):\1([1-9]\d*)").fullmatch
GRID_ROWS = 1_000


class Google(FakeProvider):
    """Keeps the rows and the conversions it took; a transaction id counts once."""

    name: ClassVar = "google"
    accepts: ClassVar = {
        "sheets": {SPREADSHEET: ["Sheet1", "Leads 2026"]},
        "customer_id": "1234567890",
    }

    def __init__(self) -> None:
        self.rows: dict[str, list[list[Any]]] = {}
        self.counted: set[tuple[str, str]] = set()
        super().__init__()

    def reset(self) -> None:
        super().reset()
        self.rows = {}
        self.counted = set()

    def answer(self, asked: Asked) -> Answer:
        is_events = asked.path == "/v1/events:ingest"
        scope = EVENTS_SCOPE if is_events else SHEETS_SCOPE
        if asked.bearer() != token_for(scope):
            return self._unauthorized(asked)
        if is_events and asked.method == "POST":
            return self._ingest(asked)
        about = _spreadsheet(asked.path)
        if about and asked.method == "GET":
            return self._about(about[1])
        return self._of_values(asked)

    def _of_values(self, asked: Asked) -> Answer:
        appended, named = _append(asked.path), _values(asked.path)
        if appended and asked.method == "POST":
            return self._append(asked, appended[1], appended[2])
        if named and asked.method == "GET":
            return self._read(named[1], named[2])
        if named and asked.method == "PUT":
            return self._put(asked, named[1], named[2])
        return refusal(404, "NOT_FOUND", "Requested entity was not found.")

    def _unauthorized(self, asked: Asked) -> Answer:
        if asked.bearer() in {token_for(SHEETS_SCOPE), token_for(EVENTS_SCOPE)}:
            text = "Request had insufficient authentication scopes."
            return refusal(403, "PERMISSION_DENIED", text)
        text = "Request had invalid authentication credentials."
        return refusal(401, "UNAUTHENTICATED", text)

    def _sheet(self, spreadsheet: str, written: str) -> str | Answer:
        """Return the name of the sheet, or why it cannot be used."""
        if spreadsheet == UNSHARED:
            text = "The caller does not have permission"
            return refusal(403, "PERMISSION_DENIED", text)
        if spreadsheet not in self.config["sheets"]:
            return refusal(404, "NOT_FOUND", "Requested entity was not found.")
        found = _range(written)
        name = (found[1] or found[2]).replace("''", "'") if found else ""
        if name not in self.config["sheets"][spreadsheet]:
            text = f"Unable to parse range: {written}"
            return refusal(400, "INVALID_ARGUMENT", text)
        return name

    def _append(self, asked: Asked, spreadsheet: str, written: str) -> Answer:
        name = self._sheet(spreadsheet, written)
        if isinstance(name, Answer):
            return name
        if asked.query.get("valueInputOption") not in {"RAW", "USER_ENTERED"}:
            text = "'valueInputOption' is required but not specified"
            return refusal(400, "INVALID_ARGUMENT", text)
        new = _rows(asked)
        if new is None:
            text = "Invalid JSON payload received."
            return refusal(400, "INVALID_ARGUMENT", text)
        rows = self.of_sheet(spreadsheet, name)
        first = len(rows) + 1
        rows += new
        self.effects += new
        updates = {
            "spreadsheetId": spreadsheet,
            "updatedRange": f"{name}!A{first}:{chr(64 + len(new[0]))}{len(rows)}",
            "updatedRows": len(new),
            "updatedColumns": len(new[0]),
            "updatedCells": sum(map(len, new)),
        }
        return json_answer({"spreadsheetId": spreadsheet, "updates": updates})

    def of_sheet(self, spreadsheet: str, name: str) -> list[list[Any]]:
        """Return the rows of a sheet."""
        return self.rows.setdefault(f"{spreadsheet}/{name}", [])

    def _put(self, asked: Asked, spreadsheet: str, written: str) -> Answer:
        """Overwrite the first row; that is no effect of a delivery."""
        name = self._sheet(spreadsheet, written)
        if isinstance(name, Answer):
            return name
        new = _rows(asked)
        if new is None or not written.endswith("!A1"):
            text = "Invalid JSON payload received."
            return refusal(400, "INVALID_ARGUMENT", text)
        self.of_sheet(spreadsheet, name)[0:1] = new
        return json_answer({"spreadsheetId": spreadsheet, "updatedRange": written})

    def _about(self, spreadsheet: str) -> Answer:
        if spreadsheet not in self.config["sheets"]:
            return refusal(404, "NOT_FOUND", "Requested entity was not found.")
        sheets = [
            {
                "properties": {
                    "title": name,
                    "gridProperties": {"rowCount": self._grid(spreadsheet, name)},
                }
            }
            for name in self.config["sheets"][spreadsheet]
        ]
        return json_answer({"sheets": sheets})

    def _grid(self, spreadsheet: str, name: str) -> int:
        return max(GRID_ROWS, len(self.of_sheet(spreadsheet, name)))

    def _read(self, spreadsheet: str, written: str) -> Answer:
        name = self._sheet(spreadsheet, written)
        if isinstance(name, Answer):
            return name
        rows = self.of_sheet(spreadsheet, name)
        cells = written.rpartition("!")[2]
        answer = {"range": written, "majorDimension": "ROWS"}
        page = _page(cells)
        if page:
            if int(page[3]) > self._grid(spreadsheet, name):
                text = f"Range ({written}) exceeds grid limits."
                return refusal(400, "INVALID_ARGUMENT", text)
            number = ord(page[1]) - ord("A")
            part = rows[int(page[2]) - 1 : int(page[3])]
            found = [[row[number] if number < len(row) else "" for row in part]]
            answer["majorDimension"] = "COLUMNS"
        else:
            found = rows[:1] if cells == "1:1" else rows
        # Google leaves out what is empty.
        return json_answer({**answer, "values": found} if any(found) else answer)

    def _ingest(self, asked: Asked) -> Answer:
        document = asked.json()
        mistake = mistake_in(document)
        if mistake or asked.content_type != "application/json":
            return refusal(400, "INVALID_ARGUMENT", mistake)
        if operating_account(document) != self.config["customer_id"]:
            text = "The caller does not have permission"
            return refusal(403, "PERMISSION_DENIED", text)
        if not document.get("validateOnly"):
            action = document["destinations"][0]["productDestinationId"]
            for event in document["events"]:
                self._count(action, event)
        return json_answer({"requestId": f"r-{len(self.effects)}"})

    def _count(self, action: str, event: dict[str, Any]) -> None:
        name = (action, event["transactionId"])
        if name not in self.counted:
            self.counted.add(name)
            self.effects.append(event)


def refusal(code: int, status: str, message: str) -> Answer:
    """Return an error as all of Google's APIs write it."""
    error = {"code": code, "message": message, "status": status}
    return json_answer({"error": error}, code)


def _rows(asked: Asked) -> list[list[Any]] | None:
    """Return the rows of the body; None when a cell is neither text nor number."""
    document = asked.json() if asked.content_type == "application/json" else None
    rows = document.get("values") if isinstance(document, dict) else None
    if not isinstance(rows, list) or not rows:
        return None
    cells = [cell for row in rows for cell in row]
    is_plain = all(isinstance(cell, str | int | float | bool) for cell in cells)
    return rows if is_plain and cells else None
