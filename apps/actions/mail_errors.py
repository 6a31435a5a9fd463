"""What an error in a conversation with a mail server means.

Source: RFC 5321, section 4.2.1: 4yz is refused for now, 5yz for good.
"""

import smtplib
import ssl
from collections import Counter
from collections.abc import Mapping
from typing import Final, NamedTuple, TypeAlias

from apps.actions.contract import Judgement, Outcome
from apps.core.outbound_errors import ForbiddenTargetError, NotSentError
from apps.core.secret_box import MASK

SHUTTING_DOWN: Final = 421
# To MAIL FROM, servers say so when it is the log-in that they miss.
NOT_LOGGED_IN: Final = frozenset({530, 535})

Refused: TypeAlias = Mapping[str, tuple[int, bytes]]


class _Stage(NamedTuple):
    """What a server did, and what it means when it did so for good."""

    error: type[smtplib.SMTPResponseException]
    sentence: str
    for_good: Outcome


# The order counts: all of them are SMTPResponseException.
_STAGES: Final = (
    _Stage(smtplib.SMTPConnectError, "did not take the connection", Outcome.RETRY),
    _Stage(smtplib.SMTPHeloError, "did not take our greeting", Outcome.RETRY),
    _Stage(smtplib.SMTPSenderRefused, "refused the sender", Outcome.PERMANENT),
    _Stage(smtplib.SMTPDataError, "refused the message", Outcome.PERMANENT),
    _Stage(
        smtplib.SMTPAuthenticationError,
        "refused the user name or the password",
        Outcome.AUTH,
    ),
    _Stage(smtplib.SMTPResponseException, "refused to go on", Outcome.AUTH),
)


def judge_mail_error(
    error: Exception, *, recipients: int, has_data_begun: bool
) -> Judgement:
    """Return what ``error``, one of ``MAIL_ERRORS``, means for this message.

    ``recipients`` is how many there are, ``has_data_begun`` whether the message
    itself was being sent.
    """
    if isinstance(error, NotSentError | ForbiddenTargetError):
        return _no_connection(error)
    # smtplib's errors are all OSErrors, so they come before those.
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _nobody(error.recipients, recipients)
    if isinstance(error, smtplib.SMTPResponseException):
        return _answered(error, has_data_begun=has_data_begun)
    if has_data_begun:
        message = "The connection broke before the mail server said that it has it."
        return Judgement(Outcome.AMBIGUOUS, message, "maybe_sent")
    if _is_misfit(error):
        message = f"The mail server does not fit this connection: {error}"
        return Judgement(Outcome.AUTH, message, "not_supported")
    message = f"The mail server broke off before it got the message: {error}"
    return Judgement(Outcome.RETRY, message, "not_sent")


def judge_accepted(refused: Refused, recipients: int, answer: bytes) -> Judgement:
    """Return what it means that a message was taken, perhaps not for everybody.

    Those who were refused are named in the findings. The message is not sent to them
    again, not even when they were refused for now: the others would get it twice.
    """
    findings = {"answer": text_of(answer)}
    if not refused:
        message = "The mail server took the message."
        return Judgement(Outcome.SUCCESS, message, findings=findings)
    findings["refused"] = _named(refused)
    taken = recipients - len(refused)
    message = (
        f"The mail server took the message for {taken} of {recipients} recipients. "
        f"Refused: {_reasons(refused)}."
    )
    return Judgement(Outcome.SUCCESS, message, "partly_refused", findings=findings)


def answer_of(error: Exception) -> tuple[int | None, str]:
    """Return the code and the text of the answer that ``error`` stands for."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers = error.recipients
        codes = {code for code, _ in answers.values()}
        text = "\n".join(f"{one}: {_said(*said)}" for one, said in answers.items())
        return valid_code(max(codes, default=0)), text
    if isinstance(error, smtplib.SMTPResponseException):
        return valid_code(error.smtp_code), text_of(error.smtp_error)
    return None, ""


def valid_code(code: int) -> int | None:
    """Return ``code`` if SMTP has such codes; smtplib gives -1 for what is none."""
    return code if 200 <= code < 600 else None


def text_of(answer: bytes | str) -> str:
    """Return what the server said on one line."""
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(text.replace("\0", "").split())


def _no_connection(error: NotSentError | ForbiddenTargetError) -> Judgement:
    if isinstance(error, ForbiddenTargetError):
        return Judgement(Outcome.PERMANENT, str(error), "forbidden_target")
    if isinstance(error.__cause__, ssl.SSLCertVerificationError):
        return Judgement(Outcome.AUTH, str(error), "bad_certificate")
    return Judgement(Outcome.RETRY, str(error), "not_sent")


def _nobody(refused: Refused, recipients: int) -> Judgement:
    codes = {code for code, _ in refused.values()}
    # A server that shuts down has not been asked about all of them.
    is_for_now = SHUTTING_DOWN in codes or all(400 <= code < 500 for code in codes)
    return Judgement(
        Outcome.RETRY if is_for_now else Outcome.PERMANENT,
        f"The mail server refused {len(refused)} of {recipients} recipients: "
        f"{_reasons(refused)}.",
        f"smtp_{max(codes, default=0)}",
        findings={"refused": _named(refused)},
    )


def _answered(
    error: smtplib.SMTPResponseException, *, has_data_begun: bool
) -> Judgement:
    stage = next(stage for stage in _STAGES if isinstance(error, stage.error))
    said = _said(error.smtp_code, error.smtp_error)
    message, code = f"The mail server {stage.sentence}: {said}.", error.smtp_code
    if not 400 <= code < 600:
        outcome = Outcome.AMBIGUOUS if has_data_begun else Outcome.RETRY
        return Judgement(outcome, message, "bad_response")
    outcome = Outcome.RETRY if code < 500 else stage.for_good
    if isinstance(error, smtplib.SMTPSenderRefused) and code in NOT_LOGGED_IN:
        outcome = Outcome.AUTH
    return Judgement(outcome, message, f"smtp_{code}")


def _is_misfit(error: Exception) -> bool:
    """Tell whether the server lacks what the connection asks for, such as AUTH."""
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return False
    return isinstance(error, smtplib.SMTPException)


def _reasons(refused: Refused) -> str:
    """Return the reasons with how often each was given, without the addresses."""
    counts = Counter(
        _said(code, text).replace(one, MASK) for one, (code, text) in refused.items()
    )
    return "; ".join(f"{count} with {reason}" for reason, count in counts.items())


def _named(refused: Refused) -> str:
    return ", ".join(f"{one} ({_said(*said)})" for one, said in refused.items())


def _said(code: int, text: bytes | str) -> str:
    return f"{code} {text_of(text)}".rstrip(" .")
