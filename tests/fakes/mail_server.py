"""A mail server on the loopback interface; what it accepts are effects of “smtp”.

The local part of an address decides what becomes of it: ``bad@`` is unknown, ``grey@``
has to wait, and ``nosend@`` may send nothing. A scripted step answers a message with its
``status`` and ``text``, or plays one of the faults ``drop_before_read`` (before the
message is sent), ``drop_after_read`` (it is kept, and nobody says so) and ``hang``.
"""

import asyncio
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.fakes.providers.smtp import MailProvider

if TYPE_CHECKING:
    from tests.fakes.server import Mounted

REFUSED_RECIPIENTS = {
    "bad": "550 5.1.1 User unknown",
    "grey": "451 4.7.1 Greylisted, try again later",
    "full": "552 5.2.2 Mailbox full",
    "closing": "421 4.3.2 Service shutting down",
}
ACCEPTED = "250 2.0.0 Ok: queued as ABC123"
NOT_LOGGED_IN = "530 5.7.0 Authentication required"


class MailHandler:
    """Plays the mail server of one mounted provider."""

    def __init__(self, mounted: "Mounted") -> None:
        self.mounted = mounted
        assert isinstance(mounted.provider, MailProvider)
        self.provider = mounted.provider
        self.step: dict[str, Any] = {}

    def log_in(
        self, server: SMTP, session: Session, envelope: Envelope, kind: str, given: Any
    ) -> AuthResult:
        self._record("AUTH", session.host_name or "", "")
        config = self.provider.config
        is_right = isinstance(given, LoginPassword) and given == LoginPassword(
            config["username"].encode(), config["password"].encode()
        )
        return AuthResult(success=is_right, handled=False)

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        mail_options: list[str],
    ) -> str:
        self.step = {}
        with suppress(IndexError):
            self.step = self.mounted.script.popleft()
        if self.step.get("fault") == "hang":
            await asyncio.sleep(float(self.step.get("seconds", 5)))
        if self.step.get("fault") in ("hang", "drop_before_read"):
            _drop(server)
        if self.provider.config["username"] and not session.authenticated:
            return NOT_LOGGED_IN
        if address.startswith("nosend@"):
            return NOT_LOGGED_IN
        envelope.mail_from = address
        return "250 2.1.0 Ok"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,
        session: Session,
        envelope: Envelope,
        address: str,
        rcpt_options: list[str],
    ) -> str:
        refusal = REFUSED_RECIPIENTS.get(address.partition("@")[0])
        if refusal is None:
            envelope.rcpt_tos.append(address)
        return refusal or "250 2.1.5 Ok"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        content = envelope.original_content or b""
        self._record("DATA", envelope.mail_from or "", content.decode(errors="replace"))
        if "status" in self.step:
            return f"{self.step['status']} {self.step.get('text', '')}"
        with self.mounted.lock:
            self.provider.accept(envelope.mail_from, envelope.rcpt_tos, content)
        if self.step.get("fault") == "drop_after_read":
            _drop(server)
        return ACCEPTED

    def _record(self, method: str, target: str, body: str) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        row = {"at": at, "method": method, "target": target, "path": "", "body": body}
        self.mounted.requests.append({**row, "query": {}, "headers": {}})


class MailController(Controller):
    """Serves on a port that is free if it is 0."""

    def _trigger_server(self) -> None:
        sockets: list[socket.socket] = getattr(self.server, "sockets", [])
        self.port = sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def running_mail_server(
    mounted: "Mounted",
    *,
    port: int = 0,
    starttls: ssl.SSLContext | None = None,
    tls: ssl.SSLContext | None = None,
) -> Iterator[int]:
    """Serve ``mounted`` until the end; yields the port.

    With ``starttls`` encryption is offered, with ``tls`` it begins at once.
    """
    handler = MailHandler(mounted)
    controller = MailController(
        handler,
        hostname="127.0.0.1",
        port=port,
        ssl_context=tls,
        server_hostname="mail.example",
        authenticator=handler.log_in,
        auth_require_tls=False,
        tls_context=starttls,
    )
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def _drop(server: SMTP) -> None:
    """Break off as a crashing server does."""
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()
    raise asyncio.CancelledError
