"""Our reader of answers agrees with the standard library's, however they arrive."""

import http.client
import io
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.core.deadlines import Deadline
from apps.core.http1 import Answer, AnswerError, Wire, read_answer

NAMES = st.sampled_from(["X-One", "x-two", "Retry-After", "Date", "Set-Cookie"])
VALUES = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=20)
FIELDS = st.lists(st.tuples(NAMES, VALUES), max_size=8)
BODIES = st.binary(max_size=2_000)
LINE_END = "\r\n"


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    """Draw a well-formed answer in one of the three framings."""
    body = draw(BODIES)
    fields = [f"{name}: {value}" for name, value in draw(FIELDS)]
    framing = draw(st.sampled_from(["length", "chunked", "close"]))
    if framing == "length":
        fields.append(f"Content-Length: {len(body)}")
    elif framing == "chunked":
        fields.append("Transfer-Encoding: chunked")
        size = draw(st.integers(1, 500))
        body = in_chunks(body, size)
    status = draw(st.sampled_from(["200 OK", "404 Not Found", "503", "299 A B"]))
    head = LINE_END.join([f"HTTP/1.1 {status}", *fields, "", ""])
    return head.encode() + body


def in_chunks(body: bytes, size: int) -> bytes:
    starts = range(0, len(body), size)
    parts = [body[start : start + size] for start in starts]
    return (
        b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    )


@contextmanager
def arriving(data: bytes, cuts: list[int]) -> Iterator[socket.socket]:
    """Yield a socket where ``data`` arrives in pieces cut at ``cuts``."""
    ours, theirs = socket.socketpair()
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})

    def write() -> None:
        for start, end in pairwise(edges):
            theirs.sendall(data[start:end])
        theirs.close()

    writer = threading.Thread(target=write)
    writer.start()
    with ours:
        yield ours
    writer.join()


def read(sock: socket.socket) -> Answer:
    stream: io.BufferedReader[Wire] = io.BufferedReader(Wire(sock), 64)
    stream.raw.start(Deadline.after(5))
    return read_answer(stream, "GET")


@settings(max_examples=200, deadline=None)
@given(answers(), st.lists(st.integers(min_value=0), max_size=5))
def test_well_formed_answers_read_as_the_standard_library_reads_them(
    data: bytes, cuts: list[int]
) -> None:
    with arriving(data, []) as sock:
        expected = http.client.HTTPResponse(sock)
        expected.begin()
        expected_body = expected.read()

    with arriving(data, cuts) as sock:
        answer = read(sock)

    assert answer.status_code == expected.status
    assert answer.body == expected_body
    for name in expected.headers:
        values = expected.headers.get_all(name)
        assert answer.headers[name.lower()] == ", ".join(values or [])


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_end_in_an_answer_or_an_answer_error(
    data: bytes, has_head: bool
) -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" if has_head else b""

    # Any other exception fails the test.
    with arriving(head + data, []) as sock, suppress(AnswerError):
        answer = read(sock)
        assert 200 <= answer.status_code <= 999
