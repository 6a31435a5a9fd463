"""Wake-ups are hints: few, skipped when needless, and never the truth."""

import os
import time
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from django.db import connections
from django_q.models import OrmQ, Schedule
from pytest_django import Settings

from apps.core.queue import enqueue
from apps.deliveries import shifts, waking
from apps.deliveries.checks import check_times
from apps.deliveries.models import WorkerShift

pytestmark = pytest.mark.django_db


def test_a_wake_up_is_one_message() -> None:
    waking.wake_unless_accepting()

    assert OrmQ.objects.count() == 1


def test_a_shift_that_looks_by_itself_needs_no_wake_up() -> None:
    now = datetime.now(UTC)
    shifts.begin(now=now)

    waking.wake_unless_accepting()

    assert OrmQ.objects.count() == 0


@pytest.mark.parametrize("how", ["ended", "dead", "busy"])
def test_a_shift_that_does_not_look_any_more_is_no_reason_to_skip(how: str) -> None:
    now = datetime.now(UTC)
    if how == "dead":
        shifts.begin(now=now - timedelta(seconds=30))
    else:
        shifts.begin(now=now)
    if how == "ended":
        shifts.end(now=now)
    if how == "busy":
        shifts.beat(is_accepting=False, now=now)

    waking.wake_unless_accepting()

    assert OrmQ.objects.count() == 1


def test_a_process_has_one_row_for_all_of_its_shifts() -> None:
    now = datetime.now(UTC)
    shifts.begin(now=now)
    works = shifts.are_working([os.getpid()])
    shifts.end(now=now)
    rests = shifts.are_working([os.getpid()])
    shifts.begin(now=now)

    assert (works, rests) == (True, False)
    assert WorkerShift.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_burst_of_requests_sends_few_wake_ups() -> None:
    """DESIGN §8: at most one per process and 25 ms; nobody waits for it."""
    with patch("apps.deliveries.waking.wake_unless_accepting") as sent:
        started = time.perf_counter()
        for _ in range(1_000):
            waking.request_wake_up()
        took = time.perf_counter() - started
        time.sleep(0.2)

    assert 1 <= sent.call_count <= 2 + took / waking.PAUSE_SECONDS
    connections.close_all()


def test_arguments_that_the_queue_would_swallow_are_refused() -> None:
    with pytest.raises(ValueError, match="group"):
        enqueue("apps.deliveries.tasks.sweep", group="x")


def test_the_sweep_is_scheduled_every_minute() -> None:
    schedule = Schedule.objects.get(func="apps.deliveries.tasks.sweep")

    assert (schedule.schedule_type, schedule.minutes, schedule.repeats) == ("I", 1, -1)


def test_a_lease_shorter_than_an_attempt_is_an_error(settings: Settings) -> None:
    assert check_times(None) == []
    settings.DELIVERY_LEASE_SECONDS = 30
    settings.DELIVERY_SHIFT_SECONDS = 170

    assert [found.id for found in check_times(None)] == [
        "deliveries.E001",
        "deliveries.E002",
    ]
