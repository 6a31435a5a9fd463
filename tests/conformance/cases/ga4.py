"""Google Analytics, which accepts any credentials and answers nothing."""

from tests.conformance.case import FAKES, Case

CASES = [
    Case(
        kind="ga4",
        fake="ga4",
        connection={
            "measurement_id": "G-ABCD123456",
            "api_secret": "canary-ga4-secret",
            "base_url": f"{FAKES}/ga4",
        },
        reads_answers=False,
    ),
]
