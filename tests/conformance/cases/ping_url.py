"""Ping URL with everything secret that it can hold."""

from tests.conformance.case import FAKES, Case

CASES = [
    Case(
        kind="ping_url",
        fake="ping",
        connection={
            "auth": "bearer",
            "token": "canary-ping-token",
            "signing_secret": "canary-ping-signing",
            "secrets": "key=canary-ping-value",
        },
        settings={
            "method": "POST",
            "url": f"{FAKES}/ping/pb?cid={{transaction_id}}&k={{secret:key}}",
            "payload_type": "json",
            "payload": '{"name": "{lead:first_name}", "key": "{secret:key}"}',
            "headers": "X-Api-Key: canary-ping-header",
        },
        refused={"token": "canary-of-somebody-else"},
        notices_repetition=True,
        reads_answers=False,
        check_notices=False,
    ),
]
