"""Changes of status from a file: conversions are found, then moved as by hand.

A chunk takes as many statements as a single row does.
"""

import uuid
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from apps.core.source_texts import source_text
from apps.ingest.conversions import (
    ForbiddenMoveError,
    Move,
    Outcome,
    lock_conversions,
    move_locked,
)
from apps.ingest.importing.permissions import ImportSender
from apps.ingest.inbound import Inbound, number_in
from apps.ingest.models import Import, Result
from apps.ingest.reading import read_status
from apps.ingest.refusals import Answer, RefusedError
from apps.tracking.models import Conversion
from apps.tracking.statuses import Source

REASON_MAX_LENGTH = 200
ALREADY = "The conversion has that status already; nothing was changed."


def take_statuses(
    job: Import, reports: Sequence[Inbound], sender: ImportSender, now: datetime
) -> list[Answer]:
    """Move the conversions that the reports name; answers are in their order.

    Of several rows about the same conversion each finds what the one before it left.
    """
    known = _Known(reports, sender)
    answers: dict[int, Answer] = {}
    wanted: dict[int, tuple[Conversion, Move]] = {}
    for place, inbound in enumerate(reports):
        try:
            wanted[place] = _read(job, inbound, known)
        except RefusedError as refusal:
            answers[place] = refusal.answer
    outcomes = move_locked(list(wanted.values()), now)
    for (place, (conversion, _)), outcome in zip(wanted.items(), outcomes, strict=True):
        answers[place] = _answer(conversion, outcome)
    return [answers[place] for place in range(len(reports))]


class _Known:
    """The conversions that a chunk names, locked in one order."""

    def __init__(self, reports: Sequence[Inbound], sender: ImportSender) -> None:
        ids = [found for one in reports if (found := _uuid(one.get("conversion")))]
        names = {one.get("transaction_id") for one in reports} - {""}
        rows = Conversion.objects.all()
        if sender.offers is not None:
            rows = rows.filter(offer__in=sender.offers)
        named = rows.filter(Q(pk__in=ids) | Q(transaction_id__in=names))
        self._by_id: dict[UUID, Conversion] = {}
        self._by_name: dict[str, list[Conversion]] = {}
        for one in lock_conversions(named.select_related("event_type")):
            self._by_id[one.pk] = one
            self._by_name.setdefault(one.transaction_id, []).append(one)

    def find(self, inbound: Inbound) -> Conversion:
        """Return the conversion that a row names. Raises ``RefusedError``."""
        text, name = inbound.get("conversion"), inbound.get("transaction_id")
        if text:
            found = self._by_id.get(_uuid(text) or uuid.UUID(int=0))
            if found is None or name not in ("", found.transaction_id):
                raise RefusedError(
                    "not_found", "No conversion of this import's offers has this id."
                )
            return found
        if not name:
            raise RefusedError(
                "transaction_required", "The row names no conversion and transaction."
            )
        return self._of_transaction(name, inbound.get("event"))

    def _of_transaction(self, name: str, event: str) -> Conversion:
        found = self._by_name.get(name, [])
        if event:
            found = [one for one in found if _is_of(one, event)]
        elif len(found) > 1:
            found = [one for one in found if one.event_type is None] or found
        if not found:
            raise RefusedError(
                "not_found", "No conversion of this transaction is there."
            )
        if len(found) > 1:
            raise RefusedError(
                "bad_field:event",
                "This transaction has several conversions. Name the event, or the "
                "conversion's id.",
            )
        return found[0]


def _is_of(conversion: Conversion, event: str) -> bool:
    kind = conversion.event_type
    return kind is not None and (kind.name == event or kind.pk == number_in(event))


def _read(job: Import, inbound: Inbound, known: _Known) -> tuple[Conversion, Move]:
    """Return the conversion of a row and where it is to go. Raises ``RefusedError``."""
    status = read_status(inbound.values)
    if not status:
        raise RefusedError("missing_field:status", "The row names no status.")
    reason = inbound.get("reason")
    if len(reason) > REASON_MAX_LENGTH:
        raise RefusedError(
            "bad_field:reason", f"At most {REASON_MAX_LENGTH} characters."
        )
    move = Move(
        status,
        Source.IMPORT.value,
        reason,
        fires_postbacks=not job.is_history,
        actor=job.author,
    )
    return known.find(inbound), move


def _answer(conversion: Conversion, outcome: Outcome) -> Answer:
    if isinstance(outcome, ForbiddenMoveError):
        return RefusedError("bad_status", source_text(outcome)).answer
    if outcome is None:
        return Answer(
            Result.DUPLICATE.value, "duplicate", ALREADY, conversion=conversion.pk
        )
    return Answer(Result.ACCEPTED.value, conversion=conversion.pk)


def _uuid(text: str) -> UUID | None:
    with suppress(ValueError):
        return UUID(text)
    return None
