"""Standard Webhooks: the receivers' own library accepts what we sign."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from apps.actions.base import Job
from apps.actions.kinds.ping_url import PingUrl
from apps.core.secret_box import MASK
from tests.actions.making import make_job, make_settings, posted
from tests.http.peers import Peer, Received, answer_ok

PING = PingUrl()
SECRET = "whsec_" + b64encode(bytes(range(32))).decode()
PREVIOUS = "whsec_" + b64encode(bytes(range(100, 124))).decode()
OTHER = "whsec_" + b64encode(bytes(24)).decode()
ROTATION = {"webhook_secret": SECRET, "webhook_secret_previous": PREVIOUS}
HOW_TO_MAKE_ONE = (
    "A webhook secret is whsec_ and 24 to 64 random bytes in base64, for example from: "
    'echo "whsec_$(openssl rand -base64 32)"'
)
PAYLOAD = '{"tx": "{transaction_id}", "sum": "{payout}"}'


def receive(connection: Mapping[str, str], **settings: Any) -> Received:
    """Return what a receiver gets of an attempt that is made now."""
    with Peer(answer_ok) as peer:
        chosen = make_settings(PING, url=peer.url("/pb?a={transaction_id}"), **settings)
        PING.run(now(make_job(chosen, connection)))
    return peer.requests[0]


def receive_json(connection: Mapping[str, str], **settings: Any) -> Received:
    """Return what a receiver gets of a POST with a JSON body."""
    choices = {"method": "POST", "payload_type": "json", "payload": PAYLOAD}
    return receive(connection, **choices, **settings)


def now(job: Job) -> Job:
    """Return the job as of this moment: receivers refuse old timestamps."""
    return replace(job, now=datetime.now(UTC))


def verify(secret: str, received: Received, body: bytes | None = None) -> None:
    """Check ``received`` as a receiver does; raises ``WebhookVerificationError``."""
    sent = received.body if body is None else body
    Webhook(secret).verify(sent, received.headers, json_parse=False)


def errors_of(**changes: Any) -> dict[str, list[str]]:
    form = PING.ConnectionForm(posted(PING.ConnectionForm, **changes))
    return {name: list(map(str, errors)) for name, errors in form.errors.items()}


def test_the_receivers_library_accepts_the_signature() -> None:
    received = receive_json({"webhook_secret": SECRET})

    verify(SECRET, received)
    assert received.body == b'{"tx":"T-9001","sum":8}'
    assert received.headers["webhook-id"] == "9001:7"
    assert received.headers["x-postback-id"] == "9001:7"


def test_a_secret_without_padding_is_the_same_secret() -> None:
    received = receive_json({"webhook_secret": SECRET.rstrip("=")})

    verify(SECRET, received)


@pytest.mark.parametrize("secret", [SECRET, PREVIOUS])
def test_while_secrets_change_either_of_them_verifies(secret: str) -> None:
    received = receive_json(ROTATION)

    verify(secret, received)


def test_the_current_signature_comes_first() -> None:
    received = receive_json(ROTATION)

    current, previous = received.headers["webhook-signature"].split(" ")
    verify(SECRET, replace(received, headers=signed_by(received, current)))
    verify(PREVIOUS, replace(received, headers=signed_by(received, previous)))


def signed_by(received: Received, signature: str) -> dict[str, str]:
    return {**received.headers, "webhook-signature": signature}


@pytest.mark.parametrize("secret", [PREVIOUS, OTHER])
def test_after_the_change_the_previous_secret_verifies_no_more(secret: str) -> None:
    received = receive_json({"webhook_secret": SECRET})

    with pytest.raises(WebhookVerificationError):
        verify(secret, received)


def test_a_changed_body_is_refused() -> None:
    received = receive_json(ROTATION)

    with pytest.raises(WebhookVerificationError):
        verify(SECRET, received, received.body.replace(b"8", b"9"))


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp"])
def test_a_changed_id_or_timestamp_is_refused(name: str) -> None:
    received = receive_json(ROTATION)
    changed = {**received.headers, name: str(int(datetime.now(UTC).timestamp()) - 9)}

    with pytest.raises(WebhookVerificationError):
        verify(SECRET, replace(received, headers=changed))


def test_of_a_get_request_an_empty_body_is_signed() -> None:
    received = receive({"webhook_secret": SECRET})

    verify(SECRET, received, b"")


def test_the_rules_own_headers_cannot_replace_the_signature() -> None:
    forged = "Webhook-Id: 1\nWEBHOOK-TIMESTAMP: 2\nwebhook-signature: v1,forged"

    received = receive_json({"webhook_secret": SECRET}, headers=forged)

    verify(SECRET, received)
    assert received.head.lower().count(b"\r\nwebhook-") == 3


def test_both_ways_of_signing_can_be_used_together() -> None:
    received = receive_json({"webhook_secret": SECRET, "signing_secret": "other"})

    verify(SECRET, received)
    assert received.headers["x-postback-signature"].startswith(
        f"t={received.headers['webhook-timestamp']},v1="
    )


def test_without_a_secret_nothing_is_signed() -> None:
    received = receive_json({"auth": "none"})

    assert [name for name in received.headers if name.startswith("webhook-")] == []


@pytest.mark.parametrize(
    "secret",
    [
        SECRET.removeprefix("whsec_"),
        "whsec_",
        "whsec_" + b64encode(bytes(23)).decode(),
        "whsec_" + b64encode(bytes(65)).decode(),
        "whsec_" + "ä" * 32,
        "whsec_" + "A" * 33,
        f"{SECRET} {SECRET}",
    ],
)
@pytest.mark.parametrize("name", ["webhook_secret", "webhook_secret_previous"])
def test_what_is_no_secret_is_refused_and_not_repeated(name: str, secret: str) -> None:
    errors = errors_of(**{**ROTATION, name: secret})

    assert errors == {name: [HOW_TO_MAKE_ONE]}


@pytest.mark.parametrize("size", [24, 64])
def test_the_shortest_and_the_longest_secret_are_accepted(size: int) -> None:
    secret = "whsec_" + b64encode(bytes(size)).decode()

    assert errors_of(webhook_secret=secret) == {}


def test_a_previous_secret_needs_a_current_one() -> None:
    assert errors_of(webhook_secret_previous=PREVIOUS) == {
        "webhook_secret": ["The previous secret needs a current one."]
    }


@pytest.mark.parametrize("secret", [SECRET, SECRET.removeprefix("whsec_")])
def test_the_log_holds_the_secret_in_no_spelling(secret: str) -> None:
    job = make_job({}, ROTATION)

    assert PING.redactor(job).text(f"Wrong: {secret}!") == f"Wrong: {MASK}!"
