"""Somebody who is added to an audience."""

from tests.conformance.case import FAKES, Case
from tests.fakes.providers.facebook import APP_SECRET, AUDIENCE, TOKEN

CASES = [
    Case(
        kind="meta_audience",
        fake="facebook",
        connection={
            "access_token": TOKEN,
            "app_secret": APP_SECRET,
            "base_url": f"{FAKES}/facebook",
        },
        settings={"audience_id": AUDIENCE},
        refused={"access_token": "canary-of-another-user"},
        notices_repetition=True,
    ),
]
