"""What Google Analytics 4 drops without a word, looked for before it is sent.

Sources: https://developers.google.com/analytics/devguides/collection/protocol/ga4/
sending-events and …/reference (read 2026-11-20).
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from apps.actions.contract import PermanentError
from apps.core.macro_values import text_of

MAX_PARAMS: Final = 25
MAX_USER_PROPERTIES: Final = 25
MAX_BODY_BYTES: Final = 130_000
MAX_AGE: Final = timedelta(hours=72)
MAX_NAME_LENGTH: Final = 40
MAX_PROPERTY_NAME_LENGTH: Final = 24
MAX_PROPERTY_LENGTH: Final = 36
MAX_VALUE_LENGTH: Final = 100
LONGER_VALUES: Final = {
    "page_title": 300,
    "page_referrer": 420,
    "page_location": 1_000,
}
RESERVED_EVENTS: Final = frozenset(
    (
        *("ad_activeview", "ad_click", "ad_exposure", "ad_impression", "ad_query"),
        *(
            "adunit_exposure",
            "app_clear_data",
            "app_install",
            "app_remove",
            "app_update",
        ),
        *("error", "first_open", "first_visit", "in_app_purchase", "os_update"),
        *("screen_view", "session_start", "user_engagement"),
    )
)
RESERVED_PREFIXES: Final = ("google_", "ga_", "firebase_")

_is_name = re.compile(r"[A-Za-z][A-Za-z0-9_]*").fullmatch


def event_mistake(name: str) -> str:
    """Return what is wrong with the name of an event, or ""."""
    if not _is_name(name) or len(name) > MAX_NAME_LENGTH:
        return (
            f"“{name[:MAX_NAME_LENGTH]}” is no name of an event: at most "
            f"{MAX_NAME_LENGTH} letters, digits and underscores, a letter first."
        )
    if name in RESERVED_EVENTS or name.startswith("notification_"):
        return f"“{name}” is a name that Analytics keeps for itself. Choose another."
    return ""


def names_mistake(names: Iterable[str], max_length: int) -> str:
    """Return what is wrong with the names of parameters or user properties, or ""."""
    seen: set[str] = set()
    for name in names:
        if not _is_name(name) or len(name) > max_length:
            return (
                f"“{name}” is no name: at most {max_length} letters, digits and "
                "underscores, a letter first."
            )
        if name.startswith(RESERVED_PREFIXES):
            return f"“{name}” begins as names do that Analytics keeps for itself."
        if name in seen:
            return f"“{name}” is there twice."
        seen.add(name)
    return ""


def refuse_age(moment: datetime, now: datetime) -> None:
    """Raise ``PermanentError`` for an event that Analytics counts no more."""
    if now - moment > MAX_AGE:
        raise PermanentError(
            "The event is more than 72 hours old, which Analytics does not count. "
            "Leave “Time” empty to count it when it is sent."
        )


def refuse_params(params: Mapping[str, Any]) -> None:
    """Raise ``PermanentError`` when parameters of an event are too many or too long."""
    _refuse_number(params, MAX_PARAMS, "parameters")
    for name, value in params.items():
        _refuse_length(name, value, LONGER_VALUES.get(name, MAX_VALUE_LENGTH))


def refuse_user_properties(properties: Mapping[str, Any]) -> None:
    """Raise ``PermanentError`` when user properties are too many or too long."""
    _refuse_number(properties, MAX_USER_PROPERTIES, "user properties")
    for name, wrapped in properties.items():
        _refuse_length(name, wrapped["value"], MAX_PROPERTY_LENGTH)


def refuse_body(body: bytes) -> None:
    """Raise ``PermanentError`` when the request is too large."""
    if len(body) >= MAX_BODY_BYTES:
        raise PermanentError("The request is larger than the 130 kB of Analytics.")


def _refuse_number(values: Mapping[str, Any], limit: int, what: str) -> None:
    if len(values) > limit:
        raise PermanentError(
            f"There are {len(values)} {what}; Analytics takes {limit}. Leave some out."
        )


def _refuse_length(name: str, value: Any, limit: int) -> None:
    """The value is not repeated: it may be personal."""
    if len(text_of(value)) > limit:
        raise PermanentError(
            f"The value of “{name}” is longer than {limit} characters. Shorten it, for "
            f"example with |truncate:{limit}."
        )
