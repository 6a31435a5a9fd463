"""The Retry-After header: seconds, or a date (RFC 9110, section 10.2.3)."""

from datetime import datetime
from email.utils import parsedate_to_datetime

from apps.core.macro_values import as_utc

MAX_SECONDS = 24 * 60 * 60.0


def parse_retry_after(value: str | None, now: datetime) -> float | None:
    """Return how many seconds to wait, at most a day; None when that is not said.

    A date in the past means no wait.
    """
    text = (value or "").strip()
    if text.isascii() and text.isdecimal():
        # Longer than any number of seconds that matters, and than int() would read.
        return min(float(text[:18]), MAX_SECONDS)
    try:
        moment = as_utc(parsedate_to_datetime(text))
    except (ValueError, TypeError, OverflowError):
        return None
    return min(max((moment - now).total_seconds(), 0.0), MAX_SECONDS)
