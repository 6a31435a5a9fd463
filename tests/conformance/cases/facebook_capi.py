"""A lead for a pixel whose app asks for the proof."""

from tests.conformance.case import FAKES, Case
from tests.fakes.providers.facebook import APP_SECRET, PIXEL, TOKEN

CASES = [
    Case(
        kind="facebook_capi",
        fake="facebook",
        connection={
            "pixel_id": PIXEL,
            "access_token": TOKEN,
            "app_secret": APP_SECRET,
            "base_url": f"{FAKES}/facebook",
        },
        # The visitors of the matrix have no browser.
        settings={"user_agent": "Mozilla/5.0"},
        refused={"access_token": "canary-of-another-pixel"},
        notices_repetition=True,
    ),
]
