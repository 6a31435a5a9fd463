"""LMS Sync, posted to in JSON, as a form, and without waiting for the auction."""

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
        settings={"product_id": 218, "asynchronous": is_asynchronous},
        refused={"api_password": "canary-of-another-account"},
        check_notices=False,
        attempts=2 if is_asynchronous else 1,
    )
    for body_format, is_asynchronous in (
        ("json", False),
        ("form", False),
        ("json", True),
    )
]
