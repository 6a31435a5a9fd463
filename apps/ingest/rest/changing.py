"""REST door for the status of a conversion."""

from uuid import UUID

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from apps.core.source_texts import source_text
from apps.ingest.conversions import ForbiddenMoveError, Move, move_conversion
from apps.ingest.inbound import django_request
from apps.ingest.principals import Principal, UserPrincipal
from apps.ingest.refusals import RefusedError
from apps.ingest.rest.documented import STATUS_EXAMPLES, answers
from apps.ingest.rest.doors import KnownDoor
from apps.ingest.rest.requests import read_document, text_of
from apps.ingest.serializers import StatusIn, StatusOut
from apps.tracking.models import Conversion
from apps.tracking.statuses import ConversionStatus, Source

MAY_CHANGE = "tracking.change_conversion"
REASON_MAX_LENGTH = 200


class ChangeStatus(KnownDoor):
    """Move a conversion along its status machine."""

    @extend_schema(
        operation_id="change_conversion_status",
        request=StatusIn,
        responses=answers(StatusOut),
        examples=STATUS_EXAMPLES,
    )
    def patch(self, request: Request, key: UUID) -> Response:
        """Change the status; writing the same one again changes nothing."""
        principal = self.principal(request)
        if not _may_change(principal):
            raise RefusedError("forbidden", "You may not change conversions.")
        rows = principal.rows(Conversion.objects.all(), offer_path="offer__")
        conversion = get_object_or_404(rows, pk=key)
        move = _move(read_document(django_request(request)), principal)
        try:
            change = move_conversion(conversion.pk, move, timezone.now())
        except ForbiddenMoveError as error:
            raise RefusedError("bad_status", source_text(error)) from error
        conversion.refresh_from_db()
        return Response(
            {
                "id": str(conversion.pk),
                "status": conversion.status,
                "reason": conversion.status_reason,
                "version": conversion.version,
                "changed": change is not None,
            }
        )


def _may_change(principal: Principal) -> bool:
    if isinstance(principal, UserPrincipal):
        return principal.may_report and principal.user.has_perm(MAY_CHANGE)
    return principal.may_report


def _move(document: dict[str, object], principal: Principal) -> Move:
    status = text_of(document, "status", max_length=20)
    if status not in ConversionStatus.values:
        known = ", ".join(ConversionStatus.values)
        raise RefusedError("bad_status", f"«status» must be one of: {known}.")
    fires = document.get("fire_postbacks", True)
    if not isinstance(fires, bool):
        raise RefusedError(
            "bad_field:fire_postbacks", "«fire_postbacks» must be true or false."
        )
    return Move(
        status,
        Source.API.value,
        text_of(document, "reason", max_length=REASON_MAX_LENGTH),
        fires_postbacks=fires,
        actor=principal.user if isinstance(principal, UserPrincipal) else None,
    )
