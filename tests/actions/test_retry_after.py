"""Retry-After, as seconds and as a date."""

import pytest

from apps.core.retry_after import parse_retry_after
from tests.actions.making import NOW


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("0", 0.0),
        (" 120 ", 120.0),
        ("86401", 86_400.0),
        ("9" * 5_000, 86_400.0),
        ("Fri, 20 Nov 2026 20:54:34 GMT", 60.0),
        ("Fri, 20 Nov 2026 20:53:00 GMT", 0.0),
        ("Sat, 20 Nov 2027 20:53:00 GMT", 86_400.0),
        ("Fri, 99 Nov 2026 20:54:34 GMT", None),
    ],
)
def test_the_wait_is_read_and_never_longer_than_a_day(
    value: str | None, seconds: float | None
) -> None:
    assert parse_retry_after(value, NOW) == seconds
