"""A whole cluster is killed in the middle of its work, and nothing is lost."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from apps.core.processes import stop
from apps.core.sql import rows_of
from apps.deliveries import sweeping
from apps.deliveries.draining import FLUSH_RESULTS
from apps.deliveries.models import Attempt, Delivery
from apps.deliveries.waking import wake
from tests.deliveries.clusters import (
    arrivals,
    is_everything_finished,
    kill,
    plan_deliveries,
    start_worker,
    wait_until,
)
from tests.sink import Sink, running_sink

COUNT = 500
# Two workers: what their threads send, and results not written yet.
MOST_IN_FLIGHT = 2 * (64 + FLUSH_RESULTS)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.fixture
def sink() -> Iterator[Sink]:
    """Return a partner that takes its time."""
    with running_sink() as found:
        found.seconds = 0.15
        yield found


def wait_for_its_last_statements() -> None:
    """Wait until the database is done with what a killed process had begun.

    A claim that the server finishes after its client's death has a whole lease.
    """
    running = """
        SELECT count(*) AS found FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()
           AND backend_type = 'client backend' AND state <> 'idle'
    """
    while rows_of(running, ())[0].found:
        time.sleep(0.05)


def kill_in_the_middle(sink: Sink) -> int:
    """Start a worker, kill it at a fifth of the work; return how many it had."""
    wake()
    worker = start_worker()
    while len(sink.received) < COUNT // 5:
        time.sleep(0.01)
    kill(worker)
    wait_for_its_last_statements()
    # The leases of the dead run out; a test need not wait a minute for that.
    past = timezone.now() - timedelta(seconds=1)
    return Delivery.objects.filter(state="sending").update(lease_until=past)


def test_a_killed_cluster_loses_nothing_and_repeats_little(
    sink: Sink, capsys: pytest.CaptureFixture[str]
) -> None:
    """DESIGN §4.3, §4.4: every delivery ends, every claim has an attempt."""
    plan_deliveries(sink, COUNT)
    interrupted = kill_in_the_middle(sink)
    sweeping.sweep(now=timezone.now())
    worker = start_worker()
    try:
        wait_until(is_everything_finished, 60)
    finally:
        stop([worker])

    states = Counter(Delivery.objects.values_list("state", flat=True))
    arrived = arrivals(sink)
    duplicates = arrived.total() - len(arrived)
    with capsys.disabled():
        print(f"\nkilled with {interrupted} in flight: {duplicates} duplicates")
    assert states == {"delivered": COUNT}
    assert len(arrived) == COUNT
    assert duplicates <= interrupted <= MOST_IN_FLIGHT
    assert Attempt.objects.count() == sum(
        Delivery.objects.values_list("attempts", flat=True)
    )
