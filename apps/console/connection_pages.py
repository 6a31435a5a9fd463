"""The page «Test connection», and what is said of deliveries that waited."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.actions.base import CheckLevel
from apps.connections.models import Connection, ConnectionState
from apps.core.adminkit.addresses import change_url
from apps.core.adminkit.pages import Page, PageResult
from apps.deliveries.services import check_connection

LEVELS = {
    CheckLevel.GOOD: messages.SUCCESS,
    CheckLevel.WARNING: messages.WARNING,
    CheckLevel.ERROR: messages.ERROR,
}


def check(model_admin: Any, request: HttpRequest, connection: Connection) -> PageResult:
    """Test the credentials without side effects; release what waits for them."""
    if request.method != "POST":
        return {
            "form": forms.Form(),
            "intro": gettext(
                "The credentials are tested without sending anything to anybody. "
                "If they work, what is held because of them is sent, oldest first."
            ),
            "submit_label": gettext("Test connection"),
        }
    lines, released = check_connection(connection=connection, now=timezone.now())
    for line in lines:
        messages.add_message(request, LEVELS[line.level], line.text)
    if connection.state == ConnectionState.DISABLED:
        text = gettext("%(name)s is disabled: nothing is sent until its state is OK.")
        messages.warning(request, text % {"name": connection})
    tell_released(request, released)
    return HttpResponseRedirect(change_url(connection))


def tell_released(request: HttpRequest, released: int) -> None:
    """Say how many deliveries go on, if any had to wait."""
    if released:
        told = ngettext(
            "%(count)s held deliveries are sent now.",
            "%(count)s held deliveries are sent now.",
            released,
        )
        messages.success(request, told % {"count": released})


CONNECTION_PAGES = (Page("test", _("Test connection"), "change", check),)
