"""REST doors for events: one, or up to a thousand at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.ingest.batches import receive_batch
from apps.ingest.counting import count_answers
from apps.ingest.inbound import Inbound, django_request
from apps.ingest.models import Result
from apps.ingest.refusals import Answer, RefusedError
from apps.ingest.rest.documented import BATCH_EXAMPLE, EVENT_EXAMPLES, SECURITY, answers
from apps.ingest.rest.doors import Door
from apps.ingest.rest.requests import (
    check_inbound,
    read_document,
    unread_report,
    with_document,
)
from apps.ingest.serializers import AnswerOut, BatchIn, BatchOut, EventIn
from apps.ingest.services import receive, refuse
from apps.tracking.statuses import Source

BATCH_MAX_ITEMS = 1_000


def created_or_not(answer: Answer) -> int:
    """Return the HTTP status of the REST API: 201 for what was accepted."""
    return 201 if answer.result == Result.ACCEPTED else answer.status_code


class ReportEvent(Door):
    """Report one event or, without an event, the conversion of a transaction."""

    @extend_schema(
        operation_id="report_event",
        auth=SECURITY,
        request=EventIn,
        responses=answers(AnswerOut, created=True),
        examples=EVENT_EXAMPLES,
    )
    def post(self, request: Request) -> Response:
        """Accept an event: 201 when new, 200 when it was reported before."""
        http = django_request(request)
        unread = self.report = unread_report(http, timezone.now())
        inbound = self.report = with_document(unread, read_document(http))
        check_inbound(inbound)
        answer = receive(inbound, self.sender(request))
        return Response(
            answer.as_json(), status=created_or_not(answer), headers=answer.headers
        )


class ReportBatch(Door):
    """Report up to a thousand events; one bad item does not spoil the others."""

    @extend_schema(
        operation_id="report_events",
        auth=SECURITY,
        request=BatchIn,
        responses=answers(BatchOut),
        examples=BATCH_EXAMPLE,
    )
    def post(self, request: Request) -> Response:
        """Answer each item in its place, with the HTTP status it would have had."""
        http = django_request(request)
        self.report = unread_report(http, timezone.now())
        document = read_document(http, max_bytes=settings.INBOUND_BATCH_MAX_BYTES)
        items = _Items(_as_history(self.report, document))
        items.read(document.get("events"))
        sender = self.sender(request)
        sound = receive_batch(items.sound, sender) if items.sound else []
        return Response(_summary(items.in_order(sound)))


def _as_history(unread: Inbound, document: Mapping[str, Any]) -> Inbound:
    """Return a report of history as an import: stored, attributed, told to nobody."""
    if document.get("history") is not True:
        return unread
    return unread._replace(source=Source.IMPORT.value, is_history=True)


@dataclass
class _Items:
    """The items of a batch: sound ones, and those that could not be read."""

    unread: Inbound

    def __post_init__(self) -> None:
        self.sound: list[Inbound] = []
        self.unsound: dict[int, tuple[Inbound, RefusedError]] = {}
        self.count = 0

    def read(self, given: Any) -> None:
        """Sort the items. Raises ``RefusedError`` for a batch that is none."""
        if not isinstance(given, list) or not given:
            raise RefusedError(
                "bad_field:events", "«events» must be a list with at least one event."
            )
        if len(given) > BATCH_MAX_ITEMS:
            raise RefusedError(
                "payload_too_large", f"A batch may have {BATCH_MAX_ITEMS} events."
            )
        self.count = len(given)
        for place, item in enumerate(given):
            self._read_one(place, item)

    def _read_one(self, place: int, item: Any) -> None:
        is_object = isinstance(item, dict)
        inbound = with_document(self.unread, item if is_object else {})
        if not is_object:
            refusal = RefusedError("bad_field:events", "An event must be an object.")
            self.unsound[place] = (inbound, refusal)
            return
        try:
            check_inbound(inbound)
        except RefusedError as refusal:
            self.unsound[place] = (inbound, refusal)
        else:
            self.sound.append(inbound)

    def in_order(self, answers_of_sound: list[Answer]) -> list[Answer]:
        """Keep the unsound items and return all answers in the order of the items."""
        left = iter(answers_of_sound)
        found = []
        for place in range(self.count):
            if place in self.unsound:
                inbound, refusal = self.unsound[place]
                refuse(inbound, refusal)
                count_answers([refusal.answer])
                found.append(refusal.answer)
            else:
                found.append(next(left))
        return found


def _summary(found: list[Answer]) -> dict[str, Any]:
    counts = {
        result.value: sum(answer.result == result for answer in found)
        for result in Result
    }
    results = [
        {**answer.as_json(), "status": created_or_not(answer)} for answer in found
    ]
    return {**counts, "results": results}
