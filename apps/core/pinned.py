"""Connections to checked addresses, kept open for the next request.

A connection goes to the address that was checked when it was opened, for all its life.

A peer may close an idle connection at any time. Before a connection is used again it
is asked whether that has happened, and it is given up a second before the peer's own
``Keep-Alive: timeout``. What remains is a close that crosses the request on its way:
nobody can tell whether the peer read the request first, so that is ``MaybeSentError``
and nothing is sent twice. Requests that must not meet this race use a connection of
their own.
"""

import io
import os
import socket
import ssl
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Mapping

import requests
from django.conf import settings
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3.util import wait_for_read

from apps.core.deadlines import Deadline
from apps.core.dialing import (
    connect,
    find_addresses,
    refuse_forbidden_address,
    start_tls,
)
from apps.core.http1 import (
    Answer,
    AnswerError,
    Stream,
    Wire,
    format_request,
    read_answer,
)
from apps.core.outbound_errors import (
    ForbiddenTargetError,
    MaybeSentError,
    NotSentError,
)
from apps.core.resolving import Resolver
from apps.core.targets import Origin, split_url

RECEIVE_BYTES = 16 * 1024
IDLE_CONNECTIONS_MAX = 256
IDLE_SECONDS_MAX = 30.0
# Closed this much before the peer says it will close: a request must not cross that.
KEEP_ALIVE_MARGIN_SECONDS = 1.0


class PinnedConnection:
    """An open socket to one address of one origin. Used by one thread at a time."""

    def __init__(self, sock: socket.socket, origin: Origin, ip: str) -> None:
        """Take over ``sock``."""
        self.origin = origin
        self.ip = ip
        self.idle_until = 0.0
        self._socket = sock
        self._stream: Stream = io.BufferedReader(Wire(sock), RECEIVE_BYTES)

    def exchange(self, method: str, request: bytes, deadline: Deadline) -> Answer:
        """Send ``request`` and return its answer.

        Raises ``NotSentError`` when not one byte left this machine, otherwise
        ``MaybeSentError``. After either the connection is of no use.
        """
        try:
            is_sent_whole = self._send(request, deadline)
            self._stream.raw.start(deadline)
            answer = read_answer(self._stream, method)
        except (AnswerError, OSError) as error:
            self.close()
            raise MaybeSentError(
                f"{self.origin.host} {_describe_break(error, deadline)}.",
                address=self.ip,
            ) from error
        seconds = IDLE_SECONDS_MAX
        if answer.keep_alive_seconds is not None:
            kept = answer.keep_alive_seconds - KEEP_ALIVE_MARGIN_SECONDS
            seconds = min(seconds, kept)
        if answer.is_last or not is_sent_whole:
            seconds = 0.0
        self.idle_until = time.monotonic() + seconds
        return answer

    def _send(self, data: bytes, deadline: Deadline) -> bool:
        """Send ``data``; False when the peer stopped reading, it may have answered."""
        view = memoryview(data)
        try:
            self._socket.settimeout(deadline.remaining())
            view = view[self._socket.send(view) :]
        except OSError as error:
            self.close()
            if isinstance(self._socket, ssl.SSLSocket):
                raise
            raise NotSentError(
                f"The request to {self.origin.host} could not be sent: the connection "
                "was already closed, or the time was up.",
                address=self.ip,
            ) from error
        try:
            while view:
                self._socket.settimeout(deadline.remaining())
                view = view[self._socket.send(view) :]
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    @property
    def is_usable(self) -> bool:
        """Whether the connection is open, silent and not too old."""
        return self.idle_until > time.monotonic() and not wait_for_read(
            self._socket, timeout=0.0
        )

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def _describe_break(error: Exception, deadline: Deadline) -> str:
    """Return what the peer did, as the end of a sentence."""
    if isinstance(error, AnswerError):
        return str(error)
    if isinstance(error, TimeoutError):
        return f"did not answer completely within {deadline.seconds:g} seconds"
    return "broke off the connection before the answer was complete"


