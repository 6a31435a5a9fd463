"""Ways of telling people: one message to one channel.

Source: https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks
(read 2026-11-21): 200 is success, anything else a failure, named in the body.
"""

import json
import re
import smtplib
from collections.abc import Callable

from django.conf import settings
from django.core.mail import EmailMessage

from apps.core import http, secret_box
from apps.core.encoding import slack_text
from apps.core.outbound_errors import OutboundError
from apps.deliveries.models import AlertChannel
from apps.deliveries.states import ChannelKind

SLACK_DEADLINE_SECONDS = 10.0
SLACK_REASON = re.compile(r"[a-z_]{3,60}")
"""Slack says why in a word, e.g. no_service. Anything else is not repeated."""

URL_NAME = "url"


class NotToldError(Exception):
    """A message that did not arrive. ``str()`` is a sentence without secrets."""


def sealed(url: str) -> str:
    """Return what ``AlertChannel.sealed_url`` keeps of a webhook's URL."""
    return secret_box.seal({URL_NAME: url})


def url_of(channel: AlertChannel) -> str:
    """Return the webhook's URL of a Slack channel; "" of an e-mail channel."""
    return secret_box.unseal(channel.sealed_url).get(URL_NAME, "")


def send(channel: AlertChannel, *, subject: str, text: str) -> None:
    """Tell one channel. Raises ``NotToldError``, whatever went wrong."""
    try:
        SENDERS[ChannelKind(channel.kind)](channel, subject, text)
    except NotToldError:
        raise
    except Exception as error:
        # The message of a foreign error may hold the address or a password.
        raise NotToldError(f"It could not be sent ({type(error).__name__}).") from error


def _mail(channel: AlertChannel, subject: str, text: str) -> None:
    if not settings.EMAIL_URL:
        raise NotToldError("There is no mail server: EMAIL_URL is not set.")
    # One recipient a message: of several, refused ones would be lost silently.
    message = EmailMessage(" ".join(subject.split()), text, to=[channel.email])
    try:
        count = message.send()
    except OSError as error:
        raise NotToldError(_words_of(error)) from error
    if count != 1:
        raise NotToldError("The mail server did not take the message.")


def _words_of(error: OSError) -> str:
    """Return what went wrong with the mail server; its own words are not repeated."""
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "The mail server refused the user name or the password of EMAIL_URL."
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = {str(code) for code, _ in error.recipients.values()}
        return f"The mail server refused the recipient ({', '.join(sorted(codes))})."
    if isinstance(error, smtplib.SMTPResponseException):
        return f"The mail server answered {error.smtp_code}."
    if isinstance(error, smtplib.SMTPException):
        return f"The mail server broke off ({type(error).__name__})."
    return f"The mail server could not be reached ({type(error).__name__})."


def _slack(channel: AlertChannel, subject: str, text: str) -> None:
    url = url_of(channel)
    request = http.OutboundRequest(
        "POST",
        url,
        headers={"Content-Type": "application/json"},
        # A partner's words must not mention everybody.
        body=json.dumps({"text": slack_text(text)}).encode(),
        deadline_seconds=SLACK_DEADLINE_SECONDS,
    )
    try:
        response = http.send(request)
    except OutboundError as error:
        raise NotToldError(str(error)) from error
    if not 200 <= response.status_code < 300:
        reason = response.text.strip()
        is_known = SLACK_REASON.fullmatch(reason) and reason not in url
        why = f": {reason}" if is_known else ""
        raise NotToldError(f"Slack answered {response.status_code}{why}.")


SENDERS: dict[ChannelKind, Callable[[AlertChannel, str, str], None]] = {
    ChannelKind.EMAIL: _mail,
    ChannelKind.SLACK: _slack,
}
