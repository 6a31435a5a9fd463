"""One attempt of a claimed delivery: in a thread, without the database."""

import logging
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from apps.actions import registry
from apps.actions.base import Action, AttemptResult, Job, Judgement, Outcome
from apps.connections.models import Connection
from apps.core import logs, secret_box
from apps.deliveries import shifts
from apps.deliveries.clock import Clock
from apps.deliveries.context import MacroValues
from apps.deliveries.recording import Finished
from apps.deliveries.retries import NextStep, Tried, delays_of, next_step
from apps.deliveries.signalling import signal_of
from apps.deliveries.states import AttemptOutcome, DeliveryKind
from apps.deliveries.underway import change_of, underway_of
from apps.postbacks.compiled import timing_of
from apps.postbacks.models import RuleRevision
from apps.postbacks.timing import Timing, next_opening

logger = logging.getLogger(__name__)

CACHED_REVISIONS = 10_000
CRASHED = Judgement(
    Outcome.PERMANENT,
    "Our mistake, not the partner's: the action crashed. See the log.",
    "crashed",
)


@dataclass(frozen=True, slots=True)
class LoadedRevision:
    """What sending needs of a rule revision; immutable, so it is kept in memory."""

    number: int
    action: Action
    settings: Mapping[str, Any]
    custom_events: Mapping[str, str]
    delays: Sequence[timedelta]
    timing: Timing | None


_revisions: dict[int, LoadedRevision] = {}


def load_revisions(ids: Iterable[int]) -> None:
    """Make the revisions of ``ids`` known to this process; one query if any is new."""
    missing = {pk for pk in ids if pk not in _revisions}
    if not missing:
        return
    if len(_revisions) > CACHED_REVISIONS:
        _revisions.clear()
        missing = set(ids)
    for revision in RuleRevision.objects.filter(pk__in=missing):
        snapshot = revision.snapshot
        secrets = secret_box.unseal(revision.sealed_secrets)
        _revisions[revision.pk] = LoadedRevision(
            number=revision.number,
            action=registry.get(snapshot["action"]),
            settings={**snapshot["settings"], **secrets},
            custom_events=snapshot["custom_events"],
            delays=delays_of(snapshot.get("retry_delays")),
            timing=timing_of(snapshot),
        )


def load_connections(ids: Iterable[int]) -> dict[int, Mapping[str, Any]]:
    """Return the settings of connections, secrets opened. Read anew for each claim."""
    wanted = set(ids)
    if not wanted:
        return {}
    return {
        row.pk: {**row.settings, **secret_box.unseal(row.sealed_secrets)}
        for row in Connection.objects.filter(pk__in=wanted)
    }


def revision_of(revision_id: int) -> LoadedRevision:
    """Return a revision that ``load_revisions`` has loaded."""
    return _revisions[revision_id]


def job_for(row: Any, connection: Mapping[str, Any], now: datetime) -> Job:
    """Return what the action needs to know of one attempt."""
    revision = revision_of(row.revision_id)
    is_test = row.kind == DeliveryKind.TEST
    send_as = revision.custom_events.get(row.event_name or "", "")
    return Job(
        delivery_id=str(row.id),
        attempt=row.attempts,
        now=now,
        values=MacroValues(row, send_as=send_as, is_test=is_test),
        settings=revision.settings,
        connection=connection,
        is_test=is_test,
        underway=underway_of(row),
    )


def in_batches(rows: Iterable[Any]) -> list[list[Any]]:
    """Put together what one request of its action can carry: rows of one revision.

    A test is sent alone, so that its attempt shows it alone.
    """
    batches: list[list[Any]] = []
    open_batches: dict[int, list[Any]] = {}
    for row in rows:
        size = revision_of(row.revision_id).action.batch_size
        batch = open_batches.get(row.revision_id)
        if size == 1 or row.kind == DeliveryKind.TEST:
            batches.append([row])
        elif batch is not None and len(batch) < size:
            batch.append(row)
        else:
            open_batches[row.revision_id] = [row]
            batches.append(open_batches[row.revision_id])
    return batches


def opens_at(row: Any, now: datetime) -> datetime:
    """Return when the rule's sending hours let a claimed delivery go; ``now`` or later.

    Hours are looked at when it is planned, and again here: it may have waited, and a
    retry falls on any hour. To ask what became of it is to send nothing.
    """
    timing = revision_of(row.revision_id).timing
    if timing is None or row.kind == DeliveryKind.TEST or row.ticket:
        return now
    return next_opening(timing.windows, timing.zone, now)


def attempt(
    row: Any, connection: Mapping[str, Any], clock: Clock = timezone.now
) -> Finished:
    """Run the action once and decide what follows. Never raises."""
    started_at = clock()
    revision = revision_of(row.revision_id)
    try:
        result = _run(row, revision, connection, started_at)
    except Exception:
        with logs.about(delivery=row.id, attempt=row.attempts):
            logger.exception("Action crashed")
        # While the provider has it, a crash must not end it: sent again, it would post.
        result = AttemptResult(
            replace(CRASHED, outcome=Outcome.AMBIGUOUS) if row.ticket else CRASHED
        )
    return _finished(row, revision, (started_at, clock()), result)


