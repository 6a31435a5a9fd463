"""The queue in Redis, and in the database while Redis does not answer.

Loaded only where ``QUEUE_REDIS_URL`` is set. django-q2's own broker for Redis does not
start without it, and waits for a silent one as long as the operating system likes.
Here messages are hints that must neither fail nor delay what is done beside them.
"""

import logging
import time
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from django.conf import settings
from django_q.brokers import Broker
from django_q.brokers.orm import ORM
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 0.5
ANSWER_SECONDS = 1.0
REST_SECONDS = 2.0
"""How long Redis is left alone after it did not answer."""

WAIT_SECONDS = 0.25
"""How long one look waits for a message; a cluster that stops waits so long for it."""

SPARE_SECONDS = 1.0
"""How often the database is asked for what others put there."""

Answer = TypeVar("Answer")
Taken = list[tuple[int | None, str | bytes]] | None
"""Messages with their number in the database."""


class UnreachableError(Exception):
    """Redis does not answer, or did not a moment ago."""


class Line:
    """The connections of one process to Redis."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(
            url,
            socket_connect_timeout=CONNECT_SECONDS,
            socket_timeout=ANSWER_SECONDS,
            # The database is at hand at once; trying again would only take time.
            retry=Retry(NoBackoff(), 0),
        )
        self._rests_until = 0.0
        self._is_down = False

    def ask(self, command: Callable[[Any], Answer]) -> Answer:
        """Return what ``command`` returns. Raises ``UnreachableError``."""
        if time.monotonic() < self._rests_until:
            raise UnreachableError
        try:
            answer = command(self._redis)
        except RedisError as error:
            if not self._is_down:
                logger.warning("Redis does not answer; the database queues: %s", error)
            self._is_down = True
            self._rests_until = time.monotonic() + REST_SECONDS
            raise UnreachableError from error
        if self._is_down:
            logger.warning("Redis answers again.")
            self._is_down = False
        return answer


@cache
def _line(url: str) -> Line:
    """Return the line of this process; django-q2 makes a broker for each message."""
    return Line(url)


class RedisQueue(Broker):  # type: ignore[misc] # django-q2 has no types.
    """What django-q2 asks of a broker."""

    def __init__(self, list_key: str | None = None) -> None:
        super().__init__(list_key)
        self._spare = ORM(list_key)
        self._look_at_spare_at = 0.0

    @staticmethod
    def get_connection(list_key: str | None = None) -> Line:
        """Return the way to Redis."""
        return _line(settings.QUEUE_REDIS_URL)

    @property
    def _key(self) -> str:
        return f"django_q:{self.list_key}:q"

    def enqueue(self, task: str) -> Any:
        """Put a message into Redis, else into the database."""
        try:
            return self.connection.ask(lambda redis: redis.rpush(self._key, task))
        except UnreachableError:
            return self._spare.enqueue(task)

    def dequeue(self) -> Taken:
        """Wait a moment for a message; only one of the database has an id."""
        try:
            found = self.connection.ask(
                lambda redis: redis.blpop([self._key], WAIT_SECONDS)
            )
        except UnreachableError:
            return self._spare.dequeue()  # type: ignore[no-any-return]
        return [(None, found[1])] if found else self._dequeue_from_spare()

    def _dequeue_from_spare(self) -> Taken:
        """Take what a process put there that could not reach Redis."""
        now = time.monotonic()
        if now < self._look_at_spare_at:
            return None
        self._look_at_spare_at = now + SPARE_SECONDS
        # Asked first, because an empty ``dequeue`` pauses, and Redis would wait.
        return self._spare.dequeue() if self._spare.queue_size() else None

    def queue_size(self) -> int:
        """Return how many messages no cluster has taken yet."""
        try:
            return int(self.connection.ask(lambda redis: redis.llen(self._key)))
        except UnreachableError:
            return int(self._spare.queue_size())

    def acknowledge(self, task_id: int | None) -> None:
        """Forget a message of the database; Redis forgot its own when it gave it."""
        if task_id is not None:
            self._spare.acknowledge(task_id)

    def fail(self, task_id: int | None) -> None:
        """Forget a message that cannot be read."""
        self.acknowledge(task_id)

    def ping(self) -> bool:
        """Say yes: a cluster works without Redis too."""
        return True

    def info(self) -> str:
        """Return the name for people."""
        return "Redis, else the database"
