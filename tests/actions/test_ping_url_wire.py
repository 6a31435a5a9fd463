"""Ping URL against a real peer: the bytes on the wire, and a line that breaks."""

import socket
import threading
from collections.abc import Iterator

import pytest

from apps.actions.base import Outcome
from apps.actions.kinds.ping_url import PingUrl
from tests.actions.making import make_job, make_settings

PING = PingUrl()


class Peer:
    """Accepts one connection, keeps what it received and answers ``answer``."""

    def __init__(self) -> None:
        self.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"
        self.received = b""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(10)
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with self._socket, self._socket.accept()[0] as connection:
            connection.settimeout(10)
            while b"\r\n\r\n" not in self.received:
                received = connection.recv(65_536)
                if not received:
                    return
                self.received += received
            connection.sendall(self.answer)

    def join(self) -> bytes:
        self._thread.join(timeout=10)
        return self.received


@pytest.fixture
def peer() -> Iterator[Peer]:
    peer = Peer()
    yield peer
    with socket.socket() as closing:
        # Ends the wait of a peer that nobody called.
        closing.connect_ex(("127.0.0.1", peer.port))


def test_the_documented_request_is_on_the_wire(peer: Peer) -> None:
    url = (
        f"http://127.0.0.1:{peer.port}/pb?cid={{click.id}}&tx={{transaction_id}}"
        "&amt={conversion.payout|number:2}&st={conversion.status}"
    )

    result = PING.run(make_job(make_settings(PING, url=url)))

    lines = peer.join().decode().split("\r\n")
    assert result.judgement.outcome is Outcome.SUCCESS
    assert (result.response_body, result.address) == ("OK", "127.0.0.1")
    assert lines[0] == ("GET /pb?cid=abc%2F123&tx=T-9001&amt=8.00&st=approved HTTP/1.1")
    assert lines[-2:] == ["", ""]
    assert {
        f"Host: 127.0.0.1:{peer.port}",
        "Accept: */*",
        "X-Postback-Id: 9001:7",
        "X-Postback-Attempt: 1",
    } <= set(lines)
    assert [line for line in lines if line.startswith("User-Agent: postbacks/")]


def test_an_answer_that_breaks_off_is_ambiguous(peer: Peer) -> None:
    peer.answer = b""

    settings = make_settings(PING, url=f"http://127.0.0.1:{peer.port}/pb")
    result = PING.run(make_job(settings))

    assert result.judgement.outcome is Outcome.AMBIGUOUS
    assert peer.join().startswith(b"GET /pb HTTP/1.1\r\n")


def test_a_peer_that_refuses_connections_was_not_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    settings = make_settings(PING, url=f"http://127.0.0.1:{port}/pb")
    result = PING.run(make_job(settings))

    assert result.judgement.outcome is Outcome.RETRY
    assert result.judgement.code == "not_sent"
