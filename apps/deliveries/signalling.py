"""What one attempt tells of its destination and its rule; pure."""

from datetime import datetime, timedelta
from typing import Any

from apps.actions.base import AttemptResult, Outcome
from apps.deliveries.breaker import Contact
from apps.deliveries.health import Signal
from apps.deliveries.states import DeliveryKind
from apps.tracking.personal import BY_FORM

SERVER_ERROR = 500
BUSY = frozenset({408, 421, 425, 429})
"""Answers of a server that works but takes nothing now; 421 is said by mail servers."""


def signal_of(row: Any, result: AttemptResult, ended_at: datetime) -> Signal:
    """Return what an attempt tells of its destination and its rule."""
    judgement = result.judgement
    is_failure = _counts_as_failure(row, judgement.outcome)
    failed_before = (row.destination_failures or 0) + (row.rule_failures or 0)
    return Signal(
        destination_id=row.destination_id,
        contact=_contact(result, ended_at),
        rule_id=row.rule_id,
        is_failure=is_failure,
        is_watched=failed_before > 0,
        disable_after=row.disable_after,
        # It goes into alerts, which leave the house: they name no person.
        message=BY_FORM.sentence(judgement.message) if is_failure else "",
        ended_at=ended_at,
    )


def _contact(result: AttemptResult, at: datetime) -> Contact | None:
    """Return whether the destination answered; ``None`` when it was not asked."""
    status, judgement = result.response_status, result.judgement
    is_in_trouble = status is None or status >= SERVER_ERROR or status in BUSY
    if judgement.outcome in (Outcome.RETRY, Outcome.AMBIGUOUS) and is_in_trouble:
        seconds = judgement.retry_after_seconds
        wait = None if seconds is None else timedelta(seconds=max(seconds, 0.0))
        return Contact(is_failure=True, at=at, retry_after=wait)
    if judgement.outcome is Outcome.SUCCESS or status is not None:
        return Contact(is_failure=False, at=at)
    return None


def _counts_as_failure(row: Any, outcome: Outcome) -> bool | None:
    if row.kind != DeliveryKind.LIVE or row.replay_id is not None:
        return None
    if outcome in (Outcome.SUCCESS, Outcome.SKIPPED, Outcome.UNDERWAY):
        return False
    if row.ticket and outcome in (Outcome.RETRY, Outcome.AMBIGUOUS):
        # The provider has it; that nobody could ask is the destination's trouble.
        return None
    return None if outcome is Outcome.AUTH else True
