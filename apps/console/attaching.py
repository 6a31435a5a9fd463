"""Attach an event list to many offers at once, after a confirmation (R195, R196)."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.console.people import signed_in
from apps.core.adminkit.pages import render_page
from apps.event_lists.available import offers_with_two_conversion_events
from apps.event_lists.models import EventList
from apps.events.models import EventType
from apps.offers.models import Offer

NAMED = 20
CONFIRMED = "confirmed"


class AttachForm(forms.Form):
    """Which list the ticked offers get, or lose."""

    event_list = forms.ModelChoiceField(
        EventList.objects.order_by("name"),
        label=_("Event list"),
        help_text=_(
            "Offers follow the list: what is added to it later counts for them at once."
        ),
    )
    what = forms.ChoiceField(
        choices=[("attach", _("Attach it")), ("detach", _("Detach it"))],
        initial="attach",
        label=_("What"),
        help_text=_("Detached: reports of what only this list brought are refused."),
    )


@admin.action(description=_("Attach or detach an event list"), permissions=["change"])
def attach_event_list(
    model_admin: Any, request: HttpRequest, offers: QuerySet[Offer]
) -> HttpResponse | None:
    """Ask for the list, name the offers, then attach or detach."""
    form = AttachForm(request.POST if CONFIRMED in request.POST else None)
    if not form.is_valid() or not _may(request):
        page = {
            "template": "console/attach.html",
            "form": form,
            "offers": offers[:NAMED],
            "count": offers.count(),
            "ticked": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "action": request.POST.get("action", ""),
            "across": request.POST.get("select_across", "0"),
            "has_lists": EventList.objects.exists(),
            "may": _may(request),
            "submit_label": gettext("Apply"),
        }
        return render_page(
            model_admin, request, page, title=gettext("Attach an event list")
        )
    chosen: EventList = form.cleaned_data["event_list"]
    if form.cleaned_data["what"] == "attach":
        _attach(request, chosen, offers)
    else:
        _detach(request, chosen, offers)
    return None


def _may(request: HttpRequest) -> bool:
    return signed_in(request).has_perms(
        ("event_lists.add_offereventlist", "event_lists.delete_offereventlist")
    )


def _attach(request: HttpRequest, chosen: EventList, offers: QuerySet[Offer]) -> None:
    new = list(offers.exclude(event_lists=chosen))
    chosen.offers.add(*new)
    had = offers.count() - len(new)
    told = (
        ngettext(
            "«%(list)s» is attached to %(count)s offer; %(had)s had it already.",
            "«%(list)s» is attached to %(count)s offers; %(had)s had it already.",
            len(new),
        )
        if had
        else ngettext(
            "«%(list)s» is attached to %(count)s offer.",
            "«%(list)s» is attached to %(count)s offers.",
            len(new),
        )
    )
    messages.success(request, told % {"list": chosen, "count": len(new), "had": had})
    # All its offers have all its events: one conversion event finds every clash.
    event_type = EventType.objects.filter(
        event_lists=chosen, is_conversion=True
    ).first()
    if event_type is not None:
        warn_of_two(request, event_type, offers)


def _detach(request: HttpRequest, chosen: EventList, offers: QuerySet[Offer]) -> None:
    having = list(offers.filter(event_lists=chosen))
    chosen.offers.remove(*having)
    told = ngettext(
        "«%(list)s» is detached from %(count)s offer.",
        "«%(list)s» is detached from %(count)s offers.",
        len(having),
    )
    messages.success(request, told % {"list": chosen, "count": len(having)})


def warn_of_two(
    request: HttpRequest, event_type: EventType, offers: QuerySet[Offer]
) -> None:
    """Say on which of ``offers`` reports would count conversions twice (R179)."""
    doubled = offers_with_two_conversion_events(event_type, offers)
    names = [f"«{offer}»" for offer in doubled[: NAMED + 1]]
    if not names:
        return
    named = ", ".join(names[:NAMED])
    if len(names) > NAMED:
        named = gettext("%(names)s and others") % {"names": named}
    messages.warning(
        request,
        gettext(
            "More than one conversion event on %(offers)s: besides «%(event)s» another "
            "one counts as the primary conversion, so reports count transactions "
            "twice. Leave it marked on one of them."
        )
        % {"offers": named, "event": event_type},
    )
