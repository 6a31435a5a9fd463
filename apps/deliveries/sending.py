"""One attempt of a claimed delivery: in a thread, without the database."""

import logging
import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.utils import timezone

from apps.actions import registry
from apps.actions.base import Action, AttemptResult, Job, Judgement, Outcome
from apps.connections.models import Connection
from apps.core import secret_box
from apps.deliveries.context import MacroValues
from apps.deliveries.recording import Finished
from apps.deliveries.retries import Tried, next_step
from apps.deliveries.states import (
    AttemptOutcome,
    DeliveryKind,
)
from apps.postbacks.models import RuleRevision

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

    action: Action
    settings: Mapping[str, Any]
    custom_events: Mapping[str, str]


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
            action=registry.get(snapshot["action"]),
            settings={**snapshot["settings"], **secrets},
            custom_events=snapshot["custom_events"],
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
    )


def attempt(row: Any, connection: Mapping[str, Any]) -> Finished:
    """Run the action once and decide what follows. Never raises."""
    started_at = timezone.now()
    revision = revision_of(row.revision_id)
    try:
        result = revision.action.run(job_for(row, connection, started_at))
    except Exception:
        logger.exception("Action crashed", extra={"delivery_id": str(row.id)})
        result = AttemptResult(CRASHED)
    return _finished(row, revision, started_at, result)


def tried_of(
    row: Any, revision: LoadedRevision, *, outcome: str, finished_at: datetime
) -> Tried:
    """Return what the decision about the next step needs to know."""
    limit = revision.action.freshness_limit
    return Tried(
        outcome=outcome,
        attempt=row.attempts,
        finished_at=finished_at,
        repeats_ambiguous=revision.action.repeats_ambiguous(revision.settings),
        has_connection=row.connection_id is not None,
        expires_at=None if limit is None else row.created_at + limit,
    )


def _finished(
    row: Any,
    revision: LoadedRevision,
    started_at: datetime,
    result: AttemptResult,
) -> Finished:
    finished_at = timezone.now()
    judgement = result.judgement
    outcome = judgement.outcome.value
    tried = replace(
        tried_of(row, revision, outcome=outcome, finished_at=finished_at),
        jitter=random.random(),  # noqa: S311 - spreads retries, no secret
        retry_after_seconds=judgement.retry_after_seconds,
    )
    return Finished(
        delivery_id=row.id,
        lease_token=row.lease_token,
        attempt=row.attempts,
        started_at=started_at,
        finished_at=finished_at,
        outcome=outcome,
        step=next_step(tried),
        code=judgement.code,
        message=judgement.message,
        request=result.request,
        response_status=result.response_status,
        response_headers=result.response_headers,
        response_body=result.response_body,
        is_truncated=result.is_truncated,
        address=result.address,
        duration_ms=result.duration_ms,
        pauses_rule_id=row.rule_id if judgement.pauses_rule else None,
        refused_connection_id=(
            row.connection_id if outcome == AttemptOutcome.AUTH else None
        ),
    )
