"""What follows from an attempt: pure decisions.

The schedule is that of the Standard Webhooks specification; the wait before the first
attempt is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from apps.deliveries.states import (
    AttemptOutcome,
    DeliveryState,
    HeldReason,
)

DELAYS: Sequence[timedelta] = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""How long to wait after the first, second … attempt; after the last, it has failed."""

MAX_JITTER = 0.1
"""Jitter is only added, at most this share of the delay."""

MAX_RETRY_AFTER = timedelta(hours=24)

LONGEST_UNDERWAY = timedelta(hours=24)
"""After so long nobody asks any more what became of what a provider took."""


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt as far as the decision needs it.

    ``attempt`` counts from 1, or from when it was sent again by a person.
    ``repeats_ambiguous`` tells whether the action may run twice, ``jitter`` is a
    random number in [0, 1), ``expires_at`` the end of the action's freshness limit. A
    test (``is_test``) shows its result to somebody and is over. ``underway_since``
    tells that the attempt only asked for what the provider took before, and
    ``poll_after_seconds`` when the next one asks.
    """

    outcome: str
    attempt: int
    finished_at: datetime
    repeats_ambiguous: bool
    has_connection: bool
    delays: Sequence[timedelta] = DELAYS
    jitter: float = 0.0
    retry_after_seconds: float | None = None
    expires_at: datetime | None = None
    is_test: bool = False
    underway_since: datetime | None = None
    poll_after_seconds: float | None = None

    @property
    def is_underway(self) -> bool:
        """Tell whether the provider has it: from now on it is only asked for."""
        is_taken = self.outcome == AttemptOutcome.UNDERWAY
        return is_taken or self.underway_since is not None


@dataclass(frozen=True, slots=True)
class NextStep:
    """The state a delivery goes to; ``due_at`` when it is tried again."""

    state: str
    reason: str = ""
    due_at: datetime | None = None


FINAL_STEPS = {
    AttemptOutcome.SUCCESS: NextStep(DeliveryState.DELIVERED),
    AttemptOutcome.SKIPPED: NextStep(DeliveryState.SUPPRESSED, "nothing_to_send"),
    AttemptOutcome.PERMANENT: NextStep(DeliveryState.FAILED),
}
MAY_HAVE_BEEN_SENT = (AttemptOutcome.AMBIGUOUS, AttemptOutcome.UNKNOWN)


def delays_of(seconds: Sequence[int] | None) -> Sequence[timedelta]:
    """Return the schedule of a rule; none of its own is the standard one."""
    if seconds is None:
        return DELAYS
    return tuple(timedelta(seconds=one) for one in seconds)


def next_step(tried: Tried) -> NextStep:
    """Return what becomes of a delivery after ``tried``."""
    outcome = AttemptOutcome(tried.outcome)
    if outcome in FINAL_STEPS or tried.is_test:
        return FINAL_STEPS.get(outcome, NextStep(DeliveryState.FAILED))
    if outcome == AttemptOutcome.AUTH:
        held = NextStep(DeliveryState.HELD, HeldReason.CONNECTION_AUTH)
        return held if tried.has_connection else NextStep(DeliveryState.FAILED)
    if tried.is_underway:
        return _next_poll(tried)
    if outcome in MAY_HAVE_BEEN_SENT and not tried.repeats_ambiguous:
        return NextStep(DeliveryState.HELD, HeldReason.AMBIGUOUS)
    due_at = next_due(tried)
    if due_at is None or (tried.expires_at is not None and due_at > tried.expires_at):
        return NextStep(DeliveryState.FAILED)
    return NextStep(DeliveryState.RETRYING, due_at=due_at)


def _next_poll(tried: Tried) -> NextStep:
    """Ask again: that changes nothing, so it may run twice and uses up no retry."""
    wait = tried.poll_after_seconds
    if tried.outcome == AttemptOutcome.UNKNOWN:
        wait = 0.0
    since = tried.underway_since or tried.finished_at
    if wait is None or tried.finished_at - since > LONGEST_UNDERWAY:
        return NextStep(DeliveryState.HELD, HeldReason.AMBIGUOUS)
    asked = timedelta(seconds=max(tried.retry_after_seconds or 0.0, wait))
    due_at = tried.finished_at + min(asked, MAX_RETRY_AFTER)
    return NextStep(DeliveryState.RETRYING, due_at=due_at)


def next_due(tried: Tried) -> datetime | None:
    """Return when to try again, ``None`` when the schedule is exhausted.

    Never earlier than the schedule and never earlier than ``Retry-After`` asks, which
    counts up to 24 hours.
    """
    if tried.outcome == AttemptOutcome.UNKNOWN and tried.attempt == 1:
        # Our worker died, not the partner: there is nothing to wait for.
        return tried.finished_at
    if tried.attempt > len(tried.delays):
        return None
    delay = tried.delays[tried.attempt - 1]
    delay += delay * MAX_JITTER * tried.jitter
    asked = timedelta(seconds=max(tried.retry_after_seconds or 0.0, 0.0))
    return tried.finished_at + max(delay, min(asked, MAX_RETRY_AFTER))
