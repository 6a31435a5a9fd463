"""The circuit breaker of a destination: pure decisions about when to try it.

Closed, everything goes. After so many failures in a row it opens: nothing goes until
``retry_at``. Then it is half open: one request goes, and its result decides. Waiting
for an open breaker uses up no attempt of a delivery.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from apps.deliveries.states import BreakerState

FAILURES_TO_OPEN = 10
OPEN_FOR = timedelta(seconds=30)
OPEN_AT_MOST = timedelta(minutes=15)
"""Each failed try doubles the time, up to this; ``Retry-After`` can ask for more."""

MAX_RETRY_AFTER = timedelta(hours=24)
PROBE_FOR = timedelta(seconds=60)
"""A try without a result is given up after this: its worker died."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """What is known of a destination. ``trips`` counts openings without a success."""

    state: str = BreakerState.CLOSED.value
    failures: int = 0
    trips: int = 0
    retry_at: datetime | None = None

    def is_due_for_probe(self, now: datetime) -> bool:
        """Tell whether one request may try whether the destination answers again."""
        return self.retry_at is not None and self.retry_at <= now

    @property
    def is_closed(self) -> bool:
        """Tell whether everything goes."""
        return self.state == BreakerState.CLOSED

    def probing(self, now: datetime) -> "Breaker":
        """Return the breaker while one request tries."""
        return replace(
            self, state=BreakerState.HALF_OPEN.value, retry_at=now + PROBE_FOR
        )

    def succeeded(self) -> "Breaker":
        """Return the breaker after an answer: whatever was, it answers now."""
        return CLOSED

    def failed(self, now: datetime, retry_after: timedelta | None = None) -> "Breaker":
        """Return the breaker after a failure; one more of an open one tells nothing."""
        if self.state == BreakerState.OPEN:
            return self
        failures = self.failures + 1
        if self.state == BreakerState.CLOSED and failures < FAILURES_TO_OPEN:
            return replace(self, failures=failures)
        wait = min(OPEN_FOR * 2 ** min(self.trips, 10), OPEN_AT_MOST)
        asked = min(retry_after or timedelta(), MAX_RETRY_AFTER)
        return Breaker(
            state=BreakerState.OPEN.value,
            failures=failures,
            trips=self.trips + 1,
            retry_at=now + max(wait, asked),
        )


CLOSED = Breaker()


@dataclass(frozen=True, slots=True)
class Contact:
    """One attempt as far as it tells whether the destination answers."""

    is_failure: bool
    at: datetime
    retry_after: timedelta | None = None


def after(breaker: Breaker, contacts: Iterable[Contact]) -> Breaker:
    """Return ``breaker`` after ``contacts``, in the order they ended."""
    for contact in contacts:
        if contact.is_failure:
            breaker = breaker.failed(contact.at, contact.retry_after)
        else:
            breaker = breaker.succeeded()
    return breaker
