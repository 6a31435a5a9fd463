"""Pages of one postback: switch it on or off, delete it."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

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
            "intro": f"{_standing(rule)} {_held(rule)}",
            "submit_label": gettext("Change status"),
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
    messages.success(request, _told(rule, status, released))
    return HttpResponseRedirect(change_url(rule))


def _standing(rule: PostbackRule) -> str:
    return gettext("It is %(status)s now.") % {
        "status": rule.get_status_display().lower()
    }


def _told(rule: PostbackRule, status: str, released: int) -> str:
    told = gettext("Postback %(postback)s is %(status)s.") % {
        "postback": f"#{rule.pk}",
        "status": str(RuleStatus(status).label).lower(),
    }
    if not released:
        return told
    sent = ngettext(
        "%(count)s held deliveries are sent now.",
        "%(count)s held deliveries are sent now.",
        released,
    )
    return f"{told} {sent % {'count': released}}"


def _held(rule: PostbackRule) -> str:
    """Say how many deliveries wait for the postback, counted up to a limit."""
    waiting = Delivery.objects.filter(
        rule=rule, state=DeliveryState.HELD, reason=HeldReason.RULE_PAUSED
    )
    count = waiting[:COUNTED].count()
    if not count:
        return ""
    told = (
        gettext("%(count)s or more deliveries are held until it is active.")
        if count == COUNTED
        else ngettext(
            "%(count)s delivery is held until it is active.",
            "%(count)s deliveries are held until it is active.",
            count,
        )
    )
    return told % {"count": count}


def _has_a_past(rule: PostbackRule) -> bool:
    return rule.revision > 1


def remove(model_admin: Any, request: HttpRequest, rule: PostbackRule) -> PageResult:
    """Delete after the number was typed (R100)."""
    form = TypedDeleteForm(rule, request.POST or None)
    if not form.is_valid():
        return {
            "form": form,
            "intro": gettext(
                "Postback %(postback)s «%(name)s» stops at once and leaves the lists. "
                "What it sent stays in the log. There is no way back."
            )
            % {"postback": f"#{rule.pk}", "name": rule},
            "submit_label": gettext("Delete"),
            "is_dangerous": True,
        }
    archive_rule(rule=rule, author=signed_in(request), now=timezone.now())
    told = gettext("Postback %(postback)s was deleted. Its log stays.")
    messages.success(request, told % {"postback": f"#{rule.pk}"})
    return HttpResponseRedirect(list_url(PostbackRule))


def send_again(
    model_admin: Any, request: HttpRequest, rule: PostbackRule
) -> PageResult:
    """Prepare a replay of the postback."""
    return HttpResponseRedirect(
        f"{reverse('admin:deliveries_replay_add')}?rule={rule.pk}"
    )


RULE_PAGES = (
    Page("dry-run", _("Dry run"), "view", dry_run),
    Page("send-test", _("Send test"), "change", try_it),
    # It counts other affiliates' events too, of which an affiliate learns nothing.
    Page("simulate", _("Simulate"), "change", simulate, is_for_staff=True),
    Page("revisions", _("Revisions"), "view", revisions),
    Page("restore", _("Restore"), "change", restore, is_offered=_has_a_past),
    Page("send-again", _("Send again"), "change", send_again, needs=MAY_SEND_AGAIN),
    Page("status", _("Change status"), "change", switch),
    Page("remove", _("Delete"), "delete", remove),
)
