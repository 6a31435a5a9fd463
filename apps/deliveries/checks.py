"""System checks: times that must be longer than others."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from apps.deliveries.leasing import (
    LONGEST_FORM_SECONDS,
    MARGIN_SECONDS,
    longest_attempt_seconds,
)


def check_times(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a lease that can end before its attempt, and a shift cut by the queue."""
    attempt = max(LONGEST_FORM_SECONDS, settings.OUTBOUND_DEADLINE_SECONDS)
    found: list[CheckMessage] = []
    if attempt + MARGIN_SECONDS > settings.DELIVERY_LEASE_SECONDS:
        found.append(
            Error(
                "DELIVERY_LEASE_SECONDS is too short: a second worker could take a "
                "delivery that is still being sent.",
                hint=f"Set it to at least {attempt + MARGIN_SECONDS:g} seconds.",
                id="deliveries.E001",
            )
        )
    longest_task = (
        settings.DELIVERY_SHIFT_SECONDS + longest_attempt_seconds() + MARGIN_SECONDS
    )
    if longest_task > settings.Q_CLUSTER["timeout"]:
        found.append(
            Error(
                "DELIVERY_SHIFT_SECONDS is too long: django-q2 would end the worker "
                "in the middle of its shift.",
                hint="Set it so that a shift, the longest attempt and "
                f"{MARGIN_SECONDS:g} seconds fit into {settings.Q_CLUSTER['timeout']} "
                "seconds.",
                id="deliveries.E002",
            )
        )
    return found
