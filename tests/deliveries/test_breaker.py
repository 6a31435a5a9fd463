"""The breaker of a destination, against every sequence of answers and times."""

from datetime import datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from apps.deliveries.breaker import (
    CLOSED,
    FAILURES_TO_OPEN,
    MAX_RETRY_AFTER,
    OPEN_AT_MOST,
    OPEN_FOR,
    PROBE_FOR,
    Breaker,
    Contact,
    after,
)
from apps.deliveries.states import BreakerState
from tests.factories import NOON


def test_it_opens_after_so_many_failures_in_a_row() -> None:
    almost = after(CLOSED, [Contact(is_failure=True, at=NOON)] * (FAILURES_TO_OPEN - 1))
    opened = almost.failed(NOON)

    assert almost.is_closed
    assert opened.state == BreakerState.OPEN
    assert opened.retry_at == NOON + OPEN_FOR


def test_each_failed_try_doubles_the_wait_up_to_a_limit() -> None:
    breaker, waits = CLOSED, []
    for _ in range(FAILURES_TO_OPEN):
        breaker = breaker.failed(NOON)
    for _ in range(8):
        breaker = breaker.probing(NOON).failed(NOON)
        assert breaker.retry_at is not None
        waits.append(breaker.retry_at - NOON)

    assert waits[:3] == [OPEN_FOR * 2, OPEN_FOR * 4, OPEN_FOR * 8]
    assert waits[-1] == OPEN_AT_MOST


def test_retry_after_is_a_floor_of_the_wait() -> None:
    breaker = Breaker(failures=FAILURES_TO_OPEN - 1)

    asked = breaker.failed(NOON, timedelta(hours=2))
    absurd = breaker.failed(NOON, timedelta(days=400))

    assert asked.retry_at == NOON + timedelta(hours=2)
    assert absurd.retry_at == NOON + MAX_RETRY_AFTER


class BreakerMachine(RuleBasedStateMachine):
    """Any order of answers, failures, tries and waiting (DESIGN §8)."""

    def __init__(self) -> None:
        super().__init__()
        self.breaker = CLOSED
        self.now: datetime = NOON
        self.failures_in_a_row = 0

    @rule(seconds=st.integers(0, 4_000))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def answer(self) -> None:
        self.breaker = self.breaker.succeeded()
        self.failures_in_a_row = 0
        assert self.breaker == CLOSED

    @rule(asked=st.none() | st.integers(0, 10**9))
    def fail(self, asked: int | None) -> None:
        before = self.breaker
        wait = None if asked is None else timedelta(seconds=asked)
        self.breaker = before.failed(self.now, wait)
        self.failures_in_a_row += 1
        if before.state == BreakerState.OPEN:
            assert self.breaker == before
        if before.state == BreakerState.HALF_OPEN:
            assert self.breaker.state == BreakerState.OPEN
            assert self.breaker.trips == before.trips + 1

    @precondition(
        lambda self: (
            not self.breaker.is_closed and self.breaker.is_due_for_probe(self.now)
        )
    )
    @rule()
    def try_it(self) -> None:
        self.breaker = self.breaker.probing(self.now)
        assert self.breaker.state == BreakerState.HALF_OPEN
        # A second worker does not try at the same time …
        assert not self.breaker.is_due_for_probe(self.now)
        # … but does once the first must be dead.
        assert self.breaker.is_due_for_probe(self.now + PROBE_FOR)

    @invariant()
    def it_makes_sense(self) -> None:
        assert self.breaker.is_closed == (self.breaker.retry_at is None)
        assert not self.breaker.is_closed or self.breaker.failures < FAILURES_TO_OPEN
        assert self.breaker.is_closed or self.failures_in_a_row >= FAILURES_TO_OPEN
        if self.breaker.retry_at is not None:
            # Whatever happened, it is tried again within a day.
            assert self.breaker.retry_at <= self.now + MAX_RETRY_AFTER


TestBreakerMachine = BreakerMachine.TestCase
TestBreakerMachine.settings = settings(max_examples=150, stateful_step_count=40)
