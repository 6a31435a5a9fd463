"""When a delivery is tried again, and when it is not: pure decisions."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.deliveries.retries import DELAYS, MAX_RETRY_AFTER, Tried, next_due, next_step
from tests.factories import NOON


def tried(**changes: Any) -> Tried:
    """Return a first attempt that was not accepted, of an action that may repeat."""
    values: dict[str, Any] = {
        "outcome": "retry",
        "attempt": 1,
        "finished_at": NOON,
        "repeats_ambiguous": True,
        "has_connection": False,
    }
    return Tried(**{**values, **changes})


def test_the_schedule_lasts_seventy_five_hours() -> None:
    """DESIGN §8: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h."""
    waits = [next_step(tried(attempt=n)).due_at for n in range(1, 10)]

    assert [due - NOON for due in waits if due] == list(DELAYS)
    assert sum(DELAYS, timedelta()) == timedelta(hours=75, minutes=35, seconds=5)
    assert next_step(tried(attempt=10)).state == "failed"


@pytest.mark.parametrize(
    ("changes", "state", "reason"),
    [
        ({"outcome": "success"}, "delivered", ""),
        ({"outcome": "skipped"}, "suppressed", "nothing_to_send"),
        ({"outcome": "permanent"}, "failed", ""),
        ({"outcome": "auth"}, "failed", ""),
        ({"outcome": "auth", "has_connection": True}, "held", "connection_auth"),
        ({"outcome": "ambiguous"}, "retrying", ""),
        ({"outcome": "ambiguous", "repeats_ambiguous": False}, "held", "ambiguous"),
        ({"outcome": "unknown", "repeats_ambiguous": False}, "held", "ambiguous"),
        ({"expires_at": NOON + timedelta(seconds=4)}, "failed", ""),
        ({"outcome": "underway", "poll_after_seconds": 1.0}, "retrying", ""),
        ({"outcome": "underway"}, "held", "ambiguous"),
        ({"outcome": "underway", "is_test": True}, "failed", ""),
    ],
)
def test_each_outcome_leads_to_its_state(
    changes: dict[str, Any], state: str, reason: str
) -> None:
    step = next_step(tried(**changes))

    assert (step.state, step.reason) == (state, reason)


def test_after_a_dead_worker_nobody_waits() -> None:
    assert next_step(tried(outcome="unknown")).due_at == NOON


def asked(**changes: Any) -> Tried:
    """Return an attempt that asked, of an action that must not run twice."""
    given = {"attempt": 99, "repeats_ambiguous": False, "underway_since": NOON}
    return tried(**{**given, **changes})


@pytest.mark.parametrize(
    ("changes", "wait"),
    [
        ({"outcome": "underway", "poll_after_seconds": 2.0}, 2),
        ({"outcome": "retry", "poll_after_seconds": 2.0}, 2),
        ({"poll_after_seconds": 2.0, "retry_after_seconds": 60.0}, 60),
        ({"poll_after_seconds": 2.0, "retry_after_seconds": 10.0**9}, 86_400),
        ({"outcome": "unknown"}, 0),
    ],
)
def test_a_question_is_asked_again_whatever_the_schedule_says(
    changes: dict[str, Any], wait: int
) -> None:
    step = next_step(asked(**changes))

    assert step.state == "retrying"
    assert step.due_at == NOON + timedelta(seconds=wait)


def test_a_question_that_cannot_be_asked_again_is_held() -> None:
    after_a_day = NOON + timedelta(hours=24, seconds=1)

    refused = next_step(asked(outcome="ambiguous", repeats_ambiguous=True))
    late = next_step(asked(poll_after_seconds=2.0, finished_at=after_a_day))
    dying = next_step(asked(outcome="unknown", finished_at=after_a_day))

    assert {(one.state, one.reason) for one in (refused, late, dying)} == {
        ("held", "ambiguous")
    }


@given(
    attempt=st.integers(1, len(DELAYS)),
    jitter=st.floats(0, 1, exclude_max=True),
    retry_after=st.none() | st.floats(-10, 10**9),
)
def test_a_retry_is_never_early_and_never_more_than_a_tenth_late(
    attempt: int, jitter: float, retry_after: float | None
) -> None:
    """Reliability §2.7: jitter only added, Retry-After a floor capped at 24 h."""
    due = next_due(
        tried(attempt=attempt, jitter=jitter, retry_after_seconds=retry_after)
    )

    delay = DELAYS[attempt - 1]
    asked = min(timedelta(seconds=max(retry_after or 0, 0)), MAX_RETRY_AFTER)
    assert due is not None
    assert max(delay, asked) <= due - NOON <= max(delay * 1.1, asked)
