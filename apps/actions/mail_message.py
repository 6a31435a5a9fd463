"""E-mail messages made of templates; no value adds a recipient or a header."""

import re
from email.utils import format_datetime, getaddresses
from typing import Any, Final, NamedTuple

from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.utils.encoding import punycode
from django.utils.translation import gettext as _

from apps.actions import rendering
from apps.actions.contract import (
    Job,
    JudgedError,
    Judgement,
    Outcome,
    SkipDeliveryError,
)
from apps.core.encoding import single_line
from apps.core.placeholders import Context, compile_text, parse

MAX_SUBJECT_LENGTH: Final = 255
_NOT_IN_AN_ID: Final = re.compile(r"[^A-Za-z0-9-]+")


class Letter(NamedTuple):
    """A message and who gets it; ``headers`` and ``text`` are for people to read."""

    sender: str
    recipients: list[str]
    content: bytes
    headers: dict[str, str]
    text: str


def split_addresses(template: str) -> list[str]:
    """Return the templates of single addresses; a comma in a macro or value is none."""
    pieces = [""]
    for part in parse(template):
        if not isinstance(part, str):
            pieces[-1] += part.source
            continue
        first, *others = part.split(",")
        pieces[-1] += first
        pieces += others
    return [piece.strip() for piece in pieces if piece.strip()]


def sender_of(written: str) -> str:
    """Return the address in "Offers <offers@shop.example>".

    Raises ``ValidationError`` when there is not exactly one.
    """
    found = getaddresses([written])
    if len(found) != 1 or single_line(written) != written:
        raise ValidationError(_("Write one address: Offers <offers@shop.example>."))
    address = found[0][1]
    validate_email(address)
    return _in_ascii(address)


def write_letter(job: Job, sender: str) -> Letter:
    """Return the message of ``job`` as "Name <address>" ``sender``.

    Raises ``SkipDeliveryError`` when there is nobody or nothing to send to, and
    ``JudgedError`` for what is no e-mail address.
    """
    lists = {name: _addresses(job, name) for name in ("to", "cc", "bcc", "reply_to")}
    if not lists["to"]:
        raise SkipDeliveryError("There is no recipient to send to.")
    text = _encodable(rendering.text(job, "body_text"))
    html = _encodable(rendering.text(job, "body_html", Context.HTML))
    if not text and not html:
        raise SkipDeliveryError("The text is empty with the values of this event.")
    address = sender_of(sender)
    mail = EmailMultiAlternatives(
        _subject(job),
        text,
        sender,
        lists["to"],
        cc=lists["cc"],
        reply_to=lists["reply_to"],
        headers={
            "Date": format_datetime(job.now),
            "Message-ID": _message_id(job, address),
            "Auto-Submitted": "auto-generated",
            "X-Postback-Id": single_line(job.delivery_id),
        },
    )
    if html:
        mail.attach_alternative(html, "text/html")
    # The stubs do not know that Django's messages take a line end.
    message: Any = mail.message()
    everybody = lists["to"] + lists["cc"] + lists["bcc"]
    return Letter(
        address,
        list(dict.fromkeys(everybody)),
        message.as_bytes(linesep="\r\n"),
        _shown_headers(mail, lists["bcc"]),
        f"{text}\n\n{html}".strip(),
    )


def _addresses(job: Job, name: str) -> list[str]:
    found: list[str] = []
    for template in split_addresses(job.settings.get(name) or ""):
        address = compile_text(template).render(job.values).strip()
        if not address:
            continue
        if not _is_address(address):
            # The value itself is not repeated: it may be anything.
            message = f"“{template}” does not give an e-mail address for this event."
            raise JudgedError(Judgement(Outcome.PERMANENT, message, "bad_address"))
        found.append(_in_ascii(address))
    return list(dict.fromkeys(found))


def _is_address(written: str) -> bool:
    try:
        validate_email(written)
    except ValidationError:
        return False
    # In quotes, an address could hold characters that break a header in two.
    return single_line(written) == written


def _subject(job: Job) -> str:
    subject = single_line(rendering.text(job, "subject", Context.LINE))
    return _encodable(subject)[:MAX_SUBJECT_LENGTH]


def _message_id(job: Job, sender: str) -> str:
    """Return the same id for each attempt: who gets a message twice can see it."""
    local = _NOT_IN_AN_ID.sub(".", job.delivery_id).strip(".")
    return f"<{local}@{sender.rpartition('@')[2]}>"


def _in_ascii(address: str) -> str:
    local, _, domain = address.rpartition("@")
    return f"{local}@{punycode(domain)}"


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _shown_headers(mail: EmailMultiAlternatives, bcc: list[str]) -> dict[str, str]:
    shown = {
        "From": mail.from_email,
        "To": ", ".join(mail.to),
        "Cc": ", ".join(mail.cc),
        "Bcc": ", ".join(bcc),
        "Reply-To": ", ".join(mail.reply_to),
        "Subject": str(mail.subject),
        "Message-ID": mail.extra_headers["Message-ID"],
    }
    return {name: value for name, value in shown.items() if value}
