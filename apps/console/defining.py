"""The page «Define an event»: a received name becomes an event of the offer."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.console.people import signed_in
from apps.core.adminkit.addresses import change_url, page_url
from apps.core.adminkit.pages import PageResult
from apps.event_lists.available import AvailableEvent, available_events
from apps.events.categories import Category, RepeatPolicy
from apps.events.models import EventType, OfferEvent, SeenEventName
from apps.offers.models import Offer

NEW = ""
NEEDED = ("events.add_eventtype", "events.add_offerevent", "events.change_offerevent")


class DefineForm(forms.Form):
    """Asks whether it is another name of an event the offer has, or a new one."""

    same_as = forms.TypedChoiceField(
        label=_("It is"),
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
        help_text=_(
            "Another name of an event: it becomes that event's advertiser event "
            "name on this offer."
        ),
    )
    category = forms.ChoiceField(
        label=_("Category"),
        required=False,
        choices=Category.choices,
        initial=Category.UNCATEGORIZED,
        help_text=_("Of a new event: what postbacks on categories choose from."),
    )
    repeat_policy = forms.ChoiceField(
        label=_("Repeat policy"),
        required=False,
        choices=RepeatPolicy.choices,
        initial=RepeatPolicy.ONCE_PER_TRANSACTION,
        help_text=_("Of a new event: how often it may happen (Multi-Trigger)."),
    )
    needs_conversion = forms.BooleanField(
        required=False,
        initial=True,
        label=_("After a conversion only"),
        help_text=_(
            "Of a new event: refuse it until its transaction has a conversion. "
            "Switch it off for what happens earlier, e.g. page views."
        ),
    )

    def __init__(
        self, name: str, available: list[AvailableEvent], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.known = EventType.objects.filter(name=name).first()
        new = (
            gettext("the event «%(name)s», put on this offer")
            if self.known
            else gettext("a new event «%(name)s», put on this offer")
        )
        another = gettext("another name of «%(name)s»")
        field: Any = self.fields["same_as"]
        field.choices = [
            (NEW, new % {"name": name}),
            *(
                (event.event_type.pk, another % {"name": event.event_type.name})
                for event in available
                if event.own is None or not event.own.advertiser_event_name
            ),
        ]
        if self.known is not None:
            for of_new in ("category", "repeat_policy", "needs_conversion"):
                del self.fields[of_new]


def define(model_admin: Any, request: HttpRequest, offer: Offer) -> PageResult:
    """Make an event of a received name, or give the name to an event of the offer."""
    if not signed_in(request).has_perms(NEEDED):
        raise PermissionDenied
    name = request.GET.get("name", "")
    available = available_events(offer)
    if cause := _cannot_define(offer, name, available):
        messages.error(request, cause)
        return HttpResponseRedirect(page_url(offer, "terms"))
    given = request.POST if request.method == "POST" else None
    form = DefineForm(name, available, given)
    if not form.is_valid():
        return {
            "form": form,
            "intro": gettext(
                "«%(offer)s» receives «%(name)s», which no event of it is called."
            )
            % {"offer": offer, "name": name},
            "submit_label": gettext("Define it"),
        }
    return _defined(request, offer, name, form)


def _cannot_define(offer: Offer, name: str, available: list[AvailableEvent]) -> str:
    """Return why there is nothing to define, or nothing if there is."""
    for event in available:
        if name in event.names:
            return gettext("«%(name)s» is defined already: it is «%(event)s» here.") % {
                "name": name,
                "event": event.event_type,
            }
    if not SeenEventName.objects.filter(offer=offer, name=name).exists():
        return gettext(
            "This offer never received the name «%(name)s». Choose one of those below."
        ) % {"name": name[:60]}
    return ""


def _defined(
    request: HttpRequest, offer: Offer, name: str, form: DefineForm
) -> HttpResponseRedirect:
    values = form.cleaned_data
    same_as = values.pop("same_as")
    with transaction.atomic():
        if same_as is not None:
            event, _ = OfferEvent.objects.get_or_create(
                offer=offer, event_type_id=same_as, defaults={"source": "list"}
            )
            event.advertiser_event_name = name
            event.save()
            told = gettext("«%(name)s» now counts as «%(event)s».")
            messages.success(request, told % {"name": name, "event": event.event_type})
            return HttpResponseRedirect(page_url(offer, "terms"))
        event_type = form.known or EventType.objects.create(name=name, **values)
        event, _ = OfferEvent.objects.get_or_create(offer=offer, event_type=event_type)
    messages.success(
        request,
        gettext("«%(name)s» is an event of «%(offer)s» now. Say below what it pays.")
        % {"name": name, "offer": offer},
    )
    return HttpResponseRedirect(change_url(event))
