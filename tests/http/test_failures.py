"""Every failure is one of three, and says in plain words what happened.

The table "was it sent?" of the actions: refused, DNS and TLS were not sent; whatever
comes after the first byte of the request was maybe sent.
"""

import pytest
from pytest_django import Settings

from apps.core.http import (
    ForbiddenTargetError,
    MaybeSentError,
    NotSentError,
    OutboundError,
    OutboundRequest,
    send,
)
from tests.http import peers
from tests.http.conftest import StartPeer
from tests.http.peers import Behaviour, answer_with

CLOSED = "127.0.0.1 closed the connection without an answer."
CUT = "127.0.0.1 closed the connection in the middle of its answer."
BROKEN = "127.0.0.1 broke off the connection before the answer was complete."
NOT_HTTP = "127.0.0.1 answered with something that is not HTTP."
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("behaviour", "sentence"),
    [
        (peers.close_after_the_request, CLOSED),
        (peers.reset_after_the_request, BROKEN),
        (answer_with(b"SSH-2.0-OpenSSH_9.6\r\n"), NOT_HTTP),
        (answer_with(b"<html>\r\n"), NOT_HTTP),
        (answer_with(b"HTTP/2 200\r\n\r\n"), NOT_HTTP),
        (answer_with(b"HTTP/1.1 99 Low\r\n\r\n"), NOT_HTTP),
        (answer_with(b"\x00\xff\xfe"), CUT),
        (answer_with(b"HTTP/1.1 200"), CUT),
        (answer_with(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n"), CUT),
        (answer_with(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), CUT),
        (answer_with(b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"), NOT_HTTP),
        (answer_with(b"HTTP/1.1 200 OK\r\nContent-Length: 1_0\r\n\r\n"), NOT_HTTP),
        (answer_with(CHUNKED + b"5\r\nhel"), CUT),
        (answer_with(CHUNKED + b"5\r\nhello\r\n"), CUT),
        (answer_with(CHUNKED + b"0x5\r\nhello\r\n0\r\n\r\n"), NOT_HTTP),
        (answer_with(CHUNKED + b"-5\r\nhello\r\n0\r\n\r\n"), NOT_HTTP),
        (answer_with(CHUNKED + b"5\r\nhello!\r\n0\r\n\r\n"), NOT_HTTP),
        (
            answer_with(b"HTTP/1.1 101 Switching Protocols\r\n\r\n"),
            "127.0.0.1 switched to another protocol, which nobody asked for.",
        ),
    ],
)
def test_a_broken_answer_was_maybe_sent(
    behaviour: Behaviour, sentence: str, start_peer: StartPeer
) -> None:
    peer = start_peer(behaviour)

    with pytest.raises(MaybeSentError) as error:
        send(OutboundRequest("GET", peer.url("/pb?token=secret")))

    assert str(error.value) == sentence
    assert error.value.address == "127.0.0.1"
    assert len(peer.requests) == 1


def test_a_connection_closed_before_reading_was_maybe_sent(
    start_peer: StartPeer,
) -> None:
    peer = start_peer(peers.close_at_once)

    with pytest.raises(MaybeSentError):
        send(OutboundRequest("GET", peer.url()))


def test_a_refused_connection_was_not_sent() -> None:
    port = peers.closed_port()

    with pytest.raises(NotSentError) as error:
        send(OutboundRequest("GET", f"http://127.0.0.1:{port}/?token=secret"))

    assert str(error.value) == (
        f"127.0.0.1 refused the connection (address 127.0.0.1, port {port})."
    )
    assert error.value.address == "127.0.0.1"


@pytest.mark.allow_hosts(["255.255.255.255"])
def test_an_address_without_a_route_was_not_sent(settings: Settings) -> None:
    settings.OUTBOUND_ALLOWED_NETWORKS = ["255.255.255.255/32"]

    with pytest.raises(NotSentError) as error:
        send(OutboundRequest("GET", "http://255.255.255.255/"))

    assert str(error.value) == (
        "255.255.255.255 cannot be reached (address 255.255.255.255, port 80)."
    )


def test_a_peer_without_tls_was_not_sent_anything(start_peer: StartPeer) -> None:
    peer = start_peer(peers.answer_anything)

    with pytest.raises(NotSentError) as error:
        send(OutboundRequest("GET", f"https://127.0.0.1:{peer.port}/?token=secret"))

    assert str(error.value) == "No TLS connection with 127.0.0.1 could be agreed."


def test_a_label_of_more_than_63_characters_is_refused() -> None:
    with pytest.raises(ForbiddenTargetError) as error:
        send(OutboundRequest("GET", f"https://{'a' * 64}.example/"))

    assert str(error.value) == "The host name in the URL is not a valid name."


@pytest.mark.parametrize("status", [204, 304, 400, 404, 429, 500, 503])
def test_any_status_is_an_answer(status: int, start_peer: StartPeer) -> None:
    data = f"HTTP/1.1 {status} Word\r\nContent-Length: 0\r\n\r\n".encode()
    peer = start_peer(answer_with(data))

    response = send(OutboundRequest("POST", peer.url(), body=b"{}"))

    assert response.status_code == status


def test_an_answer_to_a_request_that_was_not_read_to_its_end_is_an_answer(
    start_peer: StartPeer,
) -> None:
    peer = start_peer(peers.answer_early_and_close)

    response = send(OutboundRequest("POST", peer.url(), body=b"x" * 100_000))

    assert response.status_code == 413


def test_a_peer_that_resets_in_the_middle_of_the_request_was_maybe_sent(
    start_peer: StartPeer,
) -> None:
    peer = start_peer(peers.reset_in_the_middle_of_the_request)

    with pytest.raises(MaybeSentError):
        send(OutboundRequest("POST", peer.url(), body=bytes(32 * 1024 * 1024)))


def test_a_body_in_an_unknown_coding_ends_with_the_connection(
    start_peer: StartPeer,
) -> None:
    data = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n\x1f\x8b"
    peer = start_peer(answer_with(data))

    response = send(OutboundRequest("GET", peer.url()))

    assert response.body == b"\x1f\x8b"


@pytest.mark.parametrize(
    "url",
    [
        "https://user:canary-password@partner.example/?canary-query",
        "https://127.0.0.1:1/canary-path?canary-query",
        "gopher://partner.example/canary-query",
        "http://10.0.0.1/?canary-query",
        "http://partner.example:25/?canary-query",
        "http://partner.example/ canary-query",
    ],
)
def test_no_error_repeats_a_secret_of_the_url(url: str) -> None:
    request = OutboundRequest("GET", url, headers={"Authorization": "canary-header"})

    with pytest.raises(OutboundError) as error:
        send(request)

    assert "canary" not in str(error.value)
    assert str(error.value).endswith(".")
