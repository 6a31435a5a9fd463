"""The page «Trigger event» of a lead: choose, fill in, look, confirm (R186 to R193)."""

import hashlib
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.accounts.models import User
from apps.console.people import signed_in
from apps.console.trigger_forms import EventChoice, TriggerForm
from apps.core.adminkit.addresses import change_url, list_url
from apps.core.adminkit.pages import PageResult
from apps.deliveries.about import about
from apps.deliveries.models import Delivery
from apps.deliveries.planning import PlannedDelivery
from apps.deliveries.states import DeliveryState, HeldReason, SuppressedReason
from apps.events.categories import RepeatPolicy
from apps.events.models import OfferEvent, OfferEventField
from apps.ingest.configuration import EventConfig
from apps.ingest.inbound import Inbound
from apps.ingest.models import Result
from apps.ingest.principals import UserPrincipal
from apps.ingest.refusals import Answer, RefusedError
from apps.ingest.services import receive
from apps.ingest.triggering import Preview, events_of, manual_report, preview_event
from apps.postbacks.models import PostbackRule
from apps.tracking.models import ConversionChange, Event, Lead

TEMPLATE = "console/trigger_event.html"


def trigger(model_admin: Any, request: HttpRequest, lead: Lead) -> PageResult:
    """Trigger an event of a lead by hand, after a look at what it leads to."""
    user = signed_in(request)
    if not UserPrincipal(user).may_report:
        raise PermissionDenied
    events = events_of(lead.offer_id)
    choice = EventChoice(events, request.GET or None)
    page: dict[str, Any] = {
        "template": TEMPLATE,
        "choice": choice,
        "events": events,
        "setup_url": list_url(OfferEvent, offer__id__exact=lead.offer_id),
    }
    if not choice.is_valid():
        return page
    event = choice.chosen
    form = TriggerForm(event, _fields(lead, event), request.POST or None)
    page |= {"form": form, "event": event}
    if request.method == "POST" and not form.is_valid():
        return page
    if request.method == "GET" and form.has_required:
        return page
    return _looked_at(request, lead, event, page)


def _fields(lead: Lead, event: EventConfig) -> list[OfferEventField]:
    return list(
        OfferEventField.objects.filter(
            offer_event__offer=lead.offer_id, offer_event__event_type=event.type_id
        )
    )


def _looked_at(
    request: HttpRequest, lead: Lead, event: EventConfig, page: dict[str, Any]
) -> PageResult:
    """Show what would happen, or do it once exactly this was shown."""
    user = signed_in(request)
    form: TriggerForm = page["form"]
    try:
        inbound = _report(request, lead, event, form)
        seen = _seal_of(inbound)
        if "confirm" in request.POST and request.POST.get("seen") == seen:
            return _trigger(request, event, inbound)
        preview = preview_event(inbound, UserPrincipal(user))
    except RefusedError as refusal:
        form.refuse(refusal)
        return {**page, "refusal": "" if form.is_bound else refusal.detail}
    if preview.first is not None:
        return {**page, "repeated": _first(preview), "policy": _policy(event)}
    return {
        **page,
        "seen": seen,
        "has_changed": "confirm" in request.POST,
        "planned": _in_words(preview.planned, user),
        "has_limits": preview.has_limits,
    }


def _report(
    request: HttpRequest, lead: Lead, event: EventConfig, form: TriggerForm
) -> Inbound:
    values = {"event_id": str(event.type_id), **form.values()}
    return manual_report(request, lead, values, form.custom_fields(), timezone.now())


def _seal_of(inbound: Inbound) -> str:
    """Return what tells one filled form from another."""
    text = repr((sorted(inbound.values.items()), inbound.nested))
    return hashlib.sha256(text.encode()).hexdigest()


def _trigger(request: HttpRequest, event: EventConfig, inbound: Inbound) -> PageResult:
    """Report the event as every door does, and go to its trace."""
    answer = receive(inbound, UserPrincipal(signed_in(request)))
    if answer.result == Result.REFUSED:
        told = _("«%(event)s» was refused: %(detail)s")
        messages.error(request, told % {"event": event.name, "detail": answer.detail})
    elif answer.result == Result.DUPLICATE:
        told = _("«%(event)s» happened before. %(policy)s")
        messages.warning(
            request, told % {"event": event.name, "policy": _policy(event)}
        )
    else:
        count = _queued(answer)
        told = ngettext(
            "«%(event)s» triggered; %(count)s postback queued.",
            "«%(event)s» triggered; %(count)s postbacks queued.",
            count,
        )
        messages.success(request, told % {"event": event.name, "count": count})
    if answer.event is None:
        return HttpResponseRedirect(request.get_full_path())
    return HttpResponseRedirect(change_url(Event(pk=answer.event)))


def _queued(answer: Answer) -> int:
    changes = ConversionChange.objects.filter(event=answer.event)
    triggers = [answer.event, *changes.values_list("pk", flat=True)]
    return Delivery.objects.filter(
        about(one for one in triggers if one), state=DeliveryState.PENDING
    ).count()


def _first(preview: Preview) -> Event | None:
    if preview.first is None or preview.first.event_id is None:
        return None
    return Event.objects.filter(pk=preview.first.event_id).first()


def _policy(event: EventConfig) -> str:
    """Say why the event does not count again."""
    policy = str(RepeatPolicy(event.repeat_policy).label).lower()
    if event.repeat_policy == RepeatPolicy.UNLIMITED:
        return _("An order counts once; give another order number.")
    return _(
        "It may happen %(policy)s: it is not multi-trigger. Nothing was counted again."
    ) % {"policy": policy}


def _in_words(
    planned: tuple[PlannedDelivery, ...], user: User
) -> dict[str, list[tuple[PostbackRule, str]]]:
    """Return the postbacks that are sent, and the others with the reason."""
    rules = PostbackRule.objects.visible_to(user).in_bulk(
        [one.rule_id for one in planned]
    )
    found: dict[str, list[tuple[PostbackRule, str]]] = {"sent": [], "not_sent": []}
    for one in planned:
        rule = rules.get(one.rule_id)
        if rule is None:
            continue
        if one.state == DeliveryState.PENDING:
            found["sent"].append((rule, ""))
        elif one.state == DeliveryState.HELD:
            found["not_sent"].append((rule, str(HeldReason(one.reason).label)))
        else:
            found["not_sent"].append((rule, str(SuppressedReason(one.reason).label)))
    return found
