"""Google's Sheets and Data Manager APIs under one address."""

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
_range = re.compile(r"'((?:[^']|'')+)'!A1|(\w+)(?:!A1)?").fullmatch


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
        appended = _append(asked.path)
        if appended and asked.method == "POST":
            return self._append(asked, appended[1], appended[2])
        read = _values(asked.path)
        if read and asked.method == "GET":
            return self._read(read[1], read[2])
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
        rows = self.rows.setdefault(f"{spreadsheet}/{name}", [])
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

    def _read(self, spreadsheet: str, written: str) -> Answer:
        name = self._sheet(spreadsheet, written)
        if isinstance(name, Answer):
            return name
        rows = self.rows.get(f"{spreadsheet}/{name}", [])
        return json_answer({"range": written, "majorDimension": "ROWS", "values": rows})

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
