"""Somebody who unsubscribed from E-Delivery, by a bearer token."""

from tests.conformance.case import FAKES, Case

CASES = [
    Case(
        kind="edelivery_unsub",
        fake="edelivery",
        connection={
            "api_key": "canary-edelivery-key",
            "auth_style": "bearer",
            "base_url": f"{FAKES}/edelivery/unsubscribe-lists",
        },
        settings={"list_id": "55", "channel": "phone"},
        refused={"api_key": "canary-of-nobody"},
        notices_repetition=True,
    ),
]
