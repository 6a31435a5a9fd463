"""A conversation with a mail server: to a checked address, within one deadline.

Sources: RFC 5321 (SMTP), RFC 3207 (STARTTLS), RFC 4954 (AUTH).
"""

import io
import os
import smtplib
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from apps.core.deadlines import Deadline
from apps.core.dialing import connect, find_addresses
from apps.core.http1 import AnswerError, Wire
from apps.core.outbound_errors import OutboundError
from apps.core.resolving import Resolver
from apps.core.targets import Origin
from apps.core.tls import start_tls, tls_context

SCHEME: Final = "smtp"

# Nothing depends on what a server says to QUIT.
GOODBYE_SECONDS: Final = 1.0
READY: Final = 220

# What a conversation may raise. All errors of smtplib are ``OSError``s.
MAIL_ERRORS: Final = (OutboundError, OSError)


class Security(StrEnum):
    """When the conversation is encrypted."""

    STARTTLS = "starttls"
    TLS = "ssl"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed in, and as whom; ``hello_name`` is who we say we are."""

    origin: Origin
    security: Security
    username: str
    password: str = field(repr=False)
    hello_name: str


class _Names:
    """Look-ups of this process; a forked one shares no lock with its parent."""

    def __init__(self) -> None:
        self._start_over()
        os.register_at_fork(after_in_child=self._start_over)

    def _start_over(self) -> None:
        self.resolver = Resolver()


_names = _Names()


class MailSession(smtplib.SMTP):
    """One conversation, from the look-up of the name to the goodbye.

    ``address`` is the IP address called, ``has_data_begun`` tells whether the message
    itself may have reached the server, and ``answer`` is what the server said to it.
    Methods raise ``MAIL_ERRORS``.
    """

    # smtplib sets it by ``connect`` only.
    sock: socket.socket | None = None

    def __init__(self, server: MailServer, seconds: float) -> None:
        """Start the clock; nothing is sent before ``open``."""
        super().__init__(local_hostname=server.hello_name)
        self._server = server
        self._deadline = Deadline.after(seconds)
        self._wire: Wire | None = None
        self.address = ""
        self.has_data_begun = False
        self.answer: tuple[int, bytes] = (0, b"")

    def open(self) -> None:
        """Connect, say hello, and encrypt what follows."""
        origin = self._server.origin
        code, text = self.connect(origin.host, origin.port)
        if code != READY:
            raise smtplib.SMTPConnectError(code, text)
        self.ehlo_or_helo_if_needed()
        if self._server.security is Security.STARTTLS:
            self._encrypt()

    def log_in(self) -> None:
        """Say who is there, if the server is to know."""
        if self._server.username:
            self.login(self._server.username, self._server.password)

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Send the message; from here on, it may have arrived."""
        self.has_data_begun = True
        self.answer = super().data(msg)
        return self.answer

    def leave(self) -> None:
        """Say goodbye and close, whatever happened before."""
        self._deadline = Deadline.after(GOODBYE_SECONDS)
        with suppress(OSError):
            self.quit()
        self.close()

    def send(self, s: Any) -> None:
        """Send all of ``s`` before the deadline, which smtplib knows nothing of."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected("The connection is closed.")
        view = memoryview(s.encode(self.command_encoding) if isinstance(s, str) else s)
        try:
            while view:
                self.sock.settimeout(self._deadline.remaining())
                view = view[self.sock.send(view) :]
        except OSError as error:
            self.close()
            raise smtplib.SMTPServerDisconnected(
                "The connection broke while sending."
            ) from error

    def getreply(self) -> tuple[int, bytes]:
        """Read one answer of a reasonable size before the deadline."""
        if self.file is None and self.sock is not None:
            self._wire = Wire(self.sock)
            self.file = io.BufferedReader(self._wire)
        if self._wire is not None:
            self._wire.start(self._deadline)
        try:
            return super().getreply()
        except (AnswerError, smtplib.SMTPResponseException) as error:
            # The latter is no answer: smtplib says so of a line without end.
            self.close()
            raise smtplib.SMTPServerDisconnected(
                "The server's answer is too long to be one."
            ) from error

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        """Return a socket to a checked address, for ``connect`` of smtplib."""
        origin = self._server.origin
        addresses = find_addresses(origin, _names.resolver, self._deadline)
        sock, self.address = connect(origin, addresses, self._deadline)
        return self._encrypted(sock) if self._server.security is Security.TLS else sock

    def _encrypt(self) -> None:
        if not self.has_extn("starttls"):
            raise smtplib.SMTPNotSupportedError("The server offers no STARTTLS.")
        code, text = self.docmd("STARTTLS")
        if code != READY or self.sock is None:
            raise smtplib.SMTPResponseException(code, text)
        self.sock = self._encrypted(self.sock)
        # Whatever was said in the clear counts no longer (RFC 3207, section 4.2).
        self.file = self.helo_resp = self.ehlo_resp = None
        self.esmtp_features = {}
        self.does_esmtp = False
        self.ehlo_or_helo_if_needed()

    def _encrypted(self, sock: socket.socket) -> socket.socket:
        context = tls_context(protocol="")
        origin, ip = self._server.origin, self.address
        return start_tls(sock, context, origin, ip, self._deadline)
