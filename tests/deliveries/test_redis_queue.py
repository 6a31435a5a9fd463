"""Redis is an optional broker: faster while it answers, not missed while it does not."""

import logging
import socket
import time
from collections.abc import Iterator

import pytest
from django_q.models import OrmQ
from pytest_django import Settings

from apps.core import checks
from apps.core.redis_queue import CONNECT_SECONDS, Line, RedisQueue
from tests.redis_server import RedisServer, running_redis

pytestmark = [pytest.mark.django_db, pytest.mark.redis]


@pytest.fixture
def server(settings: Settings) -> Iterator[RedisServer]:
    """Return a Redis that the settings name."""
    with running_redis() as found:
        settings.QUEUE_REDIS_URL = found.url
        yield found


def after_the_rest(queue: RedisQueue) -> None:
    """Forget that Redis did not answer a moment ago."""
    queue.connection._rests_until = 0.0


@pytest.mark.usefixtures("server")
def test_messages_wait_in_redis_and_come_back_in_order() -> None:
    queue = RedisQueue("tests")
    queue.enqueue("first")
    queue.enqueue("second")

    waiting = queue.queue_size()
    taken = [queue.dequeue(), queue.dequeue(), queue.dequeue()]

    assert waiting == 2
    assert taken == [[(None, b"first")], [(None, b"second")], None]
    assert not OrmQ.objects.exists()


def test_without_redis_messages_go_through_the_database(
    server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    queue = RedisQueue("tests")
    server.kill()

    with caplog.at_level(logging.WARNING):
        queue.enqueue("first")
        after_the_rest(queue)
        queue.enqueue("second")
    waiting = queue.queue_size()
    [(number, text)] = queue.dequeue() or []
    queue.acknowledge(number)

    assert waiting == 2
    assert (text, OrmQ.objects.count()) == ("first", 1)
    assert len(caplog.records) == 1


def test_a_redis_that_is_back_is_used_again(
    server: RedisServer, caplog: pytest.LogCaptureFixture
) -> None:
    queue = RedisQueue("tests")
    server.kill()
    queue.enqueue("through the database")
    server.start()
    after_the_rest(queue)

    queue.enqueue("through redis")
    taken = [queue.dequeue(), queue.dequeue()]

    assert [messages[0][1] for messages in taken if messages] == [
        b"through redis",
        "through the database",
    ]
    assert caplog.messages[-1] == "Redis answers again."


def test_a_redis_that_stays_silent_costs_half_a_second_once(
    settings: Settings,
) -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=1) as silent:
        port = silent.getsockname()[1]
        settings.QUEUE_REDIS_URL = f"redis://127.0.0.1:{port}/0?socket_timeout=0.5"
        queue = RedisQueue("tests")

        started = time.monotonic()
        for _ in range(100):
            queue.enqueue("text")
        took = time.monotonic() - started

    assert OrmQ.objects.count() == 100
    assert took < 2 * CONNECT_SECONDS + 1


def test_brokers_of_one_process_share_their_connections(settings: Settings) -> None:
    """django-q2 makes a broker for each message."""
    settings.QUEUE_REDIS_URL = "redis://127.0.0.1:1/0"

    first, second = RedisQueue("tests"), RedisQueue("tests")

    assert isinstance(first.connection, Line)
    assert first.connection is second.connection


def test_a_missing_package_is_an_error_with_its_remedy(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "find_spec", lambda name: None)
    settings.QUEUE_REDIS_URL = ""
    by_default = checks.check_queue(None)
    settings.QUEUE_REDIS_URL = "redis://127.0.0.1/0"

    [found] = checks.check_queue(None)

    assert by_default == []
    assert (found.id, found.hint) == (
        "core.E003",
        "Run: pip install 'postbacks[redis]', or empty QUEUE_REDIS_URL.",
    )


def test_a_cluster_starts_without_redis(settings: Settings) -> None:
    settings.QUEUE_REDIS_URL = "redis://127.0.0.1:1/0"

    assert RedisQueue("tests").ping()
