"""A lead for a pixel."""

from tests.conformance.case import FAKES, Case
from tests.fakes.providers.tiktok import PIXEL, TOKEN

CASES = [
    Case(
        kind="tiktok_events",
        fake="tiktok",
        connection={
            "pixel_code": PIXEL,
            "access_token": TOKEN,
            "base_url": f"{FAKES}/tiktok",
        },
        refused={"access_token": "canary-of-another-pixel"},
        notices_repetition=True,
    ),
]
