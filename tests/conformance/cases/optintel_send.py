"""An opt-out for Opt-Intel; one channel, so that it is one effect."""

from tests.conformance.case import FAKES, Case

CASES = [
    Case(
        kind="optintel_send",
        fake="optintel",
        connection={
            "api_key": "canary-optintel-key",
            "base_url": f"{FAKES}/optintel/optout/abc123",
        },
        settings={"channel": "email", "email_hash": "sha256"},
        refused={"api_key": "canary-of-nobody"},
        notices_repetition=True,
    ),
]
