"""Sending postbacks in tests, and reading the answers."""

from typing import Any

from django.test import Client

from tests.factories import (
    SECRET,
    TRANSACTION,
)


def send(client: Client, **fields: str) -> Any:
    """Send a postback; ``secure`` and the transaction are set unless given."""
    return client.get(
        "/postback", {"secure": SECRET, "transaction_id": TRANSACTION, **fields}
    )


def refusal(response: Any) -> tuple[int, str]:
    """Return status and reason of an answer that must say «refused»."""
    body = response.json()
    assert body["result"] == "refused"
    assert body["detail"]
    return response.status_code, body["reason"]
