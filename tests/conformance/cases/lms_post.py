"""LMS Sync, posted to in JSON and as a form."""

from tests.conformance.case import FAKES, Case
from tests.fakes.providers.lms import API_ID

CASES = [
    Case(
        kind="lms_post",
        fake="lms",
        connection={
            "base_url": f"{FAKES}/lms",
            "api_id": API_ID,
            "api_password": "canary-lms-password",
            "body_format": body_format,
        },
        settings={"product_id": 218},
        refused={"api_password": "canary-of-another-account"},
        check_notices=False,
    )
    for body_format in ("json", "form")
]
