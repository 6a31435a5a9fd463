"""The page «Change status» of a conversion, also on the way from its lead."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.console.people import signed_in
from apps.core.adminkit.addresses import change_url
from apps.core.adminkit.pages import PageResult
from apps.deliveries.models import Delivery
from apps.deliveries.states import DeliveryKind, DeliveryState
from apps.ingest.conversions import ForbiddenMoveError, Move, move_conversion
from apps.tracking.models import Conversion, ConversionChange, Lead
from apps.tracking.statuses import STATUS_MOVES, ConversionStatus, Source

LEAD = "lead"
"""The parameter of the address that names the lead to go back to."""


class StatusChangeForm(forms.Form):
    """Where the conversion goes, why, and whether partners are told."""

    status = forms.ChoiceField(label=_("Status"))
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_(
            "Kept with the change, and sent where a postback asks for it: no "
            "names, no contact data."
        ),
    )
    fires_postbacks = forms.BooleanField(
        required=False,
        initial=True,
        label=_("Fire postbacks"),
        help_text=_("Off: the change is stored, and nobody is told."),
    )

    def __init__(self, conversion: Conversion, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        status = self.fields["status"]
        if isinstance(status, forms.ChoiceField):
            moves = sorted(STATUS_MOVES[conversion.status])
            status.choices = [(move, ConversionStatus(move).label) for move in moves]


def change_status(
    model_admin: Any, request: HttpRequest, obj: Conversion
) -> PageResult:
    """Change the status of a conversion by hand."""
    form = StatusChangeForm(obj, request.POST or None)
    back = _where_from(request, signed_in(request), obj)
    if not form.is_valid():
        return {
            "form": form,
            "intro": _standing(obj),
            "submit_label": gettext("Change status"),
            "cancel_url": change_url(back),
        }
    move = Move(
        source=Source.MANUAL.value, actor=signed_in(request), **form.cleaned_data
    )
    try:
        change = move_conversion(obj.pk, move, timezone.now())
    except ForbiddenMoveError as error:
        messages.error(
            request,
            gettext("%(error)s Nothing was changed: look at it again.")
            % {"error": error},
        )
        return HttpResponseRedirect(change_url(back))
    messages.success(request, _told(change, move))
    return HttpResponseRedirect(change_url(back))


def _standing(conversion: Conversion) -> str:
    status = conversion.get_status_display().lower()
    if conversion.event_type is None:
        return gettext("The conversion of the transaction is %(status)s now.") % {
            "status": status
        }
    return gettext("The conversion of %(event)s is %(status)s now.") % {
        "event": conversion.event_type,
        "status": status,
    }


def _where_from(
    request: HttpRequest, user: User, conversion: Conversion
) -> Lead | Conversion:
    """Return the lead whose page led here, else the conversion."""
    given = request.GET.get(LEAD, "")
    if not given.isdecimal() or not user.has_perm("tracking.view_lead"):
        return conversion
    leads = Lead.objects.visible_to(user).filter(
        offer=conversion.offer_id, transaction_id=conversion.transaction_id
    )
    return next((lead for lead in leads if str(lead.pk) == given), conversion)


def _told(change: ConversionChange | None, move: Move) -> str:
    label = str(ConversionStatus(move.status).label).lower()
    if change is None:
        told = gettext("The conversion was %(status)s already; nothing was changed.")
        return told % {"status": label}
    if not move.fires_postbacks:
        told = gettext("The conversion is %(status)s; nobody was told, as you asked.")
        return told % {"status": label}
    waiting = Delivery.objects.filter(
        trigger_id=change.pk, kind=DeliveryKind.LIVE, state=DeliveryState.PENDING
    ).count()
    told = ngettext(
        "The conversion is %(status)s; %(count)s postback is on the way.",
        "The conversion is %(status)s; %(count)s postbacks are on the way.",
        waiting,
    )
    return told % {"status": label, "count": waiting}
