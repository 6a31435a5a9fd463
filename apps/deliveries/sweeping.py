"""Every minute: what a lost wake-up or a dead worker left behind."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from apps.core.sql import direct_cursor
from apps.deliveries import alerting, counting, replay_queue, waking
from apps.deliveries.claiming import hold_paused
from apps.deliveries.lanes import look, next_at
from apps.deliveries.models import Destination, Worker, WorkerShift
from apps.deliveries.recording import Finished, record
from apps.deliveries.releasing import release_stranded, resume_destination
from apps.deliveries.retries import next_step
from apps.deliveries.sending import load_revisions, revision_of, tried_of
from apps.deliveries.states import AttemptOutcome, DestinationState

EXPIRED = """
SELECT d.id, d.attempts, d.attempts_before, d.lease_token, d.revision_id,
       d.lease_until, d.created_at, d.kind, d.ticket, d.underway_since,
       r.connection_id, e.occurred_at, cv.occurred_at AS conversion_time
  FROM deliveries_delivery d JOIN postbacks_postbackrule r ON r.id = d.rule_id
  LEFT JOIN tracking_event e ON e.id = d.event_id
  LEFT JOIN tracking_conversion cv ON cv.id = d.conversion_id
 WHERE d.state = 'sending' AND d.lease_until < %s
 ORDER BY d.lease_until LIMIT %s FOR UPDATE OF d SKIP LOCKED
"""
BATCH = 500
FORGET_WORKERS_AFTER = timedelta(days=1)


def sweep(*, now: datetime) -> int:
    """Return expired leases, wake a worker for what is due, look after the alerts.

    Returns how many leases had expired.
    """
    returned = 0
    while count := return_expired(now=now):
        returned += count
    for workers in (Worker.objects, WorkerShift.objects):
        workers.filter(seen_at__lt=now - FORGET_WORKERS_AFTER).delete()
    resume_paused(now=now)
    release_stranded()
    replay_queue.go_on(now=now)
    hold_paused([lane.destination for lane in look(now) if lane.is_paused], now)
    due_at = next_at(now)
    if due_at is not None and due_at <= now:
        waking.wake()
    # Last: telling waits for foreign servers, and nothing else may wait for it.
    alerting.watch(now=now)
    return returned


def resume_paused(*, now: datetime) -> None:
    """Resume the destinations whose pause is over."""
    over = Destination.objects.filter(
        state=DestinationState.PAUSED, paused_until__lte=now
    )
    for destination_id in over.values_list("pk", flat=True):
        resume_destination(destination_id=destination_id)


@transaction.atomic
def return_expired(*, now: datetime) -> int:
    """Record the attempts of dead workers as unknown and let the deliveries go on.

    An action that may run twice is tried again at once, another is held for a person:
    nobody knows whether the partner was told.
    """
    with direct_cursor() as cursor:
        rows = cursor.execute(EXPIRED, (now, BATCH)).fetchall()
    if rows:
        load_revisions({row.revision_id for row in rows})
        unknown = [_unknown(row, now) for row in rows]
        record(unknown)
        for row, finished in zip(rows, unknown, strict=True):
            counting.count_unknown(row.revision_id, finished)
    return len(rows)


def _unknown(row: Any, now: datetime) -> Finished:
    revision = revision_of(row.revision_id)
    outcome = AttemptOutcome.UNKNOWN.value
    step = next_step(tried_of(row, revision, outcome=outcome, finished_at=now))
    return Finished(
        delivery_id=row.id,
        lease_token=row.lease_token,
        attempt=row.attempts,
        started_at=row.lease_until,
        finished_at=now,
        outcome=outcome,
        step=step,
        code="worker_died",
        message="The worker ended before it could say what happened.",
    )
