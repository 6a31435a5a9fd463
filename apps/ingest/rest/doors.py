"""What the writing views of the REST API share."""

from typing import Any

from django.db import OperationalError
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.ingest.principals import Principal, UserPrincipal, principal_of
from apps.ingest.refusals import NOT_AUTHENTICATED, RefusedError, unavailable
from apps.ingest.resolving import Sender
from apps.ingest.services import allowed_sender


class _Answering(APIView):
    """Answers a refusal in the form of every door."""

    def handle_exception(self, exc: Exception) -> Response:
        """Say why something was refused, or that the database is away."""
        if isinstance(exc, OperationalError):
            answer = unavailable()
        elif isinstance(exc, RefusedError):
            answer = exc.answer
        else:
            return super().handle_exception(exc)
        return Response(
            answer.as_json(), status=answer.status_code, headers=answer.headers
        )


class Door(_Answering):
    """A view whose token is checked where the report is, so that refusals are kept.

    People who are signed in need no token; DRF checks their CSRF token.
    """

    permission_classes = [AllowAny]
    authentication_classes = [SessionAuthentication]

    def sender(self, request: Request) -> Sender | None:
        """Return the person who is signed in; ``None`` leaves it to the token.

        Raises ``RefusedError`` for a person who may not report.
        """
        user: Any = request.user
        if user is None or not user.is_authenticated:
            return None
        return allowed_sender(UserPrincipal(user))


class KnownDoor(_Answering):
    """A view for principals that are known before anything is looked up."""

    permission_classes = [AllowAny]

    def principal(self, request: Request) -> Principal:
        """Return who asks. Raises ``RefusedError`` (``bad_token``) for nobody."""
        user: Any = request.user
        if user is None or not user.is_authenticated:
            raise RefusedError("bad_token", NOT_AUTHENTICATED)
        return principal_of(request)
