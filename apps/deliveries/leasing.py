"""How long a claimed delivery belongs to the worker that claimed it.

A claim leases for ``settings.DELIVERY_LEASE_SECONDS``, so that what a killed worker
left is taken over soon. An action that may wait longer for its answer (an auction of
leads) gets a longer lease before its attempt begins.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from apps.actions import registry
from apps.actions.base import Action
from apps.core.sql import direct_cursor, one_line

MARGIN_SECONDS = 10.0
LONGEST_FORM_SECONDS = 30.0
"""The longest deadline that an action's form allows (see ``ping_url``)."""

EXTEND = one_line("""
UPDATE deliveries_delivery d SET lease_until = v.until
  FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[]) AS v(id, token, until)
 WHERE d.id = v.id AND d.lease_token = v.token
""")


def attempt_seconds(action: Action) -> float:
    """Return how long one attempt of ``action`` may take."""
    usual = max(LONGEST_FORM_SECONDS, settings.OUTBOUND_DEADLINE_SECONDS)
    return float(max(action.deadline_seconds or 0.0, usual))


def longest_attempt_seconds() -> float:
    """Return how long an attempt of any action may take."""
    return max(attempt_seconds(action) for action in registry.all_actions())


def longest_lease_seconds() -> float:
    """Return after how long no attempt that was begun can still be unfinished."""
    longest = longest_attempt_seconds() + MARGIN_SECONDS
    return max(longest, float(settings.DELIVERY_LEASE_SECONDS))


def extend(claimed: Iterable[tuple[Any, Action]], now: datetime) -> None:
    """Lease for longer what may take longer; no statement when there is none."""
    long = [
        (row, now + timedelta(seconds=seconds))
        for row, action in claimed
        if (seconds := attempt_seconds(action) + MARGIN_SECONDS)
        > settings.DELIVERY_LEASE_SECONDS
    ]
    if not long:
        return
    with direct_cursor() as cursor:
        cursor.execute(
            EXTEND,
            (
                [row.id for row, _ in long],
                [row.lease_token for row, _ in long],
                [until for _, until in long],
            ),
        )
