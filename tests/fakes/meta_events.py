"""What Meta's Conversions API refuses, in its own words where they are known."""

import re
from ipaddress import ip_address
from typing import Any, NamedTuple

MAX_EVENTS = 1_000
WEEK_SECONDS = 7 * 24 * 3600
# Clocks differ a little.
AHEAD_SECONDS = 60
HASHED = ("em", "ph", "fn", "ln", "ct", "st", "zp", "country", "ge", "db")
NEEDED = ("event_name", "event_time", "action_source", "user_data")
NEEDED_OF_A_WEBSITE = ("event_source_url", "client_user_agent")

_is_hash = re.compile(r"[0-9a-f]{64}|[0-9a-f]{32}").fullmatch
_is_cookie = re.compile(r"fb\.[0-2]\.\d+\..+").fullmatch


class Mistake(NamedTuple):
    """The subcode, title and sentence of error 100.

    Subcodes 2804003 and 2804009 are Meta's; the others of this file are made up.
    """

    subcode: int
    title: str
    sentence: str


TOO_OLD = Mistake(
    2_804_003,
    "Event Timestamp Too Old",
    "The timestamp for this event is too far in the past. Events need to be sent from "
    "your server within 7 days of when they occurred. Enter a timestamp that has "
    "occurred within the last 7 days.",
)
IN_THE_FUTURE = Mistake(
    2_804_004, "Event Timestamp In The Future", "The timestamp has yet to come."
)
NO_TIMESTAMP = Mistake(
    2_804_005, "Invalid Event Timestamp", "event_time must be an integer."
)
NO_VALUE = Mistake(
    2_804_009,
    "Missing Value Parameter",
    "Purchase events need a value and a currency.",
)
WRONG_NUMBER = Mistake(
    2_804_010, "Wrong Number Of Events", f"data must hold 1 to {MAX_EVENTS} events."
)


def mistake_in(events: Any, now: float) -> Mistake | None:
    """Return what is wrong with the first wrong event, None when all are right."""
    if not isinstance(events, list) or not 1 <= len(events) <= MAX_EVENTS:
        return WRONG_NUMBER
    found = (_mistake(event, now) for event in events)
    return next((mistake for mistake in found if mistake), None)


def _mistake(event: dict[str, Any], now: float) -> Mistake | None:
    missing = [name for name in NEEDED if not event.get(name)]
    if missing:
        return _missing(missing[0])
    return _time_mistake(event["event_time"], now) or _content_mistake(event)


def _time_mistake(moment: Any, now: float) -> Mistake | None:
    if not isinstance(moment, int):
        return NO_TIMESTAMP
    if moment < now - WEEK_SECONDS:
        return TOO_OLD
    return IN_THE_FUTURE if moment > now + AHEAD_SECONDS else None


def _content_mistake(event: dict[str, Any]) -> Mistake | None:
    user, custom = event["user_data"], event.get("custom_data", {})
    if event["action_source"] == "website":
        given = {**event, **user}
        missing = [name for name in NEEDED_OF_A_WEBSITE if not given.get(name)]
        if missing:
            return _missing(missing[0])
    if event["event_name"] == "Purchase" and not {"value", "currency"} <= custom.keys():
        return NO_VALUE
    return _user_mistake(user)


def _user_mistake(user: dict[str, Any]) -> Mistake | None:
    for name in HASHED:
        if not all(_is_hash(text) for text in user.get(name, [])):
            return Mistake(2_804_011, "Not Hashed", f"{name} must be a SHA-256 hash.")
    cookies = [name for name in ("fbc", "fbp") if name in user]
    if not all(_is_cookie(user[name]) for name in cookies):
        return Mistake(2_804_012, "Malformed Cookie", "fbc and fbp are sent as is.")
    if "client_ip_address" in user and not _is_address(user["client_ip_address"]):
        return Mistake(2_804_013, "Malformed Address", "The IP address is sent as is.")
    return None


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _missing(name: str) -> Mistake:
    return Mistake(2_804_014, "Missing Parameter", f"The parameter {name} is required.")
