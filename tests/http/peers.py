"""Real HTTP peers on loopback that behave as told, also badly.

A behaviour is a function that receives one ``Conversation`` per connection; when it
returns, the connection is closed. ``start_peer`` (a fixture) runs it in threads.
"""

import contextlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Self

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"
DRIP_SECONDS = 0.05
LOOPBACK = ("127.0.0.1", 0)


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]  # By lower-case name.
    head: bytes
    body: bytes


class Conversation:
    """One accepted connection."""

    def __init__(self, sock: socket.socket, peer: "Peer") -> None:
        self.sock = sock
        self.peer = peer

    def receive(self) -> Received:
        """Return the next request; raises ``ConnectionError`` when none comes."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._some()
        head, _, body = data.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        headers = {
            name.lower(): value
            for name, _, value in (line.partition(": ") for line in lines[1:])
        }
        while len(body) < int(headers.get("content-length", 0)):
            body += self._some()
        method, path, _ = lines[0].split(" ")
        request = Received(method, path, headers, head, body)
        self.peer.requests.append(request)
        return request

    def _some(self) -> bytes:
        data = self.sock.recv(65_536)
        if not data:
            raise ConnectionError("The client closed the connection.")
        return data

    def drip(self, data: bytes) -> None:
        """Send ``data`` byte by byte."""
        for position in range(len(data)):
            self.sock.sendall(data[position : position + 1])
            time.sleep(DRIP_SECONDS)

    def wait_for_the_end(self) -> None:
        """Send nothing more until the client closes or the peer is stopped."""
        with contextlib.suppress(OSError):
            while self.sock.recv(65_536):
                pass

    def reset(self) -> None:
        """Close with a RST packet instead of a FIN."""
        self.sock.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )
        self.sock.close()


Behaviour = Callable[[Conversation], None]


@dataclass
class Peer:
    """A server that counts connections and keeps what it received."""

    behaviour: Behaviour
    tls: ssl.SSLContext | None = None
    connections: int = 0
    requests: list[Received] = field(default_factory=list)
    host: str = LOOPBACK[0]
    port: int = LOOPBACK[1]  # 0 = one that is free; then the one it was.
    is_over: threading.Event = field(default_factory=threading.Event)
    _open: list[socket.socket] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.create_server((self.host, self.port), backlog=128)
        self.port = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(self, *_: object) -> None:
        self.is_over.set()
        for sock in (self._listener, *self._open):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        for thread in self._threads:
            thread.join(5)

    def url(self, path: str = "/") -> str:
        scheme = "https" if self.tls else "http"
        return f"{scheme}://{self.host}:{self.port}{path}"

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = self._listener.accept()
                self.connections += 1
                self._open.append(sock)
                self._start(self._converse, sock)

    def _converse(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if self.tls is not None:
                sock = self.tls.wrap_socket(sock, server_side=True)
                self._open.append(sock)
            self.behaviour(Conversation(sock, self))
        sock.close()


def answer_ok(talk: Conversation) -> None:
    """Answer every request of the connection with 200."""
    while True:
        talk.receive()
        talk.sock.sendall(OK)


def answer_with(data: bytes) -> Behaviour:
    """Answer one request with ``data``, byte for byte, then close."""

    def behave(talk: Conversation) -> None:
        talk.receive()
        talk.sock.sendall(data)

    return behave


def answer_and_wait(data: bytes) -> Behaviour:
    """Answer every request with ``data`` and leave closing to the client."""

    def behave(talk: Conversation) -> None:
        while True:
            talk.receive()
            talk.sock.sendall(data)

    return behave


stay_silent = Conversation.wait_for_the_end


def drip_header(talk: Conversation) -> None:
    talk.receive()
    talk.drip(b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 1_000)


def drip_body(talk: Conversation) -> None:
    talk.receive()
    talk.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    talk.drip(b"x" * 1_000)


def drip_chunks(talk: Conversation) -> None:
    talk.receive()
    talk.sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    talk.drip(b"1\r\nx\r\n" * 200)


def drip_interim_answers(talk: Conversation) -> None:
    talk.receive()
    talk.drip(b"HTTP/1.1 100 Continue\r\n\r\n" * 50)


def half_close(talk: Conversation) -> None:
    """Stop receiving after the request, answer half, and never finish."""
    talk.receive()
    talk.sock.shutdown(socket.SHUT_RD)
    talk.sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
    talk.peer.is_over.wait(10)


def answer_anything(talk: Conversation) -> None:
    """Answer the first bytes, whatever they are, in plain HTTP."""
    talk.sock.recv(65_536)
    talk.sock.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def never_read(talk: Conversation) -> None:
    """Accept the connection and take no byte of the request."""
    talk.peer.is_over.wait(10)


def close_at_once(talk: Conversation) -> None:
    """Close before reading anything."""


def close_after_the_request(talk: Conversation) -> None:
    talk.receive()


def reset_after_the_request(talk: Conversation) -> None:
    talk.receive()
    talk.reset()


def reset_in_the_middle_of_the_request(talk: Conversation) -> None:
    talk.sock.recv(1_024)
    talk.reset()


def answer_once_then_reset(talk: Conversation) -> None:
    talk.receive()
    talk.sock.sendall(OK)
    talk.receive()
    talk.reset()


def answer_early_and_close(talk: Conversation) -> None:
    """Refuse a large body after its first bytes."""
    talk.sock.recv(1_024)
    talk.sock.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
    talk.sock.shutdown(socket.SHUT_WR)
    talk.wait_for_the_end()


@contextlib.contextmanager
def unanswered_port() -> Iterator[int]:
    """Yield a port whose queue is full: a connection to it is never accepted."""
    with contextlib.ExitStack() as sockets:
        listener = sockets.enter_context(socket.create_server(LOOPBACK, backlog=0))
        for _ in range(4):
            filler = sockets.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield int(listener.getsockname()[1])


def closed_port() -> int:
    """Return a port of 127.0.0.1 where nobody listens."""
    with socket.create_server(LOOPBACK) as listener:
        return int(listener.getsockname()[1])
