"""The page «Dry run»: what a postback would do about something that happened."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.console.people import signed_in
from apps.console.personal import mask_for_transaction
from apps.console.trace import shown_checks
from apps.core.adminkit.pages import PageResult
from apps.deliveries.rehearsing import (
    Rehearsal,
    rehearse_change,
    rehearse_event,
    rehearse_sample,
)
from apps.postbacks.models import PostbackRule, TriggerKind
from apps.tracking.models import ConversionChange, Event

NOTHING_FITS = _(
    "Nothing of that kind has happened yet: report one, e.g. with the curl line of "
    "the documentation, or choose another transaction."
)


class RehearsalForm(forms.Form):
    """Which transaction to try the postback on."""

    transaction_id = forms.CharField(
        label=_("Transaction id"),
        required=False,
        max_length=64,
        help_text=_("Empty: the newest of the postback's offer, or of all offers."),
    )


def dry_run(model_admin: Any, request: HttpRequest, rule: PostbackRule) -> PageResult:
    """Show every check and the request it would send; nothing is sent."""
    user = signed_in(request)
    form = RehearsalForm(request.POST or None)
    transaction_id = form.cleaned_data["transaction_id"] if form.is_valid() else ""
    return {
        **rehearsed(rule, user, transaction_id.strip()),
        "form": form,
        "submit_label": gettext("Try"),
        "intro": gettext("Nothing is sent and nothing is written."),
    }


def rehearsed(rule: PostbackRule, user: User, transaction_id: str) -> dict[str, Any]:
    """Return the result as the template shows it."""
    rehearsal = _rehearse(rule, user, transaction_id)
    page: dict[str, Any] = {
        "template": "console/rehearsal.html",
        "nothing_fits": NOTHING_FITS,
        "rehearsal": rehearsal,
    }
    if rehearsal is None:
        page["what"] = rehearse_sample(rule)
    else:
        explanation = rehearsal.explanation
        mask = mask_for_transaction(user, explanation.trigger.transaction_id)
        page["row"] = {
            "rule": rule,
            "explanation": explanation,
            "checks": shown_checks(explanation, user, mask),
        }
        page["what"] = mask.request(rehearsal.request)
    return page


def _rehearse(rule: PostbackRule, user: User, transaction_id: str) -> Rehearsal | None:
    """Rehearse the newest thing the user may see that the rule could react to."""
    found = what_happened(rule, user, transaction_id).first()
    if isinstance(found, Event):
        return rehearse_event(rule, found)
    return rehearse_change(rule, found) if found is not None else None


def what_happened(
    rule: PostbackRule, user: User, transaction_id: str = ""
) -> QuerySet[Any]:
    """Return what the user may see that the rule could react to, newest first."""
    is_of_events = rule.trigger in (TriggerKind.EVENT, TriggerKind.ATTRIBUTION)
    model: Any = Event if is_of_events else ConversionChange
    of = "" if is_of_events else "conversion__"
    found = model.objects.visible_to(user).select_related(f"{of}offer", f"{of}click")
    if user.affiliate_id is not None:
        # The verdict names the goal, and a private one is not for affiliates.
        found = found.exclude(**{f"{of}goal__is_private": True})
    if rule.offer_id is not None:
        found = found.filter(**{f"{of}offer": rule.offer_id})
    if transaction_id:
        found = found.filter(**{f"{of}transaction_id": transaction_id})
    newest: QuerySet[Any] = found.order_by("-pk")
    return newest
