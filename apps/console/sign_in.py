"""Signing in: the password, and for those who set it up the code of a second step.

Between the two the session belongs to nobody: it only remembers whose password was
right, for a few minutes.
"""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import authenticate, login
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from apps.accounts.models import User
from apps.accounts.two_step import has_two_step
from apps.console.session_age import begin_session
from apps.core.secret_box import SecretBoxError

BACKEND = "apps.accounts.roles.RoleBackend"
PENDING = "password_given"
PENDING_FOR = timedelta(minutes=5)
WRONG = _(
    "This code is not right. A code of the app is good for half a minute and works "
    "once: wait for the next one. A recovery code works once, too."
)


class CodeForm(forms.Form):
    """The code of the app, or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autofocus": True,
                "autocapitalize": "off",
                "spellcheck": "false",
            }
        ),
    )


class SignInView(LoginView):
    """Asks for the password, and signs in who has no second step."""

    authentication_form = AdminAuthenticationForm
    template_name = "admin/login.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign the user in, or ask for the code."""
        user: User = form.get_user()
        if not has_two_step(user):
            return _enter(self.request, user, self.get_success_url())
        self.request.session.cycle_key()
        self.request.session[PENDING] = {
            "user": user.pk,
            "hash": user.get_session_auth_hash(),
            "at": timezone.now().timestamp(),
            "next": self.get_success_url(),
        }
        return HttpResponseRedirect(reverse("admin:login_code"))


@sensitive_post_parameters("code")
def ask_for_code(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Show the page of the second step; a right code signs in."""
    user = _pending_user(request)
    if user is None:
        messages.warning(
            request,
            gettext("The code was not entered in time. Enter your password again."),
        )
        return HttpResponseRedirect(reverse("admin:login"))
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            found = authenticate(
                request, username=user.get_username(), code=form.cleaned_data["code"]
            )
        except SecretBoxError as error:
            form.add_error(
                "code",
                gettext("Codes of the app cannot be checked. %(error)s")
                % {"error": error},
            )
        else:
            if found is not None:
                return _enter(request, user, request.session[PENDING]["next"])
            form.add_error("code", WRONG)
    return TemplateResponse(
        request, "console/login_code.html", {**context, "form": form}
    )


def _enter(request: HttpRequest, user: User, url: str) -> HttpResponse:
    login(request, user, backend=BACKEND)
    request.session.pop(PENDING, None)
    begin_session(request)
    return HttpResponseRedirect(url)


def _pending_user(request: HttpRequest) -> User | None:
    """Return whose password was given; a change of it since then counts as none."""
    pending = request.session.get(PENDING)
    if pending is None:
        return None
    age = timezone.now().timestamp() - pending["at"]
    user = User.objects.filter(pk=pending["user"], is_active=True).first()
    if user is None or age > PENDING_FOR.total_seconds():
        return None
    is_same = constant_time_compare(pending["hash"], user.get_session_auth_hash())
    return user if is_same else None
