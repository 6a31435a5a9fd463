"""Google Ads with one conversion action."""

from tests.conformance.case import FAKES, Case
from tests.fakes.providers.google_token import STRANGER_EMAIL, service_account

TOKEN_URI = f"{FAKES}/google_token/token"

CASES = [
    Case(
        kind="google_ads",
        fake="google",
        connection={
            "service_account_json": service_account(TOKEN_URI),
            "customer_id": "123-456-7890",
            "conversion_action": "987654321",
            "base_url": f"{FAKES}/google",
        },
        settings={"event_source": "WEB"},
        refused={"service_account_json": service_account(TOKEN_URI, STRANGER_EMAIL)},
        notices_repetition=True,
    ),
]
