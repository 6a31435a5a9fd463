"""A value for a list that Phonexa keeps; lists kept here have no provider."""

from tests.conformance.case import FAKES, Case

CASES = [
    Case(
        kind="dnpl",
        fake="dnpl",
        connection={"api_key": "canary-dnpl-key", "base_url": f"{FAKES}/dnpl"},
        settings={"backend": "remote", "list_id": "12"},
        refused={"api_key": "canary-of-nobody"},
        notices_repetition=True,
    ),
]
