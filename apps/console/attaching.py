"""Attach an event list to many offers at once, after a confirmation (R195, R196)."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

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
        help_text="Offers follow the list: what is added to it later counts for them "
        "at once.",
    )
    what = forms.ChoiceField(
        choices=[("attach", "Attach it"), ("detach", "Detach it")],
        initial="attach",
        label="What",
        help_text="Detached: reports of what only this list brought are refused.",
    )


@admin.action(description="Attach or detach an event list", permissions=["change"])
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
            "submit_label": "Apply",
        }
        return render_page(model_admin, request, page, title="Attach an event list")
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
    rest = f"; {had} had it already" if had else ""
    messages.success(request, f"«{chosen}» is attached to {_offers(new)}{rest}.")
    # All its offers have all its events: one conversion event finds every clash.
    event_type = EventType.objects.filter(
        event_lists=chosen, is_conversion=True
    ).first()
    if event_type is not None:
        warn_of_two(request, event_type, offers)


def _detach(request: HttpRequest, chosen: EventList, offers: QuerySet[Offer]) -> None:
    having = list(offers.filter(event_lists=chosen))
    chosen.offers.remove(*having)
    messages.success(request, f"«{chosen}» is detached from {_offers(having)}.")


def _offers(offers: list[Offer]) -> str:
    return "1 offer" if len(offers) == 1 else f"{len(offers)} offers"


def warn_of_two(
    request: HttpRequest, event_type: EventType, offers: QuerySet[Offer]
) -> None:
    """Say on which of ``offers`` reports would count conversions twice (R179)."""
    doubled = offers_with_two_conversion_events(event_type, offers)
    names = [f"«{offer}»" for offer in doubled[: NAMED + 1]]
    if not names:
        return
    more = " and others" if len(names) > NAMED else ""
    messages.warning(
        request,
        f"More than one conversion event on {', '.join(names[:NAMED])}{more}: besides "
        f"«{event_type}» another one counts as the primary conversion, so reports "
        "count transactions twice. Leave it marked on one of them.",
    )
