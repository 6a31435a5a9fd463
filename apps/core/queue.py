"""The only module that knows the task queue is django-q2.

Beside it ``redis_queue`` is a part of django-q2 that we brought.
"""

from django.conf import settings
from django.db import connection
from django_q.brokers import get_broker
from django_q.tasks import async_task

SWALLOWED = frozenset(
    [
        "group",
        "timeout",
        "save",
        "hook",
        "cluster",
        "cached",
        "sync",
        "chain",
        "broker",
        "task_name",
        "q_options",
    ]
)
"""Names that ``async_task`` takes for itself (django_q/tasks.py); never pass them."""


PUT_SCHEDULES_RIGHT = """
UPDATE django_q_schedule SET next_run = now() - interval '1 day'
 WHERE schedule_type = 'I' AND repeats <> 0
   AND abs(extract(epoch FROM next_run - now())) > 60 * (minutes + 1)
"""
"""A day ago is due by every clock; missed runs are not made up for."""


def enqueue(path: str, **kwargs: int | str) -> None:
    """Ask a worker to call the function at ``path``, e.g. ``apps.x.tasks.sweep``.

    Arguments are primary keys and plain values, never model instances: a worker may
    run minutes later, on newer code. The message may be lost or run twice.
    """
    swallowed = SWALLOWED & kwargs.keys()
    if swallowed:
        raise ValueError(f"django-q2 would swallow the argument {sorted(swallowed)}.")
    async_task(path, **kwargs)


def put_schedules_right() -> int:
    """Have what runs every few minutes run soon; return how many did not.

    django-q2 goes by the clock of the host. One that is an hour ahead puts the next run
    off by an hour for everybody, and one that is behind finds nothing due.
    """
    with connection.cursor() as cursor:
        cursor.execute(PUT_SCHEDULES_RIGHT)
        return int(cursor.rowcount)


# A message is locked when it is taken; until then its lock says when it was put in,
# set back by what django-q2 calls its retry.
OLDEST = """
SELECT coalesce(extract(epoch FROM max(now() - q.lock)) - %s, 0) AS seconds
  FROM django_q_ormq q WHERE q.lock <= now() - %s * interval '1 second'
"""


def oldest_waiting_seconds() -> float:
    """Return how long the oldest message in the database waits to be taken.

    Messages in Redis tell no age.
    """
    retry = settings.Q_CLUSTER["retry"]
    with connection.cursor() as cursor:
        cursor.execute(OLDEST, [retry, retry])
        (seconds,) = cursor.fetchone()
    return max(float(seconds), 0.0)


def count_waiting() -> int:
    """Return how many messages lie in the queue that no cluster has taken yet."""
    return int(get_broker().queue_size())
