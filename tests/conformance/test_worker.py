"""Every kind at once, sent by real worker processes."""

import pytest

from apps.core.processes import stop
from apps.deliveries.models import Attempt, Delivery
from tests.conformance import cases
from tests.conformance.case import load_cases
from tests.conformance.world import lead, plant
from tests.deliveries.clusters import is_everything_finished, start_worker, wait_until
from tests.fakes.server import Fakes

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_wake_ups"),
]


def test_a_worker_serves_every_kind(fakes: Fakes) -> None:
    """R78-R92: real processes, rules and connections; one attempt and effect each."""
    planted = [plant(case, fakes) for case in load_cases(cases)]
    for number, one in enumerate(planted):
        lead(
            one,
            f"T-{number}",
            email=f"a{number}@x.example",
            phone=f"41555526{number:02}",
        )

    worker = start_worker()
    try:
        wait_until(is_everything_finished, seconds=60)
    finally:
        stop([worker])

    ends = {d.rule.name: (d.state, d.message) for d in Delivery.objects.all()}
    assert {end for end, _ in ends.values()} == {"delivered"}, ends
    assert Attempt.objects.count() == sum(one.case.attempts for one in planted)
    assert all(one.effects for one in planted)
