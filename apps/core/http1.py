"""One HTTP/1.1 exchange on an open socket, bounded in time and in bytes.

``http.client`` and urllib3 restart their timeout with every receive, allow header
blocks of megabytes, and spend most of a small request's CPU on general cases. This
module does the one case there is here: the request is complete in memory, and no more
than ``KEPT_BYTES_MAX`` of the answer's body is wanted.

Sources: RFC 9110 (semantics) and RFC 9112 (HTTP/1.1 messages).
"""

import io
import re
import socket
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias

from apps.core.deadlines import Deadline

KEPT_BYTES_MAX = 64 * 1024
HEAD_BYTES_MAX = 64 * 1024
# With the framing of a body: chunks of a few bytes are several times their content.
BODY_WIRE_BYTES_MAX = 1024 * 1024
HEADERS_MAX = 200

_STATUS_LINE = re.compile(rb"HTTP/1\.([01]) ([1-9][0-9][0-9])(?: [^\r\n]*)?\r?\n")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\r\n]*)?\r?\n")
_CONTENT_LENGTH = re.compile(r"([0-9]{1,18})(?:\s*,\s*\1)*")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_KEEP_ALIVE_SECONDS = re.compile(r"timeout=([0-9]{1,6})")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+")
_BLANK_LINES = (b"\r\n", b"\n")

_NO_ANSWER = "closed the connection without an answer"
_CUT = "closed the connection in the middle of its answer"
_NOT_HTTP = "answered with something that is not HTTP"


class AnswerError(Exception):
    """The peer's answer is unusable; ``str()`` continues "partner.example …"."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the peer answered, and whether the connection can be used again."""

    status_code: int
    headers: dict[str, str]  # By lower-case name.
    body: bytes
    is_truncated: bool
    is_last: bool

    @property
    def keep_alive_seconds(self) -> float | None:
        """Return how long the peer says it keeps an idle connection, if it says so."""
        match = _KEEP_ALIVE_SECONDS.search(self.headers.get("keep-alive", ""))
        return float(match[1]) if match else None


class Wire(io.RawIOBase):
    """The receiving side of a socket, with a deadline and an allowance of bytes."""

    def __init__(self, sock: socket.socket) -> None:
        """Read nothing until ``start`` is called."""
        super().__init__()
        self._socket = sock
        self._deadline: Deadline | None = None
        self.allowance_bytes = 0

    def start(self, deadline: Deadline) -> None:
        """Allow an answer's head until ``deadline``."""
        self._deadline = deadline
        self.allowance_bytes = HEAD_BYTES_MAX

    @property
    def is_untouched(self) -> bool:
        """Whether nothing was received since ``start``."""
        return self.allowance_bytes == HEAD_BYTES_MAX

    def stop(self) -> None:
        """Receive no more."""
        self._deadline = None

    def readable(self) -> bool:
        """Return True: that is what it is for."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Receive once. ``TimeoutError`` at the deadline, ``AnswerError`` if too much.

        Returns 0 when the peer has closed its side.
        """
        if self._deadline is None:
            return 0
        if self.allowance_bytes <= 0:
            raise AnswerError("sent an answer whose header or framing is too large")
        self._socket.settimeout(self._deadline.remaining())
        count = self._socket.recv_into(buffer)
        self.allowance_bytes -= count
        return count


# A string: the class is generic for type checkers only.
Stream: TypeAlias = "io.BufferedReader[Wire]"


