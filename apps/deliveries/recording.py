"""Writing results: many deliveries and their attempts in one statement."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import Any, LiteralString
from uuid import UUID

from django.db import DataError, IntegrityError, transaction

from apps.actions.contract import ListChange
from apps.connections.models import Connection, ConnectionState
from apps.core.sql import direct_cursor, one_line
from apps.deliveries.health import Failing, Signal, note
from apps.deliveries.retries import FINAL_STEPS, NextStep
from apps.deliveries.states import TERMINAL_STATES, AttemptOutcome
from apps.deliveries.underway import TicketChange, keep
from apps.postbacks.models import RuleStatus
from apps.postbacks.services import set_rule_status
from apps.tracking.personal import BY_FORM
from apps.value_lists.services import apply_changes

logger = logging.getLogger(__name__)

# Results travel as one JSON text: making arrays of them took the client longer than
# all the rest.
GIVEN: LiteralString = """
WITH given AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%s::json)
        AS v(id uuid, token uuid, number int, state text, reason text,
             due_at timestamptz, outcome text, response_status smallint, message text,
             finished_at timestamptz, started_at timestamptz, duration_ms int,
             code text, request jsonb, response_headers jsonb, response_body text,
             is_truncated bool, address text, worker text, revision_number int,
             findings jsonb)
)
"""
# Only who holds the lease stores an attempt, so each number is stored once (ADR 16).
STORE: LiteralString = """
, delivery AS (
    UPDATE deliveries_delivery d
       SET state = v.state, reason = v.reason, due_at = coalesce(v.due_at, d.due_at),
           outcome = v.outcome, response_status = v.response_status,
           message = v.message, finished_at = v.finished_at, lease_until = NULL,
           lease_token = NULL
      FROM given v
     WHERE d.id = v.id AND d.lease_token = v.token
    RETURNING d.id
)
INSERT INTO deliveries_attempt
       (delivery_id, number, started_at, duration_ms, outcome, code, message, request,
        response_status, response_headers, response_body, is_truncated, address,
        worker, revision_number, findings)
SELECT id, number, started_at, duration_ms, outcome, code, message, request,
       response_status, response_headers, response_body, is_truncated, address,
       worker, revision_number, findings
  FROM given JOIN delivery USING (id)
"""
# A worker that was slower than its lease finds an attempt «unknown» in its place: what
# really happened replaces it. The delivery is then somebody else's. A statement of its
# own, to see what was committed while the first one waited.
REPLACE: LiteralString = """
UPDATE deliveries_attempt a
   SET duration_ms = v.duration_ms, outcome = v.outcome, code = v.code,
       message = v.message, request = v.request,
       response_status = v.response_status, response_headers = v.response_headers,
       response_body = v.response_body, is_truncated = v.is_truncated,
       address = v.address, worker = v.worker, findings = v.findings
  FROM given v
 WHERE a.delivery_id = v.id AND a.number = v.number AND a.outcome = 'unknown'
   AND v.outcome <> 'unknown'
