"""Pages of one destination: pause it, resume it, try it again."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.core.adminkit.addresses import change_url
from apps.core.adminkit.pages import Page, PageResult
from apps.core.adminkit.showing import NOTHING
from apps.deliveries.models import Destination
from apps.deliveries.releasing import resume_destination
from apps.deliveries.services import close_breaker, pause_destination
from apps.deliveries.states import BreakerState, DestinationState

LONGEST_HOURS = 30 * 24


class PauseForm(forms.Form):
    """Why, and for how long."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        help_text=_("For those who wonder why nothing is sent."),
    )
    hours = forms.IntegerField(
        label=_("Hours"),
        min_value=1,
        max_value=LONGEST_HOURS,
        required=False,
        help_text=_(
            "It resumes by itself after so many hours. Empty: when somebody resumes it."
        ),
    )


def pause(
    model_admin: Any, request: HttpRequest, destination: Destination
) -> PageResult:
    """Hold everything that goes there."""
    form = PauseForm(request.POST or None)
    if not form.is_valid():
        return {
            "form": form,
            "intro": gettext(
                "Nothing is sent to %(destination)s any more. What is due is held, and "
                "sent when the destination is resumed."
            )
            % {"destination": destination},
            "submit_label": gettext("Pause"),
            "is_dangerous": True,
        }
    hours = form.cleaned_data["hours"]
    until = timezone.now() + timedelta(hours=hours) if hours else None
    pause_destination(
        destination_id=destination.pk, reason=form.cleaned_data["reason"], until=until
    )
    told = gettext("%(destination)s is paused.") % {"destination": destination}
    messages.success(request, told)
    return HttpResponseRedirect(change_url(destination))


def resume(
    model_admin: Any, request: HttpRequest, destination: Destination
) -> PageResult:
    """Send again, what was held too."""
    if request.method != "POST":
        return {
            "form": forms.Form(),
            "intro": gettext(
                "%(destination)s was paused: %(reason)s. What was held is sent as soon "
                "as it is resumed."
            )
            % {"destination": destination, "reason": destination.paused_reason},
            "submit_label": gettext("Resume"),
        }
    count = resume_destination(destination_id=destination.pk)
    told = ngettext(
        "%(destination)s is open. %(count)s held deliveries go on.",
        "%(destination)s is open. %(count)s held deliveries go on.",
        count,
    )
    messages.success(request, told % {"destination": destination, "count": count})
    return HttpResponseRedirect(change_url(destination))


def try_now(
    model_admin: Any, request: HttpRequest, destination: Destination
) -> PageResult:
    """Close the breaker."""
    if request.method != "POST":
        return {
            "form": forms.Form(),
            "intro": _silence(destination),
            "submit_label": gettext("Close the breaker"),
        }
    close_breaker(destination_id=destination.pk)
    told = gettext("Everything that waits for %(destination)s is sent now.")
    messages.success(request, told % {"destination": destination})
    return HttpResponseRedirect(change_url(destination))


def _silence(destination: Destination) -> str:
    told = ngettext(
        "%(destination)s did not answer %(count)s time in a row. One request tries it "
        "at %(time)s. Close the breaker if you know that it works again: everything "
        "that waits is sent.",
        "%(destination)s did not answer %(count)s times in a row. One request tries it "
        "at %(time)s. Close the breaker if you know that it works again: everything "
        "that waits is sent.",
        destination.failures,
    )
    at = destination.retry_at
    return told % {
        "destination": destination,
        "count": destination.failures,
        "time": date_format(localtime(at), "H:i:s") if at else NOTHING,
    }


DESTINATION_PAGES = (
    Page(
        "pause",
        _("Pause"),
        "change",
        pause,
        is_offered=lambda one: one.state == DestinationState.OPEN,
    ),
    Page(
        "resume",
        _("Resume"),
        "change",
        resume,
        is_offered=lambda one: one.state == DestinationState.PAUSED,
    ),
    Page(
        "try-now",
        _("Try it now"),
        "change",
        try_now,
        is_offered=lambda one: one.breaker != BreakerState.CLOSED,
    ),
)
