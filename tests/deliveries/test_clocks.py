"""What a worker host does whose clock is wrong: nothing else than the others."""

from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone
from django_q.models import Schedule

from apps.core.queue import put_schedules_right
from apps.deliveries.clock import database_now
from apps.ingest import tasks as ingest_tasks
from apps.reports import tasks as report_tasks

pytestmark = pytest.mark.django_db

SWEEP = "apps.deliveries.tasks.sweep"
AN_HOUR = timedelta(hours=1)
A_SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("moved", [AN_HOUR, -AN_HOUR])
def test_a_schedule_that_a_wrong_clock_moved_is_due_by_every_clock(
    moved: timedelta,
) -> None:
    Schedule.objects.filter(func=SWEEP).update(next_run=database_now() + moved)
    Schedule.objects.exclude(func=SWEEP).update(next_run=database_now())

    count = put_schedules_right()

    assert count == 1
    assert Schedule.objects.get(func=SWEEP).next_run < database_now() - 20 * AN_HOUR


def test_schedules_that_are_due_within_their_time_are_left_alone() -> None:
    Schedule.objects.update(next_run=database_now() + timedelta(minutes=1))

    assert put_schedules_right() == 0


@pytest.mark.parametrize(
    ("called", "task"),
    [
        ("apps.ingest.tasks.release_holds", ingest_tasks.end_holds),
        ("apps.reports.tasks.roll_up", report_tasks.roll_up_hours),
    ],
)
def test_what_runs_every_minute_goes_by_the_clock_of_the_database(
    called: str, task: Callable[[], None]
) -> None:
    ahead = timezone.now() + AN_HOUR
    with (
        patch(called) as function,
        patch("django.utils.timezone.now", return_value=ahead),
    ):
        task()

    call = function.call_args
    now = call.args[0] if call.args else call.kwargs["now"]
    assert abs(now - database_now()) < A_SECOND
