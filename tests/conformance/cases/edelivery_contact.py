"""A contact for E-Delivery, by header and form, and by a key in a JSON body."""

from tests.conformance.case import FAKES, Case

CONNECTION = {
    "api_key": "canary-edelivery-key",
    "base_url": f"{FAKES}/edelivery/contact-lists",
}
CASES = [
    Case(
        kind="edelivery_contact",
        fake="edelivery",
        connection=CONNECTION,
        settings={"list_id": "55"},
        refused={"api_key": "canary-of-nobody"},
        notices_repetition=True,
    ),
    Case(
        kind="edelivery_contact",
        fake="edelivery",
        connection={**CONNECTION, "auth_style": "body", "body_format": "json"},
        settings={"list_id": "55"},
        refused={"api_key": "canary-of-nobody"},
        notices_repetition=True,
        check_notices=False,
    ),
]
