"""How long a session lasts: idle, and in all.

``SESSION_COOKIE_AGE`` is the idle time: Django starts it again whenever it stores the
session. Storing it on every request would be a write for every page, so it is stored
when a while of it has passed.
"""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.adminkit.showing import duration

BEGUN = "begun_at"
SEEN = "seen_at"
RENEWALS = 100
"""How many times in its idle time a session is stored at most."""


def end_old_sessions(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Sign out who has been signed in for too long; keep the others' sessions alive."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            _keep_or_end(request)
        return get_response(request)

    return middleware


def begin_session(request: HttpRequest) -> None:
    """Count the age of the session from now: somebody has just signed in."""
    now = timezone.now().timestamp()
    request.session[BEGUN] = request.session[SEEN] = now


def _keep_or_end(request: HttpRequest) -> None:
    now = timezone.now().timestamp()
    begun = request.session.get(BEGUN)
    if begun is None:
        begin_session(request)
    elif now - begun >= settings.SESSION_MAX_SECONDS:
        logout(request)
        messages.info(
            request,
            _(
                "You were signed out: a session lasts %(duration)s at most. Sign in "
                "again."
            )
            % {"duration": duration(settings.SESSION_MAX_SECONDS)},
        )
    elif now - request.session[SEEN] >= settings.SESSION_COOKIE_AGE / RENEWALS:
        request.session[SEEN] = now
