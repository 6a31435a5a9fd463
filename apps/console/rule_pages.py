"""Pages of one postback: switch it on or off, delete it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from apps.console.people import signed_in
from apps.console.rehearsal import dry_run
from apps.console.rule_forms import StatusForm, TypedDeleteForm
from apps.console.rule_history import restore, revisions
from apps.console.send_test import try_it
from apps.console.simulation import simulate
from apps.core.adminkit.addresses import change_url, list_url
from apps.core.adminkit.pages import Page, PageResult
from apps.deliveries.models import Delivery
from apps.deliveries.releasing import release_rule
from apps.deliveries.states import DeliveryState, HeldReason
from apps.postbacks.models import PostbackRule, RuleStatus
from apps.postbacks.services import archive_rule, set_rule_status

COUNTED = 10_000
MAY_SEND_AGAIN = "deliveries.change_delivery"


def switch(model_admin: Any, request: HttpRequest, rule: PostbackRule) -> PageResult:
    """Change the status after a confirmation (R74)."""
    other = (
        RuleStatus.DISABLED if rule.status == RuleStatus.ACTIVE else RuleStatus.ACTIVE
    )
    form = StatusForm(request.POST or None, initial={"status": other})
    if not form.is_valid():
        return {
            "form": form,
            "intro": f"It is {rule.get_status_display().lower()} now. {_held(rule)}",
            "submit_label": "Change status",
        }
    now = timezone.now()
    status = form.cleaned_data["status"]
    changed = set_rule_status(
        rule_id=rule.pk,
        status=status,
        reason=form.cleaned_data["reason"],
        author=signed_in(request),
        now=now,
    )
    released = 0
    if changed and status == RuleStatus.ACTIVE:
        released = release_rule(rule_id=rule.pk)
    label = RuleStatus(status).label.lower()
    held = f" {released} held deliveries are sent now." if released else ""
    messages.success(request, f"Postback #{rule.pk} is {label}.{held}")
    return HttpResponseRedirect(change_url(rule))


def _held(rule: PostbackRule) -> str:
    """Say how many deliveries wait for the postback, counted up to a limit."""
    waiting = Delivery.objects.filter(
        rule=rule, state=DeliveryState.HELD, reason=HeldReason.RULE_PAUSED
    )
    count = waiting[:COUNTED].count()
    if not count:
        return ""
    more = " or more" if count == COUNTED else ""
    return f"{count}{more} deliveries are held until it is active."


def _has_a_past(rule: PostbackRule) -> bool:
    return rule.revision > 1


def remove(model_admin: Any, request: HttpRequest, rule: PostbackRule) -> PageResult:
    """Delete after the number was typed (R100)."""
    form = TypedDeleteForm(rule, request.POST or None)
    if not form.is_valid():
        return {
            "form": form,
            "intro": f"Postback #{rule.pk} «{rule}» stops at once and leaves the "
            "lists. What it sent stays in the log. There is no way back.",
            "submit_label": "Delete",
            "is_dangerous": True,
        }
    archive_rule(rule=rule, author=signed_in(request), now=timezone.now())
    messages.success(request, f"Postback #{rule.pk} was deleted. Its log stays.")
    return HttpResponseRedirect(list_url(PostbackRule))


def send_again(
    model_admin: Any, request: HttpRequest, rule: PostbackRule
) -> PageResult:
    """Prepare a replay of the postback."""
    return HttpResponseRedirect(
        f"{reverse('admin:deliveries_replay_add')}?rule={rule.pk}"
    )


RULE_PAGES = (
    Page("dry-run", "Dry run", "view", dry_run),
    Page("send-test", "Send test", "change", try_it),
    # It counts other affiliates' events too, of which an affiliate learns nothing.
    Page("simulate", "Simulate", "change", simulate, is_for_staff=True),
    Page("revisions", "Revisions", "view", revisions),
    Page("restore", "Restore", "change", restore, is_offered=_has_a_past),
    Page("send-again", "Send again", "change", send_again, needs=MAY_SEND_AGAIN),
    Page("status", "Change status", "change", switch),
    Page("remove", "Delete", "delete", remove),
)
