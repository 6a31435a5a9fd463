"""Every refusal of the REST API in the one form of the doors (DESIGN §5)."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from apps.core.sql import DATABASE_TROUBLE
from apps.ingest.refusals import NOT_AUTHENTICATED, Answer, RefusedError, unavailable

Answers = tuple[tuple[type[Exception], int, str, str], ...]
KNOWN: Answers = (
    (exceptions.AuthenticationFailed, 401, "bad_token", NOT_AUTHENTICATED),
    (exceptions.NotAuthenticated, 401, "bad_token", NOT_AUTHENTICATED),
    (exceptions.PermissionDenied, 403, "forbidden", ""),
    (PermissionDenied, 403, "forbidden", ""),
    (exceptions.NotFound, 404, "not_found", "There is no such thing."),
    (Http404, 404, "not_found", "There is no such thing, or it is not yours."),
    (exceptions.MethodNotAllowed, 405, "bad_method", ""),
    (exceptions.NotAcceptable, 406, "not_acceptable", "Answers are JSON."),
    (exceptions.UnsupportedMediaType, 415, "bad_media_type", ""),
    (exceptions.ParseError, 422, "bad_field:body", ""),
)


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the answer to ``error``; ``None`` makes it a server error."""
    answer = answer_to(error)
    if answer is None:
        return None
    headers = dict(answer.headers)
    if answer.status_code == 401:
        headers["WWW-Authenticate"] = "Bearer"
    return Response(answer.as_json(), status=answer.status_code, headers=headers)


def answer_to(error: Exception) -> Answer | None:
    """Return what the sender is told of ``error``; ``None`` for a mistake of ours."""
    if isinstance(error, RefusedError):
        return error.answer
    if isinstance(error, DATABASE_TROUBLE):
        return unavailable()
    for kind, status, reason, detail in KNOWN:
        if isinstance(error, kind):
            return Answer("refused", reason, detail or str(error), status_code=status)
    return None