def format_request(
    method: str, path: str, headers: Mapping[str, str], body: bytes | None
) -> bytes:
    """Return the bytes of a request. All parts were checked before."""
    lines = [f"{method} {path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body is not None or method in ("POST", "PUT", "PATCH"):
        lines.append(f"Content-Length: {len(body or b'')}")
    head = "\r\n".join(lines) + "\r\n\r\n"
    return head.encode("latin-1") + (body or b"")


def read_answer(stream: Stream, method: str) -> Answer:
    """Read the final answer to a ``method`` request.

    Raises ``AnswerError``, ``TimeoutError`` at the deadline, or another ``OSError``.
    """
    is_persistent, status_code = _read_status(stream)
    headers = _read_headers(stream)
    while status_code < 200:  # 100 Continue, 103 Early Hints.
        if status_code == 101:
            raise AnswerError("switched to another protocol, which nobody asked for")
        is_persistent, status_code = _read_status(stream)
        headers = _read_headers(stream)
    stream.raw.allowance_bytes += BODY_WIRE_BYTES_MAX
    if method == "HEAD" or status_code in (204, 304):
        body, is_whole, is_framed = b"", True, True
    else:
        body, is_whole, is_framed = _read_body(stream, headers)
    body, is_inflated_whole = _inflate(body, headers)
    stream.raw.stop()
    # Bytes after the answer would be taken for the next one's.
    has_surplus = bool(stream.peek(1))
    is_kept = _is_kept_alive(headers, is_persistent=is_persistent)
    return Answer(
        status_code=status_code,
        headers=headers,
        body=body,
        is_truncated=not (is_whole and is_inflated_whole),
        is_last=has_surplus or not (is_whole and is_framed and is_kept),
    )


def _read_status(stream: Stream) -> tuple[bool, int]:
    line = stream.readline()
    if not line:
        raise AnswerError(_NO_ANSWER)
    match = _STATUS_LINE.fullmatch(line)
    if match is None:
        raise AnswerError(_NOT_HTTP if line.endswith(b"\n") else _CUT)
    return match[1] == b"1", int(match[2])


def _read_headers(stream: Stream) -> dict[str, str]:
    """Read header lines up to the blank one; values hold no control characters."""
    headers: dict[str, str] = {}
    name = ""
    for _ in range(HEADERS_MAX):
        line = stream.readline()
        if line in _BLANK_LINES:
            return headers
        if not line.endswith(b"\n"):
            raise AnswerError(_CUT)
        text = line.decode("latin-1")
        if text[0] in " \t":  # A folded line goes on with the value above it.
            separator, value = " ", text
        else:
            name, _, value = text.partition(":")
            name, separator = name.strip().lower(), ", "
        value = value.strip()
        if not value.isprintable():
            value = _CONTROL.sub(" ", value)
        if name in headers:
            value = f"{headers[name]}{separator}{value}"
        if _HEADER_NAME.fullmatch(name):  # Other lines mean nothing; they are skipped.
            headers[name] = value
    raise AnswerError(f"sent more than {HEADERS_MAX} header lines")


def _is_kept_alive(headers: Mapping[str, str], *, is_persistent: bool) -> bool:
    options = headers.get("connection", "").lower()
    if is_persistent:
        return "close" not in options
    return "keep-alive" in options


def _read_body(stream: Stream, headers: Mapping[str, str]) -> tuple[bytes, bool, bool]:
    """Return the body, whether that is all of it, and whether it told its own end."""
    coding = headers.get("transfer-encoding")
    length = headers.get("content-length")
    if coding is not None:
        if coding.lower().rpartition(",")[2].strip() != "chunked":
            return *_read_to_the_end(stream), False
        # Both framings at once is how answers are smuggled (RFC 9112, 6.3).
        return *_read_chunks(stream), length is None
    if length is None:
        return *_read_to_the_end(stream), False
    match = _CONTENT_LENGTH.fullmatch(length)
    if match is None:
        raise AnswerError(_NOT_HTTP)
    size = int(match[1])
    return (
        _read_exactly(stream, min(size, KEPT_BYTES_MAX)),
        size <= KEPT_BYTES_MAX,
        True,
    )


def _read_exactly(stream: Stream, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise AnswerError(_CUT)
    return data


def _read_to_the_end(stream: Stream) -> tuple[bytes, bool]:
    data = stream.read(KEPT_BYTES_MAX + 1)
    return data[:KEPT_BYTES_MAX], len(data) <= KEPT_BYTES_MAX


def _read_chunks(stream: Stream) -> tuple[bytes, bool]:
    body = bytearray()
    while size := _read_chunk_size(stream):
        room = KEPT_BYTES_MAX - len(body)
        body += _read_exactly(stream, min(size, room))
        if size > room:
            return bytes(body), False
        if stream.readline() not in _BLANK_LINES:
            raise AnswerError(_NOT_HTTP)
    _read_headers(stream)  # Trailers.
    return bytes(body), True


def _read_chunk_size(stream: Stream) -> int:
    line = stream.readline()
    if not line.endswith(b"\n"):
        raise AnswerError(_CUT)
    match = _CHUNK_SIZE.fullmatch(line)
    if match is None:
        raise AnswerError(_NOT_HTTP)
    return int(match[1], 16)


def _inflate(body: bytes, headers: Mapping[str, str]) -> tuple[bytes, bool]:
    """Return the body without gzip or deflate, and whether that is all of it.

    Requests ask for neither; some servers compress all the same. What cannot be
    inflated stays as it came: the status code is what counts.
    """
    if headers.get("content-encoding", "").lower() in ("gzip", "x-gzip", "deflate"):
        with suppress(zlib.error):
            inflater = zlib.decompressobj(zlib.MAX_WBITS | 32)  # Either of the two.
            data = inflater.decompress(body, KEPT_BYTES_MAX + 1)
            return data[:KEPT_BYTES_MAX], len(data) <= KEPT_BYTES_MAX
    return body, True
