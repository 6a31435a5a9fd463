"""The constraints of what was pruned."""

from datetime import timedelta

import pytest

from apps.retention.models import Pruning
from tests.constraints.refusing import refused_by
from tests.factories import NOON

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_each_part_of_the_log_is_pruned_once_a_day_and_ends_after_it_began() -> None:
    Pruning.objects.create(table="events", until=NOON - DAY, started_at=NOON)

    with refused_by("pruning_once_for_each_day"):
        Pruning.objects.create(table="events", until=NOON - DAY, started_at=NOON)
    with refused_by("pruning_ends_after_it_began"):
        Pruning.objects.create(
            table="clicks", until=NOON, started_at=NOON, finished_at=NOON - DAY
        )
