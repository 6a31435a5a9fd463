"""A whole cluster is killed in the middle of its work, and nothing is lost."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.core.ids import uuid7
from apps.core.processes import Child, start, stop
from apps.core.sql import rows_of
from apps.deliveries import sweeping
from apps.deliveries.draining import FLUSH_RESULTS
from apps.deliveries.models import Attempt, Delivery, Destination
from apps.deliveries.states import TERMINAL_STATES
from apps.deliveries.supervising import mark_of, marked_processes
from apps.deliveries.waking import wake
from tests.factories import (
    make_click,
    make_conversion,
    make_event,
    make_offer,
    make_rule,
)
from tests.sink import Sink, running_sink

COUNT = 500
# Two workers: what their threads send, and results not written yet.
MOST_IN_FLIGHT = 2 * (64 + FLUSH_RESULTS)
MANAGE = Path(settings.BASE_DIR) / "manage.py"

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.fixture
def sink() -> Iterator[Sink]:
    """Return a partner that takes its time."""
    with running_sink() as found:
        found.seconds = 0.15
        yield found


def start_worker() -> Child:
    """Start ``manage.py worker`` on the test's database."""
    database = connection.settings_dict
    host = database["HOST"] or database["OPTIONS"].get("host", "")
    user = f"{database['USER']}:{database['PASSWORD']}"
    port = f":{database['PORT']}" if database["PORT"] else ""
    url = f"postgres://{user}@{port}/{database['NAME']}?host={host}"
    environment = {
        "DATABASE_URL": url,
        "DEBUG": "true",
        "OUTBOUND_ALLOWED_NETWORKS": "127.0.0.0/8",
        "LOG_LEVEL": "ERROR",
    }
    return start("worker", [str(MANAGE), "worker"], environment=environment)


def kill(worker: Child) -> None:
    """Kill the supervisor and every process of its cluster, without a warning."""
    os.kill(worker.process.pid, signal.SIGKILL)
    worker.process.wait()
    mark = mark_of(MANAGE, worker.process.pid)
    for pid, found in list(marked_processes()):
        if found == mark:
            os.kill(pid, signal.SIGKILL)


def plan_deliveries(sink: Sink) -> None:
    """Plan ``COUNT`` deliveries that are due."""
    offer = make_offer()
    rule = make_rule(offer, url=f"{sink.url}/pb?tid={{transaction_id}}")
    click = make_click(offer)
    event = make_event(offer, click=click, conversion=make_conversion(offer))
    now = timezone.now()
    destination = Destination.objects.get_or_create(
        key=rule.revisions.get().snapshot["destination"]
    )[0]
    Delivery.objects.bulk_create(
        Delivery(
            rule=rule,
            revision=rule.revisions.get(),
            event=event,
            click=click,
            offer=offer,
            destination=destination,
            trigger_type="event",
            trigger_id=uuid7(),
            due_at=now,
            created_at=now,
        )
        for _ in range(COUNT)
    )


def wait_until_finished(seconds: float) -> None:
    """Wait until every delivery is terminal; return expired leases meanwhile."""
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        left = Delivery.objects.exclude(state__in=TERMINAL_STATES)
        if not left.exists():
            return
        time.sleep(0.2)


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
    plan_deliveries(sink)
    interrupted = kill_in_the_middle(sink)
    sweeping.sweep(now=timezone.now())
    worker = start_worker()
    try:
        wait_until_finished(60)
    finally:
        stop([worker])

    states = Counter(Delivery.objects.values_list("state", flat=True))
    arrivals = Counter(headers["X-Postback-Id"] for _, _, headers in sink.received)
    duplicates = sum(arrivals.values()) - len(arrivals)
    with capsys.disabled():
        print(f"\nkilled with {interrupted} in flight: {duplicates} duplicates")
    assert states == {"delivered": COUNT}
    assert len(arrivals) == COUNT
    assert duplicates <= interrupted <= MOST_IN_FLIGHT
    assert Attempt.objects.count() == sum(
        Delivery.objects.values_list("attempts", flat=True)
    )
