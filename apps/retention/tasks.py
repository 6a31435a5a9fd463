"""django-q2 entry points: prune for a while, ask for a successor, nothing else."""

from apps.core.queue import enqueue
from apps.retention.pruning import AlreadyPruningError, prune

SHIFT_SECONDS = 30.0
"""A worker that prunes delivers nothing meanwhile; the next shift waits its turn."""


def prune_log() -> None:
    """Every night, and again while something is left to do."""
    try:
        is_done = prune(seconds=SHIFT_SECONDS)
    except AlreadyPruningError:
        return
    if not is_done:
        enqueue("apps.retention.tasks.prune_log")
