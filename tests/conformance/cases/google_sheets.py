"""Google Sheets with a spreadsheet that was shared."""

from tests.conformance.case import FAKES, Case
from tests.fakes.providers.google import SPREADSHEET
from tests.fakes.providers.google_token import STRANGER_EMAIL, service_account

TOKEN_URI = f"{FAKES}/google_token/token"

CASES = [
    Case(
        kind="google_sheets",
        fake="google",
        connection={
            "service_account_json": service_account(TOKEN_URI),
            "base_url": f"{FAKES}/google",
        },
        settings={
            "spreadsheet": f"https://docs.google.com/spreadsheets/d/{SPREADSHEET}/edit",
            "sheet_name": "Leads 2026",
        },
        refused={"service_account_json": service_account(TOKEN_URI, STRANGER_EMAIL)},
    ),
]
