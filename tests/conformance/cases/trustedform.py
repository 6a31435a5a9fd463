"""The certificate of a lead, matched and retained."""

from tests.conformance.case import FAKES, Case

CASES = [
    Case(
        kind="trustedform",
        fake="trustedform",
        connection={
            "api_key": "canary-trustedform-key",
            "base_url": f"{FAKES}/trustedform",
        },
        refused={"api_key": "canary-of-nobody"},
        notices_repetition=True,
    ),
]
