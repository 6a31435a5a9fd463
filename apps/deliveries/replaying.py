"""Replays: preview, start, pause, go on, cancel; and their slices.

Each slice is one transaction that holds the row of the replay: two workers cannot take
the same part, and whatever ends one leaves whole slices behind.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.deliveries import backfilling, resending, waking
from apps.deliveries.models import Delivery, Replay
from apps.deliveries.releasing import RETURNED
from apps.deliveries.replay_queue import AHEAD, ask_for_worker
from apps.deliveries.resending import Slice
from apps.deliveries.states import (
    DeliveryState,
    HeldReason,
    ReplayKind,
    ReplayState,
)

SLICE = 2_000
WAITING = (DeliveryState.PENDING, DeliveryState.RETRYING)
ANOTHER_RUNS = _("Another replay of this postback is not over yet.")


class ReplayStateError(Exception):
    """A replay is not in a state in which that can be done to it."""

    def __init__(self, state: str) -> None:
        """Keep the ``state`` that it is in."""
        super().__init__(state)
        self.state = ReplayState(state)

    def __str__(self) -> str:
        """Return what to tell people."""
        words = gettext("The replay is %(state)s. Nothing was done.")
        return words % {"state": self.state.label.lower()}


def preview(replay: Replay) -> int:
    """Count what ``replay`` would do, store and return it. Nothing is sent."""
    counting = backfilling if replay.kind == ReplayKind.BACKFILL else resending
    replay.total = counting.count(replay)
    replay.save()
    return replay.total


@transaction.atomic
def start(*, replay_id: UUID, now: datetime) -> None:
    """Begin a previewed replay.

    Raises ``ReplayStateError``, and ``IntegrityError`` (``replay_one_at_a_time``)
    while another one of the same rule is not over.
    """
    _move(
        replay_id,
        {ReplayState.DRAFT: ReplayState.RUNNING},
        started_at=now,
        paced_until=now,
        updated_at=now,
    )
    transaction.on_commit(lambda: ask_for_worker(replay_id))


@transaction.atomic
def pause(*, replay_id: UUID, now: datetime) -> int:
    """Stop a replay and hold what it has waiting; returns how many are held.

    One that is done with handing over can still be stopped while something waits.
    Raises as ``start`` does.
    """
    _move(
        replay_id,
        dict.fromkeys(_stoppable(replay_id), ReplayState.PAUSED),
        finished_at=None,
        updated_at=now,
    )
    return Delivery.objects.filter(replay=replay_id, state__in=WAITING).update(
        state=DeliveryState.HELD, reason=HeldReason.REPLAY_PAUSED
    )


@transaction.atomic
def resume(*, replay_id: UUID, now: datetime) -> int:
    """Let a paused replay go on; returns how many deliveries were held."""
    _move(
        replay_id,
        {ReplayState.PAUSED: ReplayState.RUNNING},
        paced_until=now,
        updated_at=now,
    )
    count = Delivery.objects.filter(
        replay=replay_id, state=DeliveryState.HELD, reason=HeldReason.REPLAY_PAUSED
    ).update(**RETURNED)
    transaction.on_commit(waking.request_wake_up)
    transaction.on_commit(lambda: ask_for_worker(replay_id))
    return count


@transaction.atomic
def cancel(*, replay_id: UUID, now: datetime) -> int:
    """End a replay and cancel what it has waiting; returns how many that were."""
    before = [*_stoppable(replay_id), ReplayState.PAUSED]
    _move(
        replay_id,
        dict.fromkeys(before, ReplayState.CANCELLED),
        finished_at=now,
        updated_at=now,
    )
    waiting = Q(state__in=WAITING) | Q(
        state=DeliveryState.HELD, reason=HeldReason.REPLAY_PAUSED
    )
    return Delivery.objects.filter(waiting, replay=replay_id).update(
        state=DeliveryState.CANCELLED, reason="", finished_at=now
    )


def has_waiting(replay_id: UUID) -> bool:
    """Tell whether something that a replay handed over is still to be sent."""
    return Delivery.objects.filter(replay=replay_id, state__in=WAITING).exists()


def _stoppable(replay_id: UUID) -> list[ReplayState]:
    """Return the states in which it can be stopped: handing over is the fast part."""
    done = [ReplayState.DONE] if has_waiting(replay_id) else []
    return [ReplayState.RUNNING, *done]


def _move(
    replay_id: UUID, moves: Mapping[ReplayState, ReplayState], **fields: object
) -> None:
    for before, after in moves.items():
        if Replay.objects.filter(pk=replay_id, state=before).update(
            state=after, **fields
        ):
            return
    raise ReplayStateError(Replay.objects.get(pk=replay_id).state)


def replay_slice(replay_id: UUID, now: datetime) -> bool:
    """Do the next slice; tell whether there is more to do now."""
    with transaction.atomic():
        replay = (
            Replay.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(pk=replay_id, state=ReplayState.RUNNING)
            .first()
        )
        if replay is None or _is_paced_out(replay, now):
            return False
        limit = _limit(replay)
        done = _do(replay, limit, now)
        replay.examined += done.examined
        replay.planned += done.planned
        replay.skipped += done.examined - done.planned
        if done.last_id is not None:
            replay.last_id = done.last_id
        if done.examined < limit:
            replay.state, replay.finished_at = ReplayState.DONE, now
        replay.save()
    waking.request_wake_up()
    return replay.state == ReplayState.RUNNING and not _is_paced_out(replay, now)


def _is_paced_out(replay: Replay, now: datetime) -> bool:
    if replay.per_minute is None or replay.paced_until is None:
        return False
    return replay.paced_until >= now + AHEAD


def _limit(replay: Replay) -> int:
    return min(SLICE, replay.per_minute) if replay.per_minute else SLICE


def _do(replay: Replay, limit: int, now: datetime) -> Slice:
    due_at, gap = now, timedelta()
    if replay.per_minute:
        due_at = max(replay.paced_until or now, now)
        gap = timedelta(minutes=1) / replay.per_minute
    if replay.kind == ReplayKind.BACKFILL:
        done = backfilling.backfill_slice(
            replay, limit=limit, due_at=due_at, gap=gap, now=now
        )
    else:
        done = resending.resend_slice(replay, limit=limit, due_at=due_at, gap=gap)
    replay.paced_until = due_at + gap * done.planned
    return done
