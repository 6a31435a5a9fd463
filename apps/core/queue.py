"""The only module that knows the task queue is django-q2.

Beside it ``redis_queue`` is a part of django-q2 that we brought.
"""

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


def enqueue(path: str, **kwargs: int | str) -> None:
    """Ask a worker to call the function at ``path``, e.g. ``apps.x.tasks.sweep``.

    Arguments are primary keys and plain values, never model instances: a worker may
    run minutes later, on newer code. The message may be lost or run twice.
    """
    swallowed = SWALLOWED & kwargs.keys()
    if swallowed:
        raise ValueError(f"django-q2 would swallow the argument {sorted(swallowed)}.")
    async_task(path, **kwargs)


def count_waiting() -> int:
    """Return how many messages lie in the queue that no cluster has taken yet."""
    return int(get_broker().queue_size())
