"""Google Sheets with a spreadsheet that was shared; plain, and with a key's column."""

from tests.conformance.case import FAKES, Case
from tests.fakes.providers.google import SPREADSHEET
from tests.fakes.providers.google_token import STRANGER_EMAIL, service_account

TOKEN_URI = f"{FAKES}/google_token/token"

CONNECTION = {
    "service_account_json": service_account(TOKEN_URI),
    "base_url": f"{FAKES}/google",
}
SETTINGS = {
    "spreadsheet": f"https://docs.google.com/spreadsheets/d/{SPREADSHEET}/edit",
    "sheet_name": "Leads 2026",
}
REFUSED = {"service_account_json": service_account(TOKEN_URI, STRANGER_EMAIL)}

CASES = [
    Case(
        kind="google_sheets",
        fake="google",
        connection=CONNECTION,
        settings=SETTINGS,
        refused=REFUSED,
    ),
    Case(
        kind="google_sheets",
        fake="google",
        connection=CONNECTION,
        settings={
            **SETTINGS,
            "columns": "Transaction={transaction_id}\nKey={delivery_id}",
            "dedupe_column": "Key",
        },
        refused=REFUSED,
        notices_repetition=True,
    ),
]