class IdleConnections:
    """Connections nobody uses now: few in all, whatever the number of hosts."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.Lock()
        self._by_origin: dict[Origin, deque[PinnedConnection]] = {}
        self._by_age: OrderedDict[PinnedConnection, None] = OrderedDict()

    def take(self, origin: Origin) -> PinnedConnection | None:
        """Return the most recently used connection to ``origin`` that still works."""
        while True:
            with self._lock:
                stack = self._by_origin.get(origin)
                if not stack:
                    return None
                connection = stack[-1]
                self._remove(connection)
            if connection.is_usable:
                return connection
            connection.close()

    def give(self, connection: PinnedConnection) -> None:
        """Keep ``connection`` for later; close what is too old or too much."""
        now = time.monotonic()
        if connection.idle_until <= now:
            connection.close()
            return
        surplus = []
        with self._lock:
            self._by_age[connection] = None
            self._by_origin.setdefault(connection.origin, deque()).append(connection)
            oldest = next(iter(self._by_age))
            while len(self._by_age) > IDLE_CONNECTIONS_MAX or oldest.idle_until <= now:
                self._remove(oldest)
                surplus.append(oldest)
                oldest = next(iter(self._by_age))
        for old in surplus:
            old.close()

    def _remove(self, connection: PinnedConnection) -> None:
        del self._by_age[connection]
        stack = self._by_origin[connection.origin]
        # By age, the oldest of all is the first of its own stack, too.
        if stack[-1] is connection:
            stack.pop()
        else:
            stack.popleft()
        if not stack:
            del self._by_origin[connection.origin]

    def close(self) -> None:
        """Close all. Takes no lock: after a fork nobody may be left to release it."""
        while self._by_age:
            self._by_age.popitem()[0].close()
        self._by_origin.clear()


class PinnedResponse(requests.Response):
    """A response that is complete, and knows the address it came from."""

    def __init__(
        self, request: requests.PreparedRequest, answer: Answer, ip: str
    ) -> None:
        """Take over ``answer``."""
        super().__init__()
        self.request = request
        self.url = request.url or ""
        self.status_code = answer.status_code
        self.headers = CaseInsensitiveDict(answer.headers)
        self._content = answer.body
        self.is_truncated = answer.is_truncated
        self.address = ip


class PinnedAdapter(BaseAdapter):
    """The ``requests`` transport of this project. Thread-safe, one per process.

    It follows no redirect, reads no proxy or netrc settings, keeps no cookie and
    sends nothing twice. A request with ``Connection: close`` gets a connection of its
    own.
    """

    def __init__(self) -> None:
        """Start without connections."""
        super().__init__()
        self._idle = IdleConnections()
        self._resolver = Resolver()
        os.register_at_fork(after_in_child=self._start_over)

    def _start_over(self) -> None:
        """Share neither sockets nor locks with the parent process."""
        self._idle.close()
        self._idle = IdleConnections()
        self._resolver = Resolver()

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: float | tuple[float, float] | tuple[float, None] | None = None,
        verify: bool | str = True,
        cert: bytes | str | tuple[bytes | str, bytes | str] | None = None,
        proxies: Mapping[str, str] | None = None,
    ) -> PinnedResponse:
        """Send ``request`` and read the answer, all within ``timeout`` seconds.

        The parameters after ``timeout`` belong to the interface of ``requests`` and
        change nothing: bodies are bounded, certificates verified, proxies unused.

        Raises the subclasses of ``OutboundError``.
        """
        deadline = Deadline.after(
            timeout
            if isinstance(timeout, int | float)
            else settings.OUTBOUND_DEADLINE_SECONDS
        )
        method, url, body = request.method or "GET", request.url or "", request.body
        origin, path = split_url(url)
        data = format_request(
            method,
            path,
            {"Host": origin.host_header, **request.headers},
            body.encode() if isinstance(body, str) else body,
        )
        is_alone = request.headers.get("Connection") == "close"
        connection = None if is_alone else self._take(origin)
        if connection is None:
            connection = self._open(origin, deadline)
        answer = connection.exchange(method, data, deadline)
        if is_alone:
            connection.close()
        else:
            self._idle.give(connection)
        return PinnedResponse(request, answer, connection.ip)

    def _take(self, origin: Origin) -> PinnedConnection | None:
        connection = self._idle.take(origin)
        if connection is not None:
            try:
                # The allowed networks may have changed since it was opened.
                refuse_forbidden_address(origin, connection.ip)
            except ForbiddenTargetError:
                connection.close()
                raise
        return connection

    def _open(self, origin: Origin, deadline: Deadline) -> PinnedConnection:
        addresses = find_addresses(origin, self._resolver, deadline)
        sock, ip = connect(origin, addresses, deadline)
        if origin.scheme == "https":
            sock = start_tls(sock, origin, ip, deadline)
        return PinnedConnection(sock, origin, ip)

    def close(self) -> None:
        """Close the idle connections."""
        self._idle.close()
