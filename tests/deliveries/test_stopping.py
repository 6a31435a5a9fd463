"""SIGTERM to a worker: what is being sent ends in peace, and nothing more begins."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from uuid import UUID

import pytest

from apps.core.processes import Child, stop
from apps.deliveries.draining import AHEAD_SHARE
from apps.deliveries.models import Attempt, Delivery, WorkerShift
from apps.deliveries.shifts import worker_name
from tests.deliveries.clusters import (
    arrivals,
    is_everything_finished,
    plan_deliveries,
    processes_of,
    start_worker,
    wait_until,
)
from tests.sink import Sink, running_sink

COUNT = 400
THREADS = 16
EXIT_SECONDS = 2.0
"""How much longer than its longest attempt a worker may take to stop."""

SMALL = {"WORKERS": "2", "DELIVERY_THREADS": str(THREADS)}

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.fixture
def sink() -> Iterator[Sink]:
    """Return a partner that takes its time."""
    with running_sink() as found:
        found.seconds = 1.5
        yield found


def terminate(worker: Child) -> None:
    """Tell the supervisor, as Docker does."""
    os.kill(worker.process.pid, signal.SIGTERM)


def terminate_all(worker: Child) -> None:
    """Tell every process at once, as systemd does."""
    for pid in [worker.process.pid, *processes_of(worker)]:
        os.kill(pid, signal.SIGTERM)


def sending() -> set[UUID]:
    """Return the deliveries that are being sent."""
    return set(Delivery.objects.filter(state="sending").values_list("pk", flat=True))


def stop_at(in_flight: int, tell: Callable[[Child], None]) -> tuple[set[UUID], float]:
    """Stop a busy worker; return what it was sending, and how long stopping took."""
    worker = start_worker(**SMALL)
    try:
        wait_until(lambda: len(sending()) >= in_flight, 30)
        time.sleep(0.3)
        interrupted, told_at = sending(), time.monotonic()
        tell(worker)
        worker.process.wait(timeout=30)
        return interrupted, time.monotonic() - told_at
    finally:
        stop([worker])


@pytest.mark.parametrize("tell", [terminate, terminate_all])
def test_what_is_being_sent_is_finished_and_nothing_more_is_claimed(
    sink: Sink, tell: Callable[[Child], None], capsys: pytest.CaptureFixture[str]
) -> None:
    plan_deliveries(sink, COUNT)

    interrupted, seconds = stop_at(2 * THREADS, tell)

    with capsys.disabled():
        print(f"\n{tell.__name__}: {len(interrupted)} in flight, {seconds:.2f} s")
    done = set(Attempt.objects.values_list("delivery_id", flat=True))
    # What was claimed ahead and not begun is given back.
    assert len(interrupted - done) <= 2 * THREADS // AHEAD_SHARE
    assert set(Attempt.objects.values_list("outcome", flat=True)) == {"success"}
    assert arrivals(sink) == {str(pk): 1 for pk in done}
    assert set(Delivery.objects.values_list("state", "attempts")) == {
        ("delivered", 1),
        ("pending", 0),
    }
    assert seconds < sink.seconds + EXIT_SECONDS


def test_a_partner_that_never_answers_delays_the_exit_until_the_deadline(
    sink: Sink, capsys: pytest.CaptureFixture[str]
) -> None:
    sink.seconds = 60
    plan_deliveries(sink, COUNT, timeout_seconds=3)

    # One that never answered gets only a part of the threads.
    interrupted, seconds = stop_at(THREADS // 2, terminate)

    with capsys.disabled():
        print(f"\nno answer: {len(interrupted)} in flight, {seconds:.2f} s")
    ended = Attempt.objects.filter(delivery_id__in=interrupted)
    assert ended.count() == len(interrupted) > 0
    assert set(ended.values_list("number", "outcome")) == {(1, "ambiguous")}
    assert not sending()
    assert seconds < 3 + EXIT_SECONDS


def shifts_of(worker: Child) -> set[tuple[str, datetime]]:
    """Return who of a cluster works, and since when."""
    names = [worker_name(pid) for pid in processes_of(worker)]
    found = WorkerShift.objects.filter(worker__in=names, ended_at=None)
    return set(found.values_list("worker", "started_at"))


def test_the_cluster_next_door_goes_on_with_its_shift(sink: Sink) -> None:
    sink.seconds = 0.3
    plan_deliveries(sink, COUNT)
    stopped, other = start_worker(**SMALL), start_worker(**SMALL)
    try:
        wait_until(lambda: bool(shifts_of(stopped) and shifts_of(other)), 30)
        before = shifts_of(other)
        terminate(stopped)
        stopped.process.wait(timeout=30)
        after = shifts_of(other)
        wait_until(is_everything_finished, 20)
    finally:
        stop([stopped, other])

    assert before <= after
    assert arrivals(sink).total() == len(arrivals(sink)) == COUNT
