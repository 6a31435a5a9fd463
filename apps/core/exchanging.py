"""One request and its answer on an open connection to a checked address."""

import io
import socket
import ssl
import time

from urllib3.util import wait_for_read

from apps.core.deadlines import Deadline
from apps.core.http1 import Answer, AnswerError, Stream, Wire, read_answer
from apps.core.outbound_errors import MaybeSentError, NotSentError
from apps.core.targets import Origin

RECEIVE_BYTES = 16 * 1024
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
