"""Whatever a peer sends, little of it is read and less is kept."""

import gzip
import time
import tracemalloc
import zlib
from collections.abc import Callable

import pytest

from apps.core.http import MaybeSentError, OutboundRequest, Response, send
from tests.http import flooding
from tests.http.conftest import StartPeer
from tests.http.peers import Behaviour, answer_ok, answer_with

KIBIBYTE = 1024
MEBIBYTE = 1024 * 1024
TOO_LARGE = "127.0.0.1 sent an answer whose header or framing is too large."


def answer_of(body: bytes, *headers: str) -> bytes:
    lines = ["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def peak_memory_of(request: OutboundRequest) -> tuple[int, Response | None]:
    """Send ``request``; return the growth of memory in bytes and the response."""
    response = None
    tracemalloc.start()
    try:
        response = send(request)
    except MaybeSentError:
        pass
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak, response


@pytest.mark.parametrize("size", [0, 1, 64 * KIBIBYTE])
def test_up_to_64_kibibytes_are_kept_whole(size: int, start_peer: StartPeer) -> None:
    peer = start_peer(answer_with(answer_of(b"x" * size)))

    response = send(OutboundRequest("GET", peer.url()))

    assert len(response.body) == size
    assert not response.is_truncated


@pytest.mark.parametrize("size", [64 * KIBIBYTE + 1, 5 * MEBIBYTE])
def test_a_longer_body_is_cut_and_marked(size: int, start_peer: StartPeer) -> None:
    peer = start_peer(answer_with(answer_of(b"x" * size)))

    response = send(OutboundRequest("GET", peer.url()))

    assert response.body == b"x" * 64 * KIBIBYTE
    assert response.is_truncated


def test_a_longer_chunked_body_is_cut_and_marked(start_peer: StartPeer) -> None:
    chunks = b"FFFF\r\n" + b"x" * 0xFFFF + b"\r\n" + b"2\r\nxy\r\n0\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    peer = start_peer(answer_with(head + chunks))

    response = send(OutboundRequest("GET", peer.url()))

    assert response.body == b"x" * 64 * KIBIBYTE
    assert response.is_truncated


def test_an_endless_stream_is_cut_without_waiting_for_the_deadline(
    start_peer: StartPeer,
) -> None:
    peer = start_peer(flooding.stream_for_ever)
    started = time.monotonic()

    peak, response = peak_memory_of(OutboundRequest("GET", peer.url()))

    assert time.monotonic() - started < 5
    assert response is not None
    assert (len(response.body), response.is_truncated) == (64 * KIBIBYTE, True)
    assert peak < MEBIBYTE


def test_a_gzip_bomb_is_not_inflated(start_peer: StartPeer) -> None:
    peer = start_peer(answer_with(flooding.gzip_bomb()))

    peak, response = peak_memory_of(OutboundRequest("GET", peer.url()))

    assert response is not None
    assert (response.body, response.is_truncated) == (bytes(64 * KIBIBYTE), True)
    assert peak < MEBIBYTE


@pytest.mark.parametrize(
    "behaviour",
    [
        flooding.send_header_block_of_a_mebibyte,
        flooding.send_endless_header_line,
        flooding.send_endless_chunk_extension,
    ],
)
def test_an_oversized_header_or_framing_is_given_up(
    behaviour: Behaviour, start_peer: StartPeer
) -> None:
    peer = start_peer(behaviour)
    request = OutboundRequest("GET", peer.url())

    with pytest.raises(MaybeSentError) as error:
        send(request)
    peak, _ = peak_memory_of(request)

    assert str(error.value) == TOO_LARGE
    assert peak < 3 * MEBIBYTE


def test_endless_trailers_are_given_up(start_peer: StartPeer) -> None:
    peer = start_peer(flooding.send_endless_trailers)

    peak, response = peak_memory_of(OutboundRequest("GET", peer.url()))

    assert response is None
    assert peak < 3 * MEBIBYTE


def test_more_header_lines_than_200_are_given_up(start_peer: StartPeer) -> None:
    peer = start_peer(answer_with(answer_of(b"", *("X: y" for _ in range(200)))))

    with pytest.raises(MaybeSentError) as error:
        send(OutboundRequest("GET", peer.url()))

    assert str(error.value) == "127.0.0.1 sent more than 200 header lines."


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress)],
)
def test_a_compressed_body_is_inflated(
    encoding: str, compress: Callable[[bytes], bytes], start_peer: StartPeer
) -> None:
    body = compress(b"hello")
    peer = start_peer(answer_with(answer_of(body, f"Content-Encoding: {encoding}")))

    response = send(OutboundRequest("GET", peer.url()))

    assert (response.body, response.is_truncated) == (b"hello", False)


def test_a_body_that_cannot_be_inflated_is_kept_as_it_came(
    start_peer: StartPeer,
) -> None:
    peer = start_peer(answer_with(answer_of(b"plain", "Content-Encoding: gzip")))

    response = send(OutboundRequest("GET", peer.url()))

    assert response.body == b"plain"


def test_no_compression_is_asked_for(start_peer: StartPeer) -> None:
    peer = start_peer(answer_ok)

    send(OutboundRequest("GET", peer.url()))

    assert peer.requests[0].headers["accept-encoding"] == "identity"
