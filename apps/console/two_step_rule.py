"""Where ``REQUIRE_TWO_STEP`` is set: nobody gets further without a second step."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.two_step import has_two_step, is_two_step_demanded

OPEN = ("two_step", "account", "logout", "password_change", "jsi18n")
"""What such a user may open: what is needed to comply, or to leave."""


def demand_two_step(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Send people to the page where they set it up; elsewhere they are nobody.

    Tokens of the API are not sessions and never come here.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if not settings.REQUIRE_TWO_STEP or not _lacks_it(request):
            return get_response(request)
        if not request.path.startswith(reverse("admin:index")):
            request.user = AnonymousUser()
            return get_response(request)
        if request.path in {reverse(f"admin:{name}") for name in OPEN}:
            return get_response(request)
        messages.warning(
            request,
            _("Set up two-step sign-in to go on: this installation requires it."),
        )
        return HttpResponseRedirect(reverse("admin:two_step"))

    return middleware


def _lacks_it(request: HttpRequest) -> bool:
    user = request.user
    if not isinstance(user, User) or not user.is_authenticated:
        return False
    return is_two_step_demanded(user) and not has_two_step(user)
