"""Encoders: how a macro's value is written into the place where it stands.

Each takes the text of one value and returns what may stand there without changing
anything around it; ``UnsafeValueError`` says why a value cannot.
"""

import html
import re
from collections.abc import Callable
from json.encoder import encode_basestring
from typing import TypeAlias
from urllib.parse import quote, quote_plus

Encoder: TypeAlias = Callable[[str], str]

_is_unreserved = re.compile(r"[A-Za-z0-9_.~-]*").fullmatch
_is_header_safe = re.compile(r"[\t\x20-\x7e]*").fullmatch
_HEADER_ASCII = "\t" + "".join(map(chr, range(0x20, 0x7F)))
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NOT_IN_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LINE_BREAKS = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


class UnsafeValueError(ValueError):
    """A value that cannot stand in its place; completes "{macro} …"."""


def plain(text: str) -> str:
    """Insert ``text`` as it is (SMS, plain e-mail, raw bodies)."""
    return text


def url_value(text: str) -> str:
    """Percent-encode everything but RFC 3986's unreserved characters."""
    if _is_unreserved(text):
        return text
    return quote(text, safe="", errors="replace")


def form_value(text: str) -> str:
    """Encode as application/x-www-form-urlencoded does: a space becomes +."""
    if _is_unreserved(text):
        return text
    return quote_plus(text, errors="replace")


def json_text(text: str) -> str:
    """Escape ``text`` for the inside of a JSON string, without the quotes."""
    return encode_basestring(text)[1:-1]


def xml_text(text: str) -> str:
    """Escape for XML text and attributes; characters XML cannot hold are left out."""
    return html.escape(_NOT_IN_XML.sub("", text))


def html_text(text: str) -> str:
    """Escape for the HTML part of an e-mail."""
    return html.escape(text)


def slack_text(text: str) -> str:
    """Escape Slack's three control characters, so that no value can page a channel."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def single_line(text: str) -> str:
    """Turn line breaks and control characters into spaces (e-mail subjects)."""
    return _LINE_BREAKS.sub(" ", text)


def header_value(text: str) -> str:
    """Percent-encode what is not ASCII; refuse what could end the header."""
    if _is_header_safe(text):
        return text
    if _CONTROLS.search(text):
        raise UnsafeValueError(
            "contains a line break or control character, which no header may hold."
        )
    return quote(text, safe=_HEADER_ASCII, errors="replace")


def sheet_cell(text: str) -> str:
    """Keep a spreadsheet from reading ``text`` as a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
