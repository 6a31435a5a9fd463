"""Connections are kept, bounded in number, and never reused when in doubt."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from apps.core import exchanging, idling
from apps.core.http import (
    MaybeSentError,
    NotSentError,
    OutboundRequest,
    Response,
    send,
)
from tests.http import peers
from tests.http.conftest import StartPeer
from tests.http.peers import OK, Peer, answer_and_wait, answer_ok, answer_with


def send_to(peer: Peer, path: str = "/") -> Response:
    return send(OutboundRequest("GET", peer.url(path)))


def wait_until_the_peer_has_closed() -> None:
    time.sleep(0.1)


def test_ten_requests_share_one_connection(start_peer: StartPeer) -> None:
    peer = start_peer(answer_ok)

    for number in range(10):
        send_to(peer, f"/{number}")

    assert [request.path for request in peer.requests] == [f"/{n}" for n in range(10)]
    assert peer.connections == 1


@pytest.mark.parametrize(
    "data",
    [
        OK,
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nA: b\r\n\r\n",
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK,
        b"HTTP/1.1 200 OK\r\nKeep-Alive: timeout=5, max=100\r\nContent-Length: 0\r\n\r\n",
    ],
)
def test_a_complete_answer_leaves_the_connection_open(
    data: bytes, start_peer: StartPeer
) -> None:
    peer = start_peer(answer_and_wait(data))

    send_to(peer)
    send_to(peer)

    assert (peer.connections, len(peer.requests)) == (1, 2)


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 0\r\n\r\n",
        OK + b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n" + b"x" * 70_000,
    ],
)
def test_a_connection_in_doubt_is_not_used_again(
    data: bytes, start_peer: StartPeer
) -> None:
    peer = start_peer(answer_and_wait(data))

    first, second = send_to(peer), send_to(peer)

    assert first.body == second.body
    assert peer.connections == 2


def test_a_connection_the_peer_has_closed_is_replaced(start_peer: StartPeer) -> None:
    peer = start_peer(answer_with(OK))

    send_to(peer)
    wait_until_the_peer_has_closed()
    response = send_to(peer)

    assert response.status_code == 200
    assert (peer.connections, len(peer.requests)) == (2, 2)


def test_a_close_that_crosses_the_request_is_maybe_sent_and_not_repeated(
    start_peer: StartPeer,
) -> None:
    peer = start_peer(peers.answer_once_then_reset)
    send_to(peer)

    with pytest.raises(MaybeSentError):
        send_to(peer)

    assert (peer.connections, len(peer.requests)) == (1, 2)


def test_a_request_whose_time_is_up_before_its_first_byte_was_not_sent(
    start_peer: StartPeer,
) -> None:
    peer = start_peer(answer_ok)
    send_to(peer)

    with pytest.raises(NotSentError) as error:
        send(OutboundRequest("GET", peer.url(), deadline_seconds=0))

    assert str(error.value) == (
        "The request to 127.0.0.1 could not be sent: the connection was already "
        "closed, or the time was up."
    )
    assert len(peer.requests) == 1


def test_a_fresh_connection_is_neither_taken_from_nor_left_for_others(
    start_peer: StartPeer,
) -> None:
    peer = start_peer(answer_ok)
    send_to(peer)

    send(OutboundRequest("POST", peer.url("/sms"), body=b"", fresh_connection=True))
    send_to(peer)

    assert peer.connections == 2
    assert peer.requests[1].headers["connection"] == "close"


def test_an_idle_connection_is_given_up_after_its_time(
    start_peer: StartPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchanging, "IDLE_SECONDS_MAX", 0.05)
    peer = start_peer(answer_ok)

    send_to(peer)
    time.sleep(0.1)
    send_to(peer)

    assert peer.connections == 2


def test_64_threads_on_one_host_keep_their_connections(start_peer: StartPeer) -> None:
    peer = start_peer(answer_ok)

    with ThreadPoolExecutor(64) as threads:
        paths = [f"/{number}" for number in range(640)]
        answers = list(threads.map(lambda path: send_to(peer, path), paths))

    assert Counter(answer.body for answer in answers) == {b"ok": 640}
    assert Counter(request.path for request in peer.requests) == Counter(paths)
    assert peer.connections <= 64


def test_idle_connections_are_bounded_over_all_hosts(
    start_peer: StartPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idling, "IDLE_CONNECTIONS_MAX", 3)
    hosts = [start_peer(answer_ok) for _ in range(8)]

    for peer in hosts:
        send_to(peer)
    for peer in reversed(hosts):
        send_to(peer)

    assert [peer.connections for peer in hosts] == [2, 2, 2, 2, 2, 1, 1, 1]
