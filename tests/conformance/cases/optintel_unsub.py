"""An opt-out for Opt-Intel, by a key in the URL."""

from tests.conformance.case import FAKES, Case

CASES = [
    Case(
        kind="optintel_unsub",
        fake="optintel",
        connection={
            "api_key": "canary-optintel-key",
            "auth_style": "query",
            "base_url": f"{FAKES}/optintel/optout/abc123",
        },
        settings={"channel": "email"},
        refused={"api_key": "canary-of-nobody"},
        notices_repetition=True,
    ),
]
