"""What the writing views of the REST API share."""

from typing import Any

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.ingest.counting import count_answers
from apps.ingest.inbound import Inbound, django_request
from apps.ingest.principals import Principal, UserPrincipal, principal_of
from apps.ingest.refusals import NOT_AUTHENTICATED, RefusedError
from apps.ingest.refused_requests import Refused, record_refused
from apps.ingest.resolving import Sender
from apps.ingest.rest.errors import answer_to
from apps.ingest.rest.requests import unread_report
from apps.ingest.services import allowed_sender, refuse

CHANGING = ("POST", "PATCH", "DELETE")


class AlwaysJson(BaseContentNegotiation):
    """Answer JSON whatever is asked for: choosing took a twentieth of a report."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """Return the only parser."""
        return parsers[0]

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        """Return the only renderer and its media type."""
        return renderers[0], renderers[0].media_type


class _KeepsRefused(APIView):
    """A view whose refusals are stored when the request would have changed something.

    ``report`` is what is known of the request so far.
    """

    content_negotiation_class = AlwaysJson
    permission_classes = [AllowAny]
    report: Inbound | None = None

    def handle_exception(self, exc: Exception) -> Response:
        """Keep what is refused, then answer as the API answers."""
        answer = answer_to(exc)
        if answer is not None and self.request.method in CHANGING:
            count_answers([answer])
        request: Any = self.request
        if answer is not None and answer.is_kept and request.method in CHANGING:
            report = self.report or unread_report(
                django_request(request), timezone.now()
            )
            if isinstance(exc, RefusedError):
                refuse(report, exc)
            else:
                record_refused([Refused(report, answer, None)])
        return super().handle_exception(exc)


class Door(_KeepsRefused):
    """A view whose token is checked where the report is, so that refusals are counted.

    People who are signed in need no token; DRF checks their CSRF token.
    """

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


class KnownDoor(_KeepsRefused):
    """A view for principals that are known before anything is looked up."""

    def principal(self, request: Request) -> Principal:
        """Return who asks. Raises ``RefusedError`` (``bad_token``) for nobody."""
        user: Any = request.user
        if user is None or not user.is_authenticated:
            raise RefusedError("bad_token", NOT_AUTHENTICATED)
        return principal_of(request)
