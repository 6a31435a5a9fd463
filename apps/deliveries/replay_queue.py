"""Asking workers to go on with replays."""

from datetime import datetime, timedelta
from uuid import UUID

from apps.core.queue import enqueue
from apps.deliveries.models import Replay
from apps.deliveries.states import ReplayState

REPLAY = "apps.deliveries.replay_tasks.replay"
AHEAD = timedelta(minutes=2)
"""A limited rate is planned for so long ahead; the sweep comes every minute."""


def ask_for_worker(replay_id: UUID) -> None:
    """Have a worker go on with a replay; if that is lost, the sweep asks again."""
    enqueue(REPLAY, replay_id=str(replay_id))


def go_on(*, now: datetime) -> int:
    """Every minute: ask a worker for each replay that has something to do."""
    ids = list(
        Replay.objects.filter(
            state=ReplayState.RUNNING, paced_until__lt=now + AHEAD
        ).values_list("pk", flat=True)
    )
    for replay_id in ids:
        ask_for_worker(replay_id)
    return len(ids)
