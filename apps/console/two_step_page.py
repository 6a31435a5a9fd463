"""The page «Two-step sign-in» of the user's own account."""

from collections.abc import Callable
from typing import Any

import segno
from django import forms
from django.contrib import messages
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from apps.accounts.models import TwoStep, User
from apps.accounts.two_step import (
    DIGITS,
    begin,
    confirm,
    enrolment,
    is_two_step_demanded,
    new_recovery_codes,
)
from apps.console.people import signed_in
from apps.core.secret_box import SecretBoxError

QUIET_ZONE = 4
"""Light modules around the code, without which readers do not find it."""
Shown = dict[str, Any] | None
"""What a step has to show at once; nothing sends back to the page."""

CODE = forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"})
PASSWORD = forms.PasswordInput(attrs={"autocomplete": "current-password"})


class ConfirmForm(forms.Form):
    """Proves that the telephone knows the secret, and who is at the keyboard."""

    code = forms.CharField(label=_("Code of the app"), max_length=20, widget=CODE)
    password = forms.CharField(
        label=_("Your password"), max_length=128, widget=PASSWORD
    )


class ProofForm(forms.Form):
    """Proves who is at the keyboard."""

    password = forms.CharField(
        label=_("Your password, or a code of the app"), max_length=128, widget=PASSWORD
    )


@sensitive_post_parameters()
def show_two_step(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Show how the user signs in, and carry out what a button asks for."""
    user = signed_in(request)
    two_step = TwoStep.objects.filter(user=user).select_related("user").first()
    shown: dict[str, Any] = {}
    step = STEPS.get(request.POST.get("step", ""))
    if step is not None:
        try:
            found = step(request, user, two_step)
        except SecretBoxError as error:
            messages.error(
                request,
                gettext("The code cannot be checked. %(error)s") % {"error": error},
            )
            found = None
        if found is None:
            return HttpResponseRedirect(request.path)
        shown = found
    page = {
        **context,
        "title": gettext("Two-step sign-in"),
        "is_demanded": is_two_step_demanded(user),
        **_state(two_step),
        **shown,
    }
    return TemplateResponse(request, "console/two_step.html", page)


def _state(two_step: TwoStep | None) -> dict[str, Any]:
    if two_step is None:
        return {"state": "off"}
    if two_step.confirmed_at is None:
        try:
            told = enrolment(two_step)
        except SecretBoxError:
            return {"state": "off"}  # Beginning again makes a secret that opens.
        return {
            "state": "begun",
            "secret": told.secret,
            "uri": told.uri,
            "picture": _picture(told.uri),
            "form": ConfirmForm(),
        }
    return {
        "state": "on",
        "since": two_step.confirmed_at,
        "codes_left": two_step.recovery_codes.filter(used_at=None).count(),
        "form": ProofForm(),
    }


def _begin(request: HttpRequest, user: User, two_step: TwoStep | None) -> Shown:
    begin(user)
    return None


def _stop(request: HttpRequest, user: User, two_step: TwoStep | None) -> Shown:
    TwoStep.objects.filter(user=user, confirmed_at=None).delete()
    return None


def _confirm(request: HttpRequest, user: User, two_step: TwoStep | None) -> Shown:
    if two_step is None or two_step.confirmed_at is not None:
        return None
    form = ConfirmForm(request.POST)
    if not form.is_valid():
        return {"form": form}
    given = form.cleaned_data
    if not _is_password(request, user, given["password"]):
        form.add_error("password", gettext("This is not your password."))
        return {"form": form}
    codes = confirm(two_step, given["code"], timezone.now())
    if codes is None:
        form.add_error(
            "code",
            gettext(
                "This code is not right. Wait for the next one; if none is right, set "
                "the clock of your telephone by the network."
            ),
        )
        return {"form": form}
    messages.success(
        request, gettext("From now on you are asked for a code when you sign in.")
    )
    return {"codes": codes, **_state(two_step)}


def _renew(request: HttpRequest, user: User, two_step: TwoStep | None) -> Shown:
    if two_step is None or two_step.confirmed_at is None:
        return None
    form = ProofForm(request.POST)
    if not _is_proven(request, user, form):
        return {"form": form}
    messages.success(request, gettext("The old recovery codes work no more."))
    return {"codes": new_recovery_codes(two_step), **_state(two_step)}


def _switch_off(request: HttpRequest, user: User, two_step: TwoStep | None) -> Shown:
    if two_step is None or is_two_step_demanded(user):
        return None
    form = ProofForm(request.POST)
    if not _is_proven(request, user, form):
        return {"form": form}
    two_step.delete()
    messages.warning(
        request, gettext("Two-step sign-in is off. The password alone lets in.")
    )
    return None


STEPS: dict[str, Callable[[HttpRequest, User, TwoStep | None], Shown]] = {
    "begin": _begin,
    "stop": _stop,
    "confirm": _confirm,
    "codes": _renew,
    "off": _switch_off,
}


def _is_proven(request: HttpRequest, user: User, form: ProofForm) -> bool:
    """Tell whether the form holds the password or a code; wrong ones are counted."""
    if not form.is_valid():
        return False
    given = form.cleaned_data["password"]
    code = "".join(given.split())
    if len(code) == DIGITS and code.isdigit():
        found = authenticate(request, username=user.get_username(), code=code)
        is_right = found is not None
    else:
        is_right = _is_password(request, user, given)
    if not is_right:
        form.add_error(
            "password", gettext("This is neither your password nor a fresh code.")
        )
    return is_right


def _is_password(request: HttpRequest, user: User, password: str) -> bool:
    name = user.get_username()
    return authenticate(request, username=name, password=password) is not None


def _picture(uri: str) -> dict[str, Any]:
    """Return the dark squares of a QR code as one path of an SVG."""
    rows = segno.make(uri, error="m").matrix
    path = "".join(
        f"M{x + QUIET_ZONE} {y + QUIET_ZONE}h1v1h-1z"
        for y, row in enumerate(rows)
        for x, is_dark in enumerate(row)
        if is_dark
    )
    return {"path": path, "size": len(rows) + 2 * QUIET_ZONE}
