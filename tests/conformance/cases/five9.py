"""Five9 by Web2Campaign in a domain that asks for a user, and by the SOAP API."""

from tests.conformance.case import FAKES, Case
from tests.fakes.providers.five9 import PASSWORD, USER

CONNECTION = {
    "domain": "Acme Corp",
    "username": USER,
    "password": PASSWORD,
    "base_url": f"{FAKES}/five9",
}

CASES = [
    Case(
        kind="five9",
        fake="five9",
        connection={**CONNECTION, "mode": "w2c"},
        settings={"list_name": "Hot Leads"},
        refused={"domain": "Somebody Else"},
        notices_repetition=True,
        check_notices=False,
    ),
    Case(
        kind="five9",
        fake="five9",
        connection={**CONNECTION, "mode": "soap"},
        settings={"list_name": "Hot & Cold"},
        refused={"password": "canary-of-somebody-else"},
        notices_repetition=True,
    ),
]
