"""The page «Dry run»: what a postback would do about something that happened."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.attribution.models import Fact, FactState
from apps.console.people import signed_in
from apps.console.personal import mask_for_transaction
from apps.console.trace import shown_checks
from apps.core.adminkit.pages import PageResult
from apps.deliveries.occasions import Happened
from apps.deliveries.rehearsing import Rehearsal, rehearse, rehearse_sample
from apps.postbacks.explain import fact_label
from apps.postbacks.models import PostbackRule, TriggerKind
from apps.tracking.models import ConversionChange, Event

NOTHING_FITS = _(
    "Nothing of that kind has happened yet: report one, e.g. with the curl line of "
    "the documentation, or choose another transaction."
)
EVENTS_READ = 2_000
"""Among the facts of so many events, the newest, a postback finds its own."""


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
    return rehearse(rule, found) if found is not None else None


def what_happened(
    rule: PostbackRule, user: User, transaction_id: str = ""
) -> QuerySet[Any]:
    """Return what the user may see that the rule could react to, newest first."""
    if rule.trigger == TriggerKind.ATTRIBUTION:
        return _facts(rule, user, transaction_id)
    is_of_events = rule.trigger == TriggerKind.EVENT
    model: Any = Event if is_of_events else ConversionChange
    of = "" if is_of_events else "conversion__"
    found = model.objects.select_related(f"{of}offer", f"{of}click")
    return _of_rule(found, of, rule, user, transaction_id)


def _of_rule(
    found: Any, of: str, rule: PostbackRule, user: User, transaction_id: str
) -> QuerySet[Any]:
    """Narrow ``found`` to the rule's offer and to what the user may see."""
    found = found.visible_to(user)
    if user.affiliate_id is not None:
        # The verdict names the goal, and a private one is not for affiliates.
        found = found.exclude(**{f"{of}goal__is_private": True})
    if rule.offer_id is not None:
        found = found.filter(**{f"{of}offer": rule.offer_id})
    if transaction_id:
        found = found.filter(**{f"{of}transaction_id": transaction_id})
    newest: QuerySet[Any] = found.order_by("-pk")
    return newest


def _facts(rule: PostbackRule, user: User, transaction_id: str) -> QuerySet[Fact]:
    """Return the facts of the newest events that the rule listens to.

    Nothing finds facts by offer, so they are looked for from its events. An affiliate
    sees those told to it, about events of its own.
    """
    events = _of_rule(Event.objects.all(), "", rule, user, transaction_id)
    found = (
        Fact.objects.filter(event__in=events.values("pk")[:EVENTS_READ])
        .exclude(state=FactState.SUPPRESSED)
        .select_related(
            "subject", "period", "affiliate", "event__offer", "event__click"
        )
    )
    if user.affiliate_id is not None:
        found = found.filter(affiliate=user.affiliate_id)
    if rule.facts:
        found = found.filter(kind__in=rule.facts, subject__kind=rule.subject_kind)
    return found.order_by("-pk")


def transaction_of(one: Happened) -> str:
    """Return the transaction that something happened in."""
    if isinstance(one, ConversionChange):
        return one.conversion.transaction_id
    return one.event.transaction_id if isinstance(one, Fact) else one.transaction_id


def label_of(one: Happened) -> str:
    """Return transaction, what happened, and when."""
    if isinstance(one, Event):
        what, at = one.name or one.category, one.occurred_at
    elif isinstance(one, Fact):
        what, at = fact_label(one), one.event.occurred_at
    else:
        what, at = str(one), one.changed_at
    when = f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}"
    return f"{transaction_of(one)} · {what} · {when}"
