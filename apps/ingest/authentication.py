"""How REST clients say who they are: a bearer token, or the admin's session."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from apps.ingest.inbound import bearer_token


class BearerSender:
    """A client known by its token alone; what it may do is decided per offer."""

    is_authenticated = True
    is_active = True
    is_staff = False
    pk = None


class ApiTokenAuthentication(BaseAuthentication):
    """Take a bearer token as it is; ``accept_event`` checks it against the offer.

    The check belongs there: it is the same for every door, and a refused token is
    then kept among the refused requests like any other.
    """

    def authenticate(self, request: Request) -> tuple[Any, str] | None:
        """Return the sender and the token, ``None`` without a bearer header."""
        token = bearer_token(request._request)  # noqa: SLF001 - DRF's own name for it
        return (BearerSender(), token) if token else None

    def authenticate_header(self, request: Request) -> str:
        """Return the challenge that makes DRF answer 401."""
        return "Bearer"


class ApiTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the API's documentation describes the token; drf-spectacular finds it."""

    target_class = "apps.ingest.authentication.ApiTokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the OpenAPI security scheme."""
        return {"type": "http", "scheme": "bearer"}
