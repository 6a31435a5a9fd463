"""Who uses the screens."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from apps.accounts.models import User


def signed_in(request: HttpRequest) -> User:
    """Return the user of a request that the admin site let in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