def attempt_together(
    rows: Sequence[Any], connection: Mapping[str, Any], clock: Clock = timezone.now
) -> list[Finished]:
    """Run the action once for several rows of one revision. Never raises."""
    revision = revision_of(rows[0].revision_id)
    started_at = clock()
    if len(rows) == 1 or any(_is_expired(row, revision, started_at) for row in rows):
        return [attempt(row, connection, clock) for row in rows]
    try:
        jobs = [job_for(row, connection, started_at) for row in rows]
        results = revision.action.run_batch(jobs)
    except Exception:
        with logs.about(delivery=",".join(str(row.id) for row in rows)):
            logger.exception("Action crashed")
        results = [AttemptResult(CRASHED)] * len(rows)
    times = (started_at, clock())
    return [
        _finished(row, revision, times, result)
        for row, result in zip(rows, results, strict=True)
    ]


def _run(
    row: Any,
    revision: LoadedRevision,
    connection: Mapping[str, Any],
    now: datetime,
) -> AttemptResult:
    if _is_expired(row, revision, now):
        return AttemptResult(_too_old(revision.action))
    return revision.action.run(job_for(row, connection, now))


def _is_expired(row: Any, revision: LoadedRevision, now: datetime) -> bool:
    expires_at = _expires_at(row, revision)
    return expires_at is not None and now > expires_at


def _expires_at(row: Any, revision: LoadedRevision) -> datetime | None:
    """Return until when the provider accepts it, counted from when it happened."""
    limit = revision.action.freshness_limit
    if limit is None or row.ticket:
        return None
    happened_at: datetime = row.occurred_at or row.conversion_time or row.created_at
    return happened_at + limit


def _too_old(action: Action) -> Judgement:
    return Judgement(
        Outcome.PERMANENT,
        f"{action.label} does not accept what happened more than "
        f"{action.freshness_limit} ago. Nothing was sent.",
        "too_old",
    )


def tried_of(
    row: Any,
    revision: LoadedRevision,
    *,
    outcome: str,
    finished_at: datetime,
    judgement: Judgement | None = None,
) -> Tried:
    """Return what the decision about the next step needs to know."""
    return Tried(
        outcome=outcome,
        attempt=row.attempts - row.attempts_before,
        finished_at=finished_at,
        repeats_ambiguous=revision.action.repeats_ambiguous(revision.settings),
        has_connection=row.connection_id is not None,
        delays=revision.delays,
        jitter=random.random(),  # noqa: S311 - spreads retries, no secret
        retry_after_seconds=judgement.retry_after_seconds if judgement else None,
        expires_at=_expires_at(row, revision),
        is_test=row.kind == DeliveryKind.TEST,
        underway_since=row.underway_since,
        poll_after_seconds=judgement.poll_after_seconds if judgement else None,
    )


def _finished(
    row: Any,
    revision: LoadedRevision,
    times: tuple[datetime, datetime],
    result: AttemptResult,
) -> Finished:
    started_at, finished_at = times
    judgement = result.judgement
    outcome = judgement.outcome.value
    tried = tried_of(
        row,
        revision,
        outcome=outcome,
        finished_at=finished_at,
        judgement=judgement,
    )
    step = _within_hours(tried, revision.timing)
    return Finished(
        delivery_id=row.id,
        lease_token=row.lease_token,
        attempt=row.attempts,
        started_at=started_at,
        finished_at=finished_at,
        outcome=outcome,
        step=step,
        code=judgement.code,
        message=judgement.message,
        **_what_was_said(result),
        worker=shifts.worker_name(),
        revision_number=revision.number,
        signal=signal_of(row, result, finished_at),
        findings=judgement.findings,
        list_change=judgement.list_change,
        ticket=change_of(row, judgement, step, finished_at),
        pauses_rule_id=row.rule_id if judgement.pauses_rule else None,
        refused_connection_id=(
            row.connection_id if outcome == AttemptOutcome.AUTH else None
        ),
    )


def _what_was_said(result: AttemptResult) -> dict[str, Any]:
    return {
        "request": result.request,
        "response_status": result.response_status,
        "response_headers": result.response_headers,
        "response_body": result.response_body,
        "is_truncated": result.is_truncated,
        "address": result.address,
        "duration_ms": result.duration_ms,
    }


def _within_hours(tried: Tried, timing: Timing | None) -> NextStep:
    """Return what follows, a retry put off to the rule's sending hours."""
    step = next_step(tried)
    if step.due_at is None or timing is None or tried.is_underway:
        return step
    due_at = next_opening(timing.windows, timing.zone, step.due_at)
    return replace(step, due_at=due_at)
