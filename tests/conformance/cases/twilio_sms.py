"""Twilio SMS with an auth token and a number of its own."""

from tests.conformance.case import FAKES, Case
from tests.fakes.providers.twilio import ACCOUNT

CASES = [
    Case(
        kind="twilio_sms",
        fake="twilio",
        connection={
            "account_sid": ACCOUNT,
            "auth_token": "canary-twilio-token",
            "from_number": "+14155550100",
            "base_url": f"{FAKES}/twilio",
        },
        settings={"body": "Thanks {lead:first_name}, quote #42 is ready"},
        refused={"auth_token": "canary-of-another-account"},
    ),
]
