"""Several clusters share one database: each does its part, none does another's."""

from collections import Counter
from collections.abc import Iterator

import pytest

from apps.core.processes import Child, stop
from apps.deliveries.models import Attempt, Delivery
from tests.deliveries.clusters import (
    arrivals,
    is_everything_finished,
    plan_deliveries,
    processes_of,
    start_worker,
    wait_until,
)
from tests.redis_server import running_redis
from tests.sink import Sink, running_sink

COUNT = 1_500
CLUSTERS = 3
# Slow enough that one cluster cannot be done before the others have started.
SMALL = {"WORKERS": "1", "DELIVERY_THREADS": "8"}

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.fixture
def sink() -> Iterator[Sink]:
    """Return a partner that takes its time."""
    with running_sink() as found:
        found.seconds = 0.04
        yield found


@pytest.fixture(params=["database", pytest.param("redis", marks=pytest.mark.redis)])
def queue(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """Return the environment that chooses a queue."""
    if request.param == "database":
        yield {}
        return
    with running_redis() as server:
        yield {"QUEUE_REDIS_URL": server.url}


def deliver_everything(environment: dict[str, str]) -> list[int]:
    """Run the clusters until all is delivered; return how many each sent."""
    workers = [start_worker(**SMALL, **environment) for _ in range(CLUSTERS)]
    try:
        wait_until(is_everything_finished, 60)
        return [attempts_of(worker) for worker in workers]
    finally:
        stop(workers)


def attempts_of(worker: Child) -> int:
    """Return how many attempts the processes of a cluster made."""
    pids = set(processes_of(worker))
    by = Counter(Attempt.objects.values_list("worker", flat=True))
    return sum(n for name, n in by.items() if int(name.rpartition("/")[2]) in pids)


def test_three_clusters_deliver_everything_once_and_each_takes_part(
    sink: Sink, queue: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    plan_deliveries(sink, COUNT)

    shares = deliver_everything(queue)

    with capsys.disabled():
        print(f"\nattempts by cluster ({'redis' if queue else 'database'}): {shares}")
    arrived = arrivals(sink)
    assert (len(arrived), arrived.total()) == (COUNT, COUNT)
    assert set(Delivery.objects.values_list("state", "attempts")) == {("delivered", 1)}
    assert set(Attempt.objects.values_list("number", "outcome")) == {(1, "success")}
    assert (sum(shares), Attempt.objects.count()) == (COUNT, COUNT)
    assert min(shares) > 0
