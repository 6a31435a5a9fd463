"""Every attempt ends at its deadline, wherever the peer stops.

Name servers that stop are in ``test_names`` and ``test_rebinding``.
"""

import threading
import time
from pathlib import Path

import pytest
from pytest_django import Settings

from apps.core.http import MaybeSentError, NotSentError, OutboundRequest, send
from tests.http import peers
from tests.http.certificates import Authority, server_context
from tests.http.conftest import SetNames, StartPeer
from tests.http.peers import Behaviour

DEADLINE_SECONDS = 0.4
GRACE_SECONDS = 0.5


@pytest.mark.parametrize(
    "behaviour",
    [
        peers.stay_silent,
        peers.drip_header,
        peers.drip_body,
        peers.drip_chunks,
        peers.drip_interim_answers,
        peers.half_close,
    ],
)
def test_a_slow_answer_ends_at_the_deadline_and_was_maybe_sent(
    behaviour: Behaviour, start_peer: StartPeer
) -> None:
    peer = start_peer(behaviour)
    request = OutboundRequest("GET", peer.url(), deadline_seconds=DEADLINE_SECONDS)
    started = time.monotonic()

    with pytest.raises(MaybeSentError) as error:
        send(request)

    seconds = time.monotonic() - started
    assert seconds >= DEADLINE_SECONDS
    assert seconds <= DEADLINE_SECONDS + GRACE_SECONDS
    assert str(error.value) == "127.0.0.1 did not answer completely within 0.4 seconds."
    assert error.value.address == "127.0.0.1"


def test_a_peer_that_takes_no_bytes_ends_at_the_deadline(start_peer: StartPeer) -> None:
    peer = start_peer(peers.never_read)
    body = bytes(32 * 1024 * 1024)  # More than the buffers of both sides hold.
    request = OutboundRequest(
        "POST", peer.url(), body=body, deadline_seconds=DEADLINE_SECONDS
    )
    started = time.monotonic()

    with pytest.raises(MaybeSentError):
        send(request)

    assert time.monotonic() - started <= DEADLINE_SECONDS + GRACE_SECONDS


def test_a_connection_that_is_not_accepted_ends_at_the_deadline() -> None:
    with peers.unanswered_port() as port:
        url = f"http://127.0.0.1:{port}/"
        started = time.monotonic()

        with pytest.raises(NotSentError) as error:
            send(OutboundRequest("GET", url, deadline_seconds=DEADLINE_SECONDS))

    assert time.monotonic() - started <= DEADLINE_SECONDS + GRACE_SECONDS
    assert str(error.value) == (
        f"127.0.0.1 did not accept a connection in time (address 127.0.0.1, port {port})."
    )


def test_a_stalled_tls_handshake_ends_at_the_deadline_and_was_not_sent(
    start_peer: StartPeer,
) -> None:
    peer = start_peer(peers.stay_silent)
    url = f"https://127.0.0.1:{peer.port}/"
    started = time.monotonic()

    with pytest.raises(NotSentError) as error:
        send(OutboundRequest("GET", url, deadline_seconds=DEADLINE_SECONDS))

    assert time.monotonic() - started <= DEADLINE_SECONDS + GRACE_SECONDS
    assert str(error.value) == (
        "127.0.0.1 did not finish the TLS handshake within 0.4 seconds."
    )


def test_a_dripping_tls_handshake_ends_at_the_deadline(start_peer: StartPeer) -> None:
    def drip_handshake(talk: peers.Conversation) -> None:
        talk.sock.recv(1_024)
        talk.drip(b"\x16\x03\x03\x10\x00" + bytes(1_000))  # A record that never ends.

    peer = start_peer(drip_handshake)
    url = f"https://127.0.0.1:{peer.port}/"
    started = time.monotonic()

    with pytest.raises(NotSentError):
        send(OutboundRequest("GET", url, deadline_seconds=DEADLINE_SECONDS))

    assert time.monotonic() - started <= DEADLINE_SECONDS + GRACE_SECONDS


@pytest.mark.parametrize(
    "behaviour", [peers.stay_silent, peers.drip_header, peers.drip_body]
)
def test_a_slow_answer_over_tls_ends_at_the_deadline(
    behaviour: Behaviour, start_peer: StartPeer, settings: Settings, tmp_path: Path
) -> None:
    authority = Authority()
    file = tmp_path / "authorities.pem"
    file.write_text(authority.own_pem())
    settings.OUTBOUND_CA_FILE = str(file)
    peer = start_peer(behaviour, server_context(authority.issue(), tmp_path))
    request = OutboundRequest("GET", peer.url(), deadline_seconds=DEADLINE_SECONDS)
    started = time.monotonic()

    with pytest.raises(MaybeSentError):
        send(request)

    assert time.monotonic() - started <= DEADLINE_SECONDS + GRACE_SECONDS


def test_several_addresses_that_do_not_accept_share_one_deadline(
    set_names: SetNames,
) -> None:
    set_names({"slow.example": ["127.0.0.1"] * 6})
    with peers.unanswered_port() as port:
        url = f"http://slow.example:{port}/"
        started = time.monotonic()

        with pytest.raises(NotSentError):
            send(OutboundRequest("GET", url, deadline_seconds=DEADLINE_SECONDS))

    assert time.monotonic() - started <= DEADLINE_SECONDS + GRACE_SECONDS


def test_the_deadline_of_the_settings_holds_when_the_request_names_none(
    start_peer: StartPeer, settings: Settings
) -> None:
    settings.OUTBOUND_DEADLINE_SECONDS = 0.2
    peer = start_peer(peers.stay_silent)
    started = time.monotonic()

    with pytest.raises(MaybeSentError):
        send(OutboundRequest("GET", peer.url()))

    assert time.monotonic() - started <= 0.2 + GRACE_SECONDS


def test_many_slow_peers_at_once_all_end_at_the_deadline(start_peer: StartPeer) -> None:
    peer = start_peer(peers.drip_header)
    seconds: list[float] = []

    def attempt() -> None:
        started = time.monotonic()
        with pytest.raises(MaybeSentError):
            send(OutboundRequest("GET", peer.url(), deadline_seconds=DEADLINE_SECONDS))
        seconds.append(time.monotonic() - started)

    threads = [threading.Thread(target=attempt) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(seconds) == 32
    assert max(seconds) <= DEADLINE_SECONDS + GRACE_SECONDS
