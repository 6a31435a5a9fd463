"""The words an action and the engine speak: one attempt in, one result out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from apps.core.macro_values import MacroValue


class Outcome(StrEnum):
    """How an attempt ended; what follows from it is the engine's business."""

    # Accepted by the provider.
    SUCCESS = "success"
    # Nothing to send, which is no mistake.
    SKIPPED = "skipped"
    # Not done, and safe to repeat.
    RETRY = "retry"
    # Perhaps done: no answer, or one that does not tell.
    AMBIGUOUS = "ambiguous"
    # Wrong; repeating cannot help.
    PERMANENT = "permanent"
    # The credentials or permissions are wrong, for every delivery that uses them.
    AUTH = "auth"
    # Taken by the provider, which tells later what came of it: ask, and send no more.
    UNDERWAY = "underway"


class Idempotency(StrEnum):
    """Whether the receiver notices a repeated request (SAFE) or acts on it again."""

    SAFE = "safe"
    UNSAFE = "unsafe"


class Group(StrEnum):
    """Where an action is listed when somebody chooses one, in this order."""

    label: StrOrPromise

    WEB = "web", _("Web request")
    MESSAGES = "messages", _("Messages")
    ADVERTISING = "advertising", _("Advertising and analytics")
    LEADS = "leads", _("Leads and consent")
    LISTS = "lists", _("Contact and opt-out lists")
    CALLS = "calls", _("Call centre")
    SPREADSHEETS = "spreadsheets", _("Spreadsheets")

    def __new__(cls, value: str, label: StrOrPromise) -> Self:
        """Keep ``label``, which people read, beside the value."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member


@dataclass(frozen=True, slots=True)
class Underway:
    """What the provider took: by which ticket it is asked for, and since when."""

    ticket: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Job:
    """Everything one attempt needs.

    ``delivery_id`` is the same on every attempt; ``attempt`` counts from 1. ``values``
    are native and keyed by canonical macro name, and may be computed when asked for.
    ``settings`` and ``connection`` are the cleaned values of the action's two forms
    with secrets opened; ``connection`` is empty when the rule has none. With
    ``underway`` the attempt asks what came of it, and must not send again.
    """

    delivery_id: str
    attempt: int
    now: datetime
    values: Mapping[str, MacroValue]
    settings: Mapping[str, Any]
    connection: Mapping[str, Any] = field(default_factory=dict)
    is_test: bool = False
    underway: Underway | None = None


@dataclass(frozen=True, slots=True)
class ListChange:
    """A value to add to, or remove from, a list that this installation keeps.

    ``list_name`` is the list's reference. The engine makes the change together with
    the record of the attempt: both happen, or neither.
    """

    list_name: str
    value: str
    is_removal: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """What an answer means.

    ``message`` is a sentence for the log, ``code`` a word to filter by ("duplicate").
    ``retry_after_seconds`` is a floor the provider asked for. ``pauses_rule`` says
    that the receiver wants no more at all. ``findings`` is what the provider told that
    people may look for later, as short texts: {"sid": "SM12…", "segments": "2"}.

    ``ticket``, at most 100 characters, is what the provider calls what it took (see
    ``Outcome.UNDERWAY``), and ``poll_after_seconds`` when to ask for it; also after an
    attempt to ask that failed. Without it, such an attempt is held for a person.
    """

    outcome: Outcome
    message: str = ""
    code: str = ""
    retry_after_seconds: float | None = None
    pauses_rule: bool = False
    findings: Mapping[str, str] = field(default_factory=dict)
    list_change: ListChange | None = None
    ticket: str = ""
    poll_after_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class AttemptResult:
    """What is recorded of one attempt. No secret is in any of it.

    ``request`` holds method, url, headers and body as text; None when there was none.
    """

    judgement: Judgement
    request: dict[str, Any] | None = None
    response_status: int | None = None
    response_headers: dict[str, str] = field(default_factory=dict)
    response_body: str = ""
    is_truncated: bool = False
    address: str = ""
    duration_ms: int = 0


class CheckLevel(StrEnum):
    """How bad a line of “Test connection” is."""

    GOOD = "good"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One finding of “Test connection”."""

    level: CheckLevel
    text: str


class JudgedError(Exception):
    """Raised before the request was sent: the attempt ends with ``judgement``."""

    def __init__(self, judgement: Judgement) -> None:
        super().__init__(judgement.message)
        self.judgement = judgement


class SkipDeliveryError(Exception):
    """Raised while building: there is nothing to send, for the reason given.

    ``code`` is the word to filter by.
    """

    def __init__(self, message: str, code: str = "nothing_to_send") -> None:
        super().__init__(message)
        self.code = code


class PermanentError(Exception):
    """Raised while building: this can never be sent, for the reason given."""
