"""One request and its answer on an open connection to a checked address."""

import io
import socket
import ssl
import time
from typing import TypeAlias

from urllib3.util import wait_for_read

from apps.core.deadlines import Deadline
from apps.core.http1 import Answer, AnswerError, Stream, Wire, read_answer
from apps.core.outbound_errors import MaybeSentError, NotSentError, OutboundError
from apps.core.targets import Origin
from apps.core.tls import ClientIdentity, certificate_refusal

RECEIVE_BYTES = 16 * 1024
IDLE_SECONDS_MAX = 30.0
# Closed this much before the peer says it will close: a request must not cross that.
KEEP_ALIVE_MARGIN_SECONDS = 1.0

Use: TypeAlias = tuple[Origin, ClientIdentity | None]
"""What a connection may be used for: the origin it goes to, as whom."""

PEER_STOPPED_READING = (BrokenPipeError, ConnectionResetError, ssl.SSLEOFError)


class PinnedConnection:
    """An open socket to one address of one origin. Used by one thread at a time."""

    def __init__(
        self,
        sock: socket.socket,
        origin: Origin,
        ip: str,
        identity: ClientIdentity | None = None,
    ) -> None:
        """Take over ``sock``, opened as ``identity``."""
        self.origin = origin
        self.ip = ip
        self.use: Use = (origin, identity)
        self.idle_until = 0.0
        self._has_answered = False
        self._socket = sock
        # A closed socket no longer knows.
        self._tls = sock.version() if isinstance(sock, ssl.SSLSocket) else None
        self._stream: Stream = io.BufferedReader(Wire(sock), RECEIVE_BYTES)

    def exchange(self, method: str, request: bytes, deadline: Deadline) -> Answer:
        """Send ``request`` and return its answer.

        Raises ``NotSentError`` when not one byte left this machine or the peer
        refused our certificate before it came to the request, otherwise
        ``MaybeSentError``. After either the connection is of no use.
        """
        try:
            is_sent_whole = self._send(request, deadline)
            self._stream.raw.start(deadline)
            answer = read_answer(self._stream, method)
        except (AnswerError, OSError) as error:
            self.close()
            raise self._failure(error, deadline) from error
        self._has_answered = True
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
            while view:
                self._socket.settimeout(deadline.remaining())
                view = view[self._socket.send(view) :]
        except OSError as error:
            # Of TLS, something may have left that counts as nothing sent.
            if len(view) == len(data) and self._tls is None:
                self.close()
                raise NotSentError(
                    f"The request to {self.origin.host} could not be sent: the "
                    "connection was already closed, or the time was up.",
                    address=self.ip,
                ) from error
            if not isinstance(error, PEER_STOPPED_READING):
                raise
            return False
        return True

    def _failure(
        self, error: AnswerError | OSError, deadline: Deadline
    ) -> OutboundError:
        """Return what it means that the exchange broke with ``error``.

        In TLS 1.3 our side of the handshake ends before the peer has judged our
        certificate: its refusal comes in place of an answer, when the request is
        already on its way. Still nothing was processed. The certificate precedes the
        request in the stream, a peer that refuses it reads no further, and it cannot
        have asked for it later, as we do not offer to authenticate after the handshake.

        So this holds for alerts about certificates alone, before the first byte of the
        first answer. In TLS 1.2 a peer may read a request and then ask for a
        certificate; and a reset that overtakes the alert tells nothing. Both are
        ``MaybeSentError``, like every other break.
        """
        if refusal := certificate_refusal(error):
            sentence = f"{self.origin.host} {refusal}."
            is_part_of_the_handshake = (
                self._tls == "TLSv1.3"
                and not self._has_answered
                and self._stream.raw.is_untouched
            )
            if is_part_of_the_handshake:
                return NotSentError(sentence, address=self.ip)
            return MaybeSentError(sentence, address=self.ip)
        sentence = f"{self.origin.host} {_describe_break(error, deadline)}."
        return MaybeSentError(sentence, address=self.ip)

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
