"""The user's own settings: time zone, password, second step."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.accounts.two_step import has_two_step, is_two_step_demanded
from apps.accounts.zones import zone_choices, zone_of
from apps.console.people import signed_in
from apps.core.adminkit.selects import LongSelect


def zone_options() -> list[tuple[str, str]]:
    """Return the zones to choose from, the installation's first."""
    default = timezone.get_default_timezone_name()
    return [
        ("", gettext("The installation's (%(zone)s)") % {"zone": default}),
        *zone_choices(),
    ]


class ZoneForm(forms.ModelForm[User]):
    """In which zone times are shown and read."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zone_options, widget=LongSelect, required=False
    )

    class Meta:
        model = User
        fields = ("time_zone",)


def show_account(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """Show the settings; store another time zone."""
    user = signed_in(request)
    form = ZoneForm(request.POST or None, instance=user)
    if form.is_valid():
        form.save()
        zone = zone_of(user)
        now = timezone.now().astimezone(zone)
        messages.success(
            request,
            gettext("Times are in %(zone)s now. It is %(time)s there.")
            % {"zone": zone.key, "time": f"{now:%Y-%m-%d %H:%M}"},
        )
        return HttpResponseRedirect(request.path)
    page = {
        **context,
        "title": gettext("Your account"),
        "form": form,
        "has_two_step": has_two_step(user),
        "is_demanded": is_two_step_demanded(user),
    }
    return TemplateResponse(request, "console/account.html", page)
