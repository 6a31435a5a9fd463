"""Writing results: many deliveries and their attempts in two statements."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.connections.models import Connection, ConnectionState
from apps.core.sql import direct_cursor
from apps.deliveries.health import Failing, Signal, note
from apps.deliveries.retries import NextStep
from apps.deliveries.states import (
    TERMINAL_STATES,
)
from apps.postbacks.models import RuleStatus
from apps.postbacks.services import set_rule_status

UPDATE = """
UPDATE deliveries_delivery d
   SET state = v.state, reason = v.reason, due_at = coalesce(v.due_at, d.due_at),
       outcome = v.outcome, response_status = v.response_status, message = v.message,
       finished_at = v.finished_at, lease_until = NULL, lease_token = NULL
  FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::timestamptz[],
              %s::text[], %s::smallint[], %s::text[], %s::timestamptz[])
       AS v(id, token, state, reason, due_at, outcome, response_status, message,
            finished_at)
 WHERE d.id = v.id AND d.lease_token = v.token
"""

# A worker that was slower than its lease finds an attempt «unknown» in its place: what
# really happened replaces it. The delivery itself is then somebody else's.
INSERT = """
INSERT INTO deliveries_attempt
       (delivery_id, number, started_at, duration_ms, outcome, code, message, request,
        response_status, response_headers, response_body, is_truncated, address,
        worker, revision_number)
SELECT * FROM unnest(%s::uuid[], %s::int[], %s::timestamptz[], %s::int[], %s::text[],
                     %s::text[], %s::text[], %s::jsonb[], %s::smallint[], %s::jsonb[],
                     %s::text[], %s::bool[], %s::text[], %s::text[], %s::int[])
    ON CONFLICT (delivery_id, number) DO UPDATE
   SET duration_ms = excluded.duration_ms, outcome = excluded.outcome,
       code = excluded.code, message = excluded.message, request = excluded.request,
       response_status = excluded.response_status,
       response_headers = excluded.response_headers,
       response_body = excluded.response_body,
       is_truncated = excluded.is_truncated, address = excluded.address,
       worker = excluded.worker
 WHERE deliveries_attempt.outcome = 'unknown'
"""

MESSAGE_MAX_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished attempt and what follows from it."""

    delivery_id: UUID
    lease_token: UUID
    attempt: int
    started_at: datetime
    finished_at: datetime
    outcome: str
    step: NextStep
    code: str = ""
    message: str = ""
    request: dict[str, Any] | None = None
    response_status: int | None = None
    response_headers: dict[str, str] | None = None
    response_body: str = ""
    is_truncated: bool = False
    address: str = ""
    duration_ms: int = 0
    worker: str = ""
    revision_number: int | None = None
    signal: Signal | None = None
    pauses_rule_id: int | None = None
    refused_connection_id: int | None = None


def record(finished: Sequence[Finished]) -> None:
    """Store attempts and the new states of their deliveries in one transaction.

    A delivery whose lease passed to another worker keeps its state.
    """
    with transaction.atomic():
        with direct_cursor() as cursor:
            cursor.execute(UPDATE, _delivery_columns(finished), prepare=True)
            cursor.execute(INSERT, _attempt_columns(finished), prepare=True)
        signals = [item.signal for item in finished if item.signal is not None]
        for failing in note(signals):
            _disable(failing, finished[-1].finished_at)
        for item in finished:
            if item.pauses_rule_id or item.refused_connection_id:
                _stop_the_source(item)


def _stop_the_source(item: Finished) -> None:
    """Switch off what would only go on being refused: the rule, or its connection."""
    if item.pauses_rule_id is not None:
        set_rule_status(
            rule_id=item.pauses_rule_id,
            status=RuleStatus.AUTO_DISABLED,
            reason=f"The partner says that the address is gone. {item.message}"[:300],
            author=None,
            now=item.finished_at,
        )
    if item.refused_connection_id is not None:
        Connection.objects.filter(
            pk=item.refused_connection_id, state=ConnectionState.OK
        ).update(
            state=ConnectionState.AUTH_ERROR,
            last_error=item.message[:MESSAGE_MAX_LENGTH],
            updated_at=item.finished_at,
        )


def _disable(failing: Failing, now: datetime) -> None:
    """Switch off a rule that fails again and again; what comes then is held."""
    set_rule_status(
        rule_id=failing.rule_id,
        status=RuleStatus.AUTO_DISABLED,
        reason=f"{failing.failures} attempts failed in a row. {failing.message}"[:300],
        author=None,
        now=now,
    )


def _delivery_columns(finished: Sequence[Finished]) -> tuple[list[Any], ...]:
    return (
        [item.delivery_id for item in finished],
        [item.lease_token for item in finished],
        [str(item.step.state) for item in finished],
        [str(item.step.reason) for item in finished],
        [item.step.due_at for item in finished],
        [str(item.outcome) for item in finished],
        [item.response_status for item in finished],
        [item.message[:MESSAGE_MAX_LENGTH] for item in finished],
        [
            item.finished_at if item.step.state in TERMINAL_STATES else None
            for item in finished
        ],
    )


def _attempt_columns(finished: Sequence[Finished]) -> tuple[list[Any], ...]:
    return (
        [item.delivery_id for item in finished],
        [item.attempt for item in finished],
        [item.started_at for item in finished],
        [item.duration_ms for item in finished],
        [str(item.outcome) for item in finished],
        [item.code[:60] for item in finished],
        [item.message[:MESSAGE_MAX_LENGTH] for item in finished],
        [json.dumps(item.request) if item.request else None for item in finished],
        [item.response_status for item in finished],
        [json.dumps(item.response_headers or {}) for item in finished],
        [item.response_body for item in finished],
        [item.is_truncated for item in finished],
        [item.address for item in finished],
        [item.worker for item in finished],
        [item.revision_number for item in finished],
    )
