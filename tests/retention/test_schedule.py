"""Pruning runs by itself."""

import pytest
from django_q.models import Schedule

pytestmark = pytest.mark.django_db


def test_it_runs_every_night() -> None:
    schedule = Schedule.objects.get(name="Retention: prune")

    assert (schedule.schedule_type, schedule.repeats) == ("D", -1)
    assert schedule.func == "apps.retention.tasks.prune_log"
