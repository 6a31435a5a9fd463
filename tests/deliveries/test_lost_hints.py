"""A wake-up may be lost, and Redis with it: what is due is sent all the same."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from django_q.conf import Conf
from pytest_django import Settings
from redis import Redis

from apps.core.processes import stop
from apps.deliveries.models import Delivery, WorkerShift
from apps.deliveries.waking import wake
from tests.deliveries.clusters import plan_deliveries, start_worker, wait_until
from tests.redis_server import RedisServer, running_redis
from tests.sink import Sink

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]


@pytest.fixture
def server(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RedisServer]:
    """Return a Redis that carries the wake-ups of the tests too."""
    with running_redis() as found:
        settings.QUEUE_REDIS_URL = found.url
        monkeypatch.setattr(
            Conf, "BROKER_CLASS", "apps.core.redis_queue.RedisQueue", raising=True
        )
        yield found


def plan_for_later(sink: Sink, count: int) -> list[Delivery]:
    """Plan deliveries that ``seconds_to_send`` makes due, one by one."""
    plan_deliveries(sink, count)
    Delivery.objects.update(due_at=timezone.now() + timedelta(days=1))
    return list(Delivery.objects.all())


def seconds_to_send(delivery: Delivery, *, is_told: bool) -> float:
    """Make a delivery due while every worker rests, and wait until it is sent."""
    wait_until(lambda: not WorkerShift.objects.filter(ended_at=None).exists(), 20)
    started = time.monotonic()
    Delivery.objects.filter(pk=delivery.pk).update(due_at=timezone.now())
    if is_told:
        wake()
    wait_until(Delivery.objects.filter(pk=delivery.pk, state="delivered").exists, 20)
    return time.monotonic() - started


def messages_through(server: RedisServer) -> int:
    """Return how many messages were put into this Redis since its start."""
    with Redis.from_url(server.url) as client:
        stats = client.info("commandstats")
    return int(stats.get("cmdstat_rpush", {"calls": 0})["calls"])


def test_work_that_nobody_was_told_of_is_sent_within_seconds(
    sink: Sink, capsys: pytest.CaptureFixture[str]
) -> None:
    first, second = plan_for_later(sink, 2)
    worker = start_worker()
    try:
        seconds_to_send(first, is_told=True)
        # Further wake-ups, of the start, are used up meanwhile.
        time.sleep(1)
        seconds = seconds_to_send(second, is_told=False)
    finally:
        stop([worker])

    with capsys.disabled():
        print(f"\nwithout a wake-up: {seconds:.2f} s")
    assert seconds < 10


@pytest.mark.redis
def test_a_worker_outlives_its_redis_and_uses_the_next(
    sink: Sink, server: RedisServer, capsys: pytest.CaptureFixture[str]
) -> None:
    before, without, after, last = plan_for_later(sink, 4)
    worker = start_worker(QUEUE_REDIS_URL=server.url)
    try:
        seconds_to_send(before, is_told=True)
        time.sleep(1)
        assert messages_through(server) > 0
        server.kill()
        took = [seconds_to_send(without, is_told=True)]
        server.start()
        took.append(seconds_to_send(after, is_told=True))
        # After that everybody has noticed that it is back.
        time.sleep(3)
        took.append(seconds_to_send(last, is_told=True))
        through = messages_through(server)
    finally:
        stop([worker])

    with capsys.disabled():
        print("\nredis killed, started, used: " + ", ".join(f"{s:.2f} s" for s in took))
    assert max(took) < 3
    assert through > 0
    assert len(sink.received) == 4
