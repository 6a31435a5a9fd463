"""The REST API, version 1: programs report events as JSON."""

from typing import Any

from django.db import OperationalError
from django.utils import timezone
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.ingest.authentication import ApiTokenAuthentication
from apps.ingest.inbound import (
    Inbound,
    bearer_token,
    check_bounds,
    check_length,
    kept_headers,
    parse_json,
    remote_address,
    split_json,
)
from apps.ingest.models import Result
from apps.ingest.refusals import Answer, RefusedError
from apps.ingest.refused_requests import record_refusal
from apps.ingest.serializers import AnswerOut, EventIn
from apps.ingest.services import receive
from apps.ingest.views import RETRY_AFTER_SECONDS
from apps.tracking.statuses import (
    Source,
)


class EventView(APIView):
    """Report one event or, without an event, the conversion of a transaction."""

    # The token is checked by ``accept_event``, so that each refusal has one form.
    authentication_classes = [ApiTokenAuthentication]
    permission_classes = [AllowAny]

    @extend_schema(
        request=EventIn,
        responses={
            201: AnswerOut,
            200: OpenApiResponse(AnswerOut, "Reported before; the first event's ids."),
            401: AnswerOut,
            404: AnswerOut,
            409: AnswerOut,
            422: AnswerOut,
        },
    )
    def post(self, request: Request) -> Response:
        """Accept an event: 201 when new, 200 when it was reported before."""
        inbound = self._inbound(request)
        try:
            check_length(request._request)  # noqa: SLF001 - DRF's own name for it
            inbound = self._inbound(request, parse_json(request._request.body))  # noqa: SLF001
            check_bounds(inbound.values)
            answer, status = receive(inbound)
        except RefusedError as refusal:
            record_refusal(inbound, refusal)
            answer = Answer(Result.REFUSED.value, refusal.reason, refusal.detail)
            status = refusal.status_code
        except OperationalError:
            return Response(
                Answer(Result.REFUSED.value, "unavailable", "Try again.").as_json(),
                status=503,
                headers={"Retry-After": RETRY_AFTER_SECONDS},
            )
        created = answer.result == Result.ACCEPTED
        return Response(answer.as_json(), status=201 if created else status)

    def _inbound(
        self, request: Request, document: dict[str, Any] | None = None
    ) -> Inbound:
        http_request = request._request  # noqa: SLF001 - DRF's own name for it
        values: dict[str, str] = {}
        nested: dict[str, Any] = {}
        split_json(document or {}, values, nested)
        name = values.pop("event", "")
        if name:
            key = "event_id" if name.isascii() and name.isdigit() else "event_name"
            values.setdefault(key, name)
        return Inbound(
            source=Source.API.value,
            received_at=timezone.now(),
            values=values,
            nested=nested,
            token=bearer_token(http_request),
            method="POST",
            path=http_request.path[:500],
            headers=kept_headers(http_request),
            remote_address=remote_address(http_request),
        )
