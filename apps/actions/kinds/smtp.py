"""E-mail by a mail server of one's own (SMTP).

Source: RFC 5321. The Message-ID is the same for each attempt, so a message that comes
twice can be recognized, but no server promises to do so.
"""

import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.actions import checking
from apps.actions.base import (
    Action,
    AttemptResult,
    CheckLine,
    Group,
    Idempotency,
    Job,
    JudgedError,
    Judgement,
    Outcome,
    SkipDeliveryError,
)
from apps.actions.http_action import UNSENDABLE
from apps.actions.mail_errors import (
    answer_of,
    judge_accepted,
    judge_mail_error,
    text_of,
    valid_code,
)
from apps.actions.mail_forms import SmtpConnectionForm, SmtpRuleForm
from apps.actions.mail_message import Letter, sender_of, write_letter
from apps.actions.mail_session import (
    MAIL_ERRORS,
    SCHEME,
    MailServer,
    MailSession,
    Security,
)
from apps.actions.redaction import Redactor
from apps.actions.registry import register
from apps.core.dialing import refuse_forbidden_address
from apps.core.outbound_errors import ForbiddenTargetError
from apps.core.targets import origin_of

DONE: Final = 250
ENCRYPTED: Final = {
    Security.STARTTLS: (checking.good, _("The connection is encrypted (STARTTLS).")),
    Security.TLS: (checking.good, _("The connection is encrypted (TLS).")),
    Security.NONE: (checking.warning, _("The connection is not encrypted.")),
}


@register
class Smtp(Action):
    """One e-mail message, also to several recipients."""

    kind: ClassVar = "smtp"
    label: ClassVar = _("E-mail")
    group: ClassVar = Group.MESSAGES
    help: ClassVar = _("Send an e-mail by your mail server (SMTP)")
    docs_url: ClassVar = "https://www.rfc-editor.org/rfc/rfc5321"
    idempotency: ClassVar = Idempotency.UNSAFE

    ConnectionForm = SmtpConnectionForm
    RuleForm = SmtpRuleForm

    def run(self, job: Job) -> AttemptResult:
        """Write the message, hand it in, judge what the server says."""
        try:
            letter = _letter(job)
        except (JudgedError, *UNSENDABLE) as error:
            return AttemptResult(_refusal(error))
        server = _server(job.connection)
        session = MailSession(server, job.connection["timeout_seconds"])
        redactor = self.redactor(job, _login_token(server))
        started = time.perf_counter()
        try:
            judgement, status, text = _hand_in(session, letter)
        finally:
            session.leave()
        return AttemptResult(
            _without_secrets(judgement, redactor),
            request=_stored(letter, server, redactor),
            response_status=status,
            response_body=redactor.text(text),
            address=session.address,
            duration_ms=round((time.perf_counter() - started) * 1000),
        )

    def preview(self, job: Job) -> dict[str, Any]:
        """Return the message that ``run`` would hand in, without secrets."""
        server = _server(job.connection)
        redactor = self.redactor(job)
        try:
            letter = _letter(job)
            if server.origin.is_address:
                refuse_forbidden_address(server.origin, server.origin.host)
        except SkipDeliveryError as error:
            return {"skipped": redactor.text(str(error))}
        except (JudgedError, ForbiddenTargetError, *UNSENDABLE) as error:
            return {"error": redactor.text(str(error))}
        return _stored(letter, server, redactor)

    def summary(self, settings: Mapping[str, Any]) -> str:
        """Return recipients and subject."""
        return gettext("To %(to)s: %(subject)s") % {
            "to": settings["to"],
            "subject": settings["subject"],
        }

    def destination(
        self, settings: Mapping[str, Any], connection: Mapping[str, Any]
    ) -> str:
        """Return "smtp://host:port"."""
        return str(_server(connection).origin)

    def check(self, connection: Mapping[str, Any]) -> list[CheckLine]:
        """Connect, encrypt, log in and leave; no message is sent."""
        server = _server(connection)
        session = MailSession(server, checking.CHECK_SECONDS)
        redactor = self.connection_redactor(connection)
        lines: list[CheckLine] = []
        try:
            session.open()
            lines.append(
                checking.good(
                    gettext("%(host)s answers.") % {"host": server.origin.host}
                )
            )
            line_of, words = ENCRYPTED[server.security]
            lines.append(line_of(str(words)))
            session.log_in()
            lines.append(_logged_in(server))
            code, text = session.noop()
            if code != DONE:
                why = redactor.text(f"{code} {text_of(text)}")
                lines.append(checking.error(f"Then it went wrong: {why}."))
        except MAIL_ERRORS as error:
            judgement = judge_mail_error(error, recipients=0, has_data_begun=False)
            lines.append(checking.error(redactor.text(judgement.message)))
        finally:
            session.leave()
        return lines


def _server(connection: Mapping[str, Any]) -> MailServer:
    sender = sender_of(connection["default_from"])
    return MailServer(
        origin=origin_of(SCHEME, connection["host"], connection["port"]),
        security=Security(connection["security"]),
        username=connection.get("username") or "",
        password=connection.get("password") or "",
        hello_name=connection.get("hello_name") or sender.rpartition("@")[2],
    )


def _letter(job: Job) -> Letter:
    sender = job.settings.get("from_email") or job.connection["default_from"]
    return write_letter(job, sender)


def _hand_in(session: MailSession, letter: Letter) -> tuple[Judgement, int | None, str]:
    """Return what it means, and the code and the text of the server's answer."""
    recipients = letter.recipients
    try:
        session.open()
        session.log_in()
        refused = session.sendmail(letter.sender, recipients, letter.content)
    except MAIL_ERRORS as error:
        judgement = judge_mail_error(
            error,
            recipients=len(recipients),
            has_data_begun=session.has_data_begun,
        )
        return judgement, *answer_of(error)
    code, answer = session.answer
    judgement = judge_accepted(refused, len(recipients), answer)
    return judgement, valid_code(code), text_of(answer)


def _refusal(error: Exception) -> Judgement:
    """Return what an error, raised while writing the message, means."""
    if isinstance(error, JudgedError):
        return error.judgement
    if isinstance(error, SkipDeliveryError):
        return Judgement(Outcome.SKIPPED, str(error), "nothing_to_send")
    return Judgement(Outcome.PERMANENT, str(error), "not_sendable")


def _logged_in(server: MailServer) -> CheckLine:
    if server.username:
        return checking.good(gettext("The user name and the password are right."))
    return checking.warning(gettext("No user name is given, so nobody logged in."))


def _login_token(server: MailServer) -> str:
    """Return how the password travels (RFC 4616): a server may quote it."""
    if not server.username:
        return ""
    return b64encode(f"\0{server.username}\0{server.password}".encode()).decode()


def _stored(letter: Letter, server: MailServer, redactor: Redactor) -> dict[str, Any]:
    return {
        "method": "SMTP",
        "url": str(server.origin),
        "headers": redactor.headers(letter.headers),
        "body": redactor.body(letter.text.encode()),
    }


def _without_secrets(judgement: Judgement, redactor: Redactor) -> Judgement:
    findings = {name: redactor.text(text) for name, text in judgement.findings.items()}
    message = redactor.text(judgement.message)
    return replace(judgement, message=message, findings=findings)
