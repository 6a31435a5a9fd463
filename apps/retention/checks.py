"""System check: nothing may go that the product itself still looks at."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

LEAST_DAYS = {
    # The nightly check compares deliveries of a week with their attempts.
    "attempts": 9,
    # Hourly sums are counted again for some days, the first time for two weeks.
    "deliveries": 16,
    "events": 16,
    "clicks": 1,
    "refused_requests": 1,
}


def check_days(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse to keep anything for a shorter time than it is looked at."""
    return [
        Error(
            f"RETENTION_DAYS_{name.upper()} is {days}: too short, or no time at all.",
            hint=f"Set it to at least {LEAST_DAYS[name]}, or to 0 to keep them for "
            "ever.",
            id="retention.E001",
        )
        for name, days in settings.RETENTION_DAYS.items()
        if days != 0 and days < LEAST_DAYS[name]
    ]
