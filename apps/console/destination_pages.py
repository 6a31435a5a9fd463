"""Pages of one destination: pause it, resume it, try it again."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone

from apps.core.adminkit.addresses import change_url
from apps.core.adminkit.pages import Page, PageResult
from apps.core.adminkit.showing import moment
from apps.deliveries.models import Destination
from apps.deliveries.releasing import resume_destination
from apps.deliveries.services import close_breaker, pause_destination
from apps.deliveries.states import BreakerState, DestinationState

LONGEST_HOURS = 30 * 24


class PauseForm(forms.Form):
    """Why, and for how long."""

    reason = forms.CharField(
        max_length=300, help_text="For those who wonder why nothing is sent."
    )
    hours = forms.IntegerField(
        min_value=1,
        max_value=LONGEST_HOURS,
        required=False,
        help_text="It resumes by itself after so many hours. Empty: when somebody "
        "resumes it.",
    )


def pause(
    model_admin: Any, request: HttpRequest, destination: Destination
) -> PageResult:
    """Hold everything that goes there."""
    form = PauseForm(request.POST or None)
    if not form.is_valid():
        return {
            "form": form,
            "intro": f"Nothing is sent to {destination} any more. What is due is "
            "held, and sent when the destination is resumed.",
            "submit_label": "Pause",
            "is_dangerous": True,
        }
    hours = form.cleaned_data["hours"]
    until = timezone.now() + timedelta(hours=hours) if hours else None
    pause_destination(
        destination_id=destination.pk, reason=form.cleaned_data["reason"], until=until
    )
    messages.success(request, f"{destination} is paused.")
    return HttpResponseRedirect(change_url(destination))


def resume(
    model_admin: Any, request: HttpRequest, destination: Destination
) -> PageResult:
    """Send again, what was held too."""
    if request.method != "POST":
        return {
            "form": forms.Form(),
            "intro": f"{destination} was paused: {destination.paused_reason}. What was "
            "held is sent as soon as it is resumed.",
            "submit_label": "Resume",
        }
    count = resume_destination(destination_id=destination.pk)
    messages.success(request, f"{destination} is open. {count} held deliveries go on.")
    return HttpResponseRedirect(change_url(destination))


def try_now(
    model_admin: Any, request: HttpRequest, destination: Destination
) -> PageResult:
    """Close the breaker."""
    if request.method != "POST":
        return {
            "form": forms.Form(),
            "intro": f"{destination} did not answer {destination.failures} times in a "
            f"row. One request tries it at {moment(destination.retry_at)}. Close the "
            "breaker if you know that it works again: everything that waits is sent.",
            "submit_label": "Close the breaker",
        }
    close_breaker(destination_id=destination.pk)
    messages.success(request, f"Everything that waits for {destination} is sent now.")
    return HttpResponseRedirect(change_url(destination))


DESTINATION_PAGES = (
    Page(
        "pause",
        "Pause",
        "change",
        pause,
        is_offered=lambda one: one.state == DestinationState.OPEN,
    ),
    Page(
        "resume",
        "Resume",
        "change",
        resume,
        is_offered=lambda one: one.state == DestinationState.PAUSED,
    ),
    Page(
        "try-now",
        "Try it now",
        "change",
        try_now,
        is_offered=lambda one: one.breaker != BreakerState.CLOSED,
    ),
)
