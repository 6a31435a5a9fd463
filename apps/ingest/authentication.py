"""How REST clients say who they are: a bearer token, or the admin's session."""

from typing import Any

from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from apps.accounts.models import TokenScope, User, hash_token
from apps.ingest.compiling import current_configuration
from apps.ingest.inbound import bearer_token, django_request, remote_address
from apps.ingest.principals import TokenPrincipal, UserPrincipal
from apps.ingest.refusals import NOT_AUTHENTICATED
from apps.ingest.tallies import note_token
from apps.ingest.throttling import throttle


class ApiTokenAuthentication(BaseAuthentication):
    """Find the principal of a bearer token; without one, others may try."""

    def authenticate(self, request: Request) -> tuple[Any, str] | None:
        """Return the principal and the token, ``None`` without a bearer header.

        Raises ``AuthenticationFailed``, and ``RefusedError`` for asking too often.
        """
        secret = bearer_token(django_request(request))
        if not secret:
            return None
        now = timezone.now()
        token = current_configuration().tokens.get(hash_token(secret))
        if token is None or not token.is_valid_at(now):
            throttle(f"address:{remote_address(django_request(request))}")
            raise AuthenticationFailed(NOT_AUTHENTICATED)
        throttle(f"token:{token.id}")
        note_token(token.id, now)
        if token.scope != TokenScope.USER:
            return TokenPrincipal(token), secret
        user = User.objects.filter(pk=token.user_id, is_active=True).first()
        if user is None:
            raise AuthenticationFailed(NOT_AUTHENTICATED)
        return UserPrincipal(user), secret

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
