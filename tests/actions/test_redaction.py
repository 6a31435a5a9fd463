"""No secret is stored, in whichever spelling it comes back (promise 16)."""

import base64
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.actions.kinds.ping_url import PingUrl
from apps.actions.redaction import MAX_STORED_BYTES, Redactor
from tests.actions.making import Partner, make_job, make_settings

SECRET = 'p"ss/w <ö>+&1'


@pytest.mark.parametrize(
    "spelling",
    [
        SECRET,
        quote(SECRET, safe=""),
        quote(SECRET, safe="").lower(),
        quote_plus(SECRET),
        SECRET.replace('"', '\\"'),
        "p&quot;ss/w &lt;ö&gt;+&amp;1",
        base64.b64encode(SECRET.encode()).decode(),
    ],
)
def test_a_secret_is_removed_in_every_spelling(spelling: str) -> None:
    assert Redactor([SECRET]).text(f"a {spelling} b") == "a •••• b"


def test_a_secret_that_starts_with_another_leaves_no_end_behind() -> None:
    assert Redactor(["abcd", "abcdefgh"]).text("abcdefgh abcd") == "•••• ••••"


def test_a_text_without_secrets_stays_but_for_what_a_database_refuses() -> None:
    assert Redactor([]).text("a\0b") == "a\ufffdb"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://x.example/?api_key=k&a=1", "https://x.example/?api_key=••••&a=1"),
        (
            "https://x.example/?a=1&ACCESS_TOKEN=k",
            "https://x.example/?a=1&ACCESS_TOKEN=••••",
        ),
        ("https://x.example/?my_secret=k#f", "https://x.example/?my_secret=••••#f"),
        (
            "https://x.example/?token=t&keyword=k",
            "https://x.example/?token=t&keyword=k",
        ),
    ],
)
def test_credentials_in_parameters_are_hidden(url: str, shown: str) -> None:
    assert Redactor([]).url(url) == shown


def test_a_long_body_is_cut() -> None:
    body = Redactor([]).body(("é" * MAX_STORED_BYTES).encode())

    assert len(body.encode()) == MAX_STORED_BYTES
    assert set(body) == {"é"}


@given(st.text(min_size=4, max_size=12), st.text(max_size=8))
def test_no_secret_survives(secret: str, around: str) -> None:
    shown = Redactor([secret]).text(f"{around}{secret}{around}")

    assert secret not in shown.replace("••••", "") or secret in around * 2


def test_no_secret_of_a_rule_or_connection_is_in_what_is_stored(
    partner: Partner,
) -> None:
    ping = PingUrl()
    settings = make_settings(
        ping,
        method="POST",
        url="https://t.example/?k={secret:key}",
        payload_type="text",
        payload="k {secret:key}",
        headers="X-Own: Key canary-header\nX-Tx: {transaction_id}",
    )
    connection = {
        "auth": "basic",
        "username": "me",
        "password": "canary-password",
        "signing_secret": "canary-signing",
        "secrets": "key=canary key",
    }
    pair = base64.b64encode(b"me:canary-password").decode()
    echo = f"canary-password {pair} canary-header canary%20key canary-signing"
    partner.answers(200, echo)

    result = ping.run(make_job(settings, connection))

    sent = partner.requests[0]
    assert sent.url == "https://t.example/?k=canary%20key"
    assert sent.headers["Authorization"] == f"Basic {pair}"
    assert sent.headers["X-Own"] == "Key canary-header"
    assert result.response_body == "•••• •••• •••• •••• ••••"
    assert result.request is not None
    assert result.request["url"] == "https://t.example/?k=••••"
    assert result.request["body"] == "k ••••"
    assert result.request["headers"]["X-Own"] == "••••"
    assert result.request["headers"]["X-Tx"] == "T-9001"
    assert "canary" not in repr(result)
    assert pair not in repr(result)
    assert "canary" not in repr(ping.preview(make_job(settings, connection)))
