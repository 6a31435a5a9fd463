"""Days of attempts are made ahead and dropped, and no row is lost on the way."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from django.db import connection

from apps.deliveries.models import Attempt, Delivery
from apps.retention import partitions
from apps.retention.models import Pruning
from apps.retention.pruning import prune
from tests.factories import make_offer, make_rule
from tests.retention.test_pruning import run, went
from tests.retention.threads import holding, in_another_connection
from tests.retention.world import DAY, NOW, attempt_at, delivery_at, event_at

pytestmark = pytest.mark.django_db(transaction=True)
LATER = NOW + 100 * DAY
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _days_as_they_were() -> Iterator[None]:
    """Leave today's days to other tests."""
    yield
    Attempt.objects.all().delete()
    wanted = {datetime.now(UTC).date() + n * DAY for n in range(partitions.AHEAD + 1)}
    for one in partitions.partitions():
        if one.starts_at is None or one.starts_at.date() not in wanted:
            partitions.drop(one)
    partitions.add_days(datetime.now(UTC))


@pytest.fixture
def delivery() -> Delivery:
    offer = make_offer()
    return delivery_at(make_rule(offer), event_at(offer, NOW), NOW, "held")


def days_of(moment: datetime) -> set[str]:
    days = (moment + number * DAY for number in range(partitions.AHEAD + 1))
    return {f"deliveries_attempt_{day:%Y%m%d}" for day in days}


def names() -> set[str]:
    return {one.name for one in partitions.partitions()}


def rows_in(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def test_a_week_of_days_exists_before_it_begins_and_is_made_once() -> None:
    left = partitions.add_days(LATER)
    made = names()
    again = partitions.add_days(LATER)

    assert days_of(LATER) <= made
    assert (left, again, names()) == ([], [], made)


def test_rows_of_a_day_that_was_not_made_in_time_move_into_it(
    delivery: Delivery,
) -> None:
    moved, kept = (
        attempt_at(delivery, LATER + HOUR),
        attempt_at(delivery, LATER - 30 * DAY, 2),
    )

    partitions.add_days(LATER)

    assert rows_in("deliveries_attempt_default") == 1
    assert rows_in(f"deliveries_attempt_{LATER:%Y%m%d}") == 1
    assert list(Attempt.objects.order_by("number")) == [moved, kept]


def test_a_day_of_which_many_rows_came_already_stays_in_the_default_partition(
    delivery: Delivery,
) -> None:
    """Moving them would keep workers waiting; they go one by one when it is over."""
    for number in range(1, 5):
        attempt_at(delivery, LATER + number * HOUR, number)

    with patch.object(partitions, "MOVED_AT_ONCE", 3):
        left = partitions.add_days(LATER)
    stayed = rows_in("deliveries_attempt_default")
    prune(clock=lambda: LATER + 32 * DAY)

    assert left == [LATER.replace(hour=0)]
    assert days_of(LATER) - names() >= {f"deliveries_attempt_{LATER:%Y%m%d}"}
    assert (stayed, Attempt.objects.count(), went()) == (4, 0, {"attempts": 4})


def test_days_that_are_over_are_dropped_with_what_they_hold(
    delivery: Delivery,
) -> None:
    partitions.add_days(LATER)
    first = attempt_at(delivery, LATER + HOUR)
    last = attempt_at(delivery, LATER + DAY + HOUR, 2)

    prune(clock=lambda: LATER + 31 * DAY)

    found = Pruning.objects.get(table="attempts")
    assert list(Attempt.objects.all()) == [last]
    assert first.pk != last.pk
    assert f"deliveries_attempt_{LATER:%Y%m%d}" not in names()
    assert f"deliveries_attempt_{LATER + DAY:%Y%m%d}" in names()
    assert (found.rows, found.bytes >= 8192, found.days_left) == (1, True, 0)


def test_a_day_that_somebody_reads_is_left_and_nobody_waits_behind(
    delivery: Delivery,
) -> None:
    """A long export of an old day: the drop gives up within seconds, goes next time."""
    partitions.add_days(LATER)
    attempt_at(delivery, LATER + HOUR)
    day = f"deliveries_attempt_{LATER:%Y%m%d}"

    with (
        holding(f"SELECT 1 FROM {day}"),
        in_another_connection(
            lambda number: attempt_at(delivery, LATER + DAY, number + 2)
        ) as busy,
    ):
        prune(clock=lambda: LATER + 31 * DAY)
    left = Pruning.objects.get(table="attempts").days_left
    was_left = day in names()
    prune(clock=lambda: LATER + 32 * DAY)

    assert left == 1
    assert was_left
    assert day not in names()
    assert busy.count > 0
    assert busy.longest_seconds < 1


def test_dropping_and_making_days_keeps_nobody_waiting(delivery: Delivery) -> None:
    """Attempts are recorded while five days go and eight are made."""
    partitions.add_days(LATER)
    for number in range(5):
        attempt_at(delivery, LATER + number * DAY, number + 1)

    with in_another_connection(
        lambda number: attempt_at(delivery, LATER + 6 * DAY, number + 10)
    ) as busy:
        prune(clock=lambda: LATER + 35 * DAY)
        time.sleep(0.1)

    assert went()["attempts"] == 5
    assert Attempt.objects.count() == busy.count > 0
    assert busy.longest_seconds < 1


def test_pruning_today_drops_no_day_of_the_last_month() -> None:
    before = names()

    run()

    assert names() == before