"""
RECORD = one_line(GIVEN + STORE)
REPLACE_UNKNOWN = one_line(GIVEN + REPLACE)

MESSAGE_MAX_LENGTH = 500
CODE_MAX_LENGTH = 60
FINDINGS_KEPT = 20
FINDING_MAX_LENGTH = 500


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
    findings: Mapping[str, str] = field(default_factory=dict)
    list_change: ListChange | None = None
    ticket: TicketChange | None = None

    @property
    def was_answered(self) -> bool:
        """Tell whether the partner said something, or took it without a word."""
        is_success = self.outcome == AttemptOutcome.SUCCESS
        return is_success or self.response_status is not None


def record(finished: Sequence[Finished]) -> None:
    """Store attempts and the new states of their deliveries in one transaction.

    A delivery whose lease passed to another worker keeps its state. A result that the
    database cannot store is stored without what was sent and answered: it must not
    cost the others theirs. One that goes to the default partition is refused when its
    day is made at that moment, and finds it the second time.
    """
    try:
        _record(finished)
    except (DataError, IntegrityError):
        for item in finished:
            try:
                _record([item])
            except DataError:
                logger.exception("Result of %s stored in part.", item.delivery_id)
                _record([_without_texts(item)])


@transaction.atomic
def _record(finished: Sequence[Finished]) -> None:
    if any(item.list_change is not None for item in finished):
        finished = _with_lists_changed(finished)
    if any(item.ticket is not None for item in finished):
        keep(item.ticket for item in finished if item.ticket is not None)
    with direct_cursor() as cursor:
        given = _as_json([_row(item) for item in finished])
        cursor.execute(RECORD, (given,), prepare=True)
        if cursor.rowcount < len(finished):
            cursor.execute(REPLACE_UNKNOWN, (given,))
    signals = [item.signal for item in finished if item.signal is not None]
    for failing in note(signals):
        _disable(failing, finished[-1].finished_at)
    for item in finished:
        if item.pauses_rule_id or item.refused_connection_id:
            _stop_the_source(item)


def _with_lists_changed(finished: Sequence[Finished]) -> list[Finished]:
    """Change the lists; return the results with what could not be changed."""
    changes = [item.list_change for item in finished if item.list_change is not None]
    problems = iter(apply_changes(changes, finished[-1].finished_at))
    return [
        item if item.list_change is None else _with_problem(item, next(problems))
        for item in finished
    ]


def _with_problem(item: Finished, problem: str) -> Finished:
    """Note why a list was not changed.

    Where nothing was sent to anybody, changing the list was all there was to do: then
    the delivery has failed, whatever its action took for granted.
    """
    if not problem:
        return item
    said = item.message[: MESSAGE_MAX_LENGTH - len(problem) - 1]
    noted = replace(item, message=f"{said} {problem}".strip())
    if item.outcome != AttemptOutcome.SUCCESS or item.request is not None:
        return noted
    return replace(
        noted,
        outcome=AttemptOutcome.PERMANENT.value,
        code="list_unchanged",
        step=FINAL_STEPS[AttemptOutcome.PERMANENT],
        signal=None,
    )


def _without_texts(item: Finished) -> Finished:
    return replace(
        item,
        message="What was sent and answered cannot be stored. See the log.",
        request=None,
        response_headers=None,
        response_body="",
        address="",
        findings={},
        signal=None,
    )


def _stop_the_source(item: Finished) -> None:
    """Switch off what would only go on being refused: the rule, or its connection."""
    # What a partner said of one delivery stays with the rule: it names no person.
    said = BY_FORM.sentence(item.message)
    if item.pauses_rule_id is not None:
        set_rule_status(
            rule_id=item.pauses_rule_id,
            status=RuleStatus.AUTO_DISABLED,
            reason=f"The partner says that the address is gone. {said}"[:300],
            author=None,
            now=item.finished_at,
        )
    if item.refused_connection_id is not None:
        Connection.objects.filter(
            pk=item.refused_connection_id, state=ConnectionState.OK
        ).update(
            state=ConnectionState.AUTH_ERROR,
            last_error=said[:MESSAGE_MAX_LENGTH],
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


def _bounded(findings: Mapping[str, str]) -> dict[str, str]:
    """Return what is kept of what the provider told."""
    return {
        str(name)[:CODE_MAX_LENGTH]: str(text)[:FINDING_MAX_LENGTH]
        for name, text in islice(findings.items(), FINDINGS_KEPT)
    }


def _row(item: Finished) -> dict[str, Any]:
    step = item.step
    return {
        "id": item.delivery_id.hex,
        "token": item.lease_token.hex,
        "number": item.attempt,
        "state": step.state,
        "reason": step.reason,
        "due_at": step.due_at,
        "outcome": item.outcome,
        "response_status": item.response_status,
        "message": item.message[:MESSAGE_MAX_LENGTH],
        "finished_at": item.finished_at if step.state in TERMINAL_STATES else None,
        "started_at": item.started_at,
        "duration_ms": item.duration_ms,
        "code": item.code[:CODE_MAX_LENGTH],
        "request": item.request,
        "response_headers": item.response_headers or {},
        "response_body": item.response_body,
        "is_truncated": item.is_truncated,
        "address": item.address,
        "worker": item.worker,
        "revision_number": item.revision_number,
        "findings": _bounded(item.findings),
    }


_as_json = json.JSONEncoder(default=str, separators=(",", ":")).encode
