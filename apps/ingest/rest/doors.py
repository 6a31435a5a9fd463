"""What the writing views of the REST API share."""

from typing import Any

from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.ingest.principals import Principal, UserPrincipal, principal_of
from apps.ingest.refusals import NOT_AUTHENTICATED, RefusedError
from apps.ingest.resolving import Sender
from apps.ingest.services import allowed_sender


class Door(APIView):
    """A view whose token is checked where the report is, so that refusals are kept.

    People who are signed in need no token; DRF checks their CSRF token.
    """

    permission_classes = [AllowAny]

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Leave the token of a report to ``accept_event``."""
        # The schema generator asks before there is a request.
        if getattr(self.request, "method", "") == "POST":
            return [SessionAuthentication()]
        return super().get_authenticators()

    def sender(self, request: Request) -> Sender | None:
        """Return the person who is signed in; ``None`` leaves it to the token.

        Raises ``RefusedError`` for a person who may not report.
        """
        user: Any = request.user
        if user is None or not user.is_authenticated:
            return None
        return allowed_sender(UserPrincipal(user))


class KnownDoor(APIView):
    """A view for principals that are known before anything is looked up."""

    permission_classes = [AllowAny]

    def principal(self, request: Request) -> Principal:
        """Return who asks. Raises ``RefusedError`` (``bad_token``) for nobody."""
        user: Any = request.user
        if user is None or not user.is_authenticated:
            raise RefusedError("bad_token", NOT_AUTHENTICATED)
        return principal_of(request)
