"""Switching several postbacks at once, after a confirmation that lists them."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from apps.accounts.models import User
from apps.console.people import signed_in
from apps.console.rule_forms import StatusForm
from apps.core.adminkit.pages import render_page
from apps.deliveries.releasing import release_rule
from apps.postbacks.models import PostbackRule, RuleStatus
from apps.postbacks.services import set_rule_status

MOST = 100
CONFIRMED = "confirmed"


@admin.action(description="Change status …", permissions=["change"])
def change_status(
    model_admin: Any, request: HttpRequest, queryset: QuerySet[PostbackRule]
) -> HttpResponse | None:
    """Ask for status and reason, then switch the selected postbacks (R74)."""
    rules = list(queryset.order_by("pk")[: MOST + 1])
    if len(rules) > MOST:
        messages.warning(
            request, f"Nothing was changed: select {MOST} postbacks at the most."
        )
        return None
    form = StatusForm(request.POST if CONFIRMED in request.POST else None)
    if form.is_valid():
        status, reason = form.cleaned_data["status"], form.cleaned_data["reason"]
        changed = [
            r for r in rules if switch_one(r, status, reason, signed_in(request))
        ]
        _tell(request, rules, changed, status)
        return None
    page = {
        "form": form,
        "intro": f"Of {len(rules)} postbacks: {_named(rules)}.",
        "submit_label": "Change status",
        "hidden": [
            ("action", "change_status"),
            (CONFIRMED, "1"),
            *((ACTION_CHECKBOX_NAME, str(rule.pk)) for rule in rules),
        ],
    }
    return render_page(model_admin, request, page, title="Change status")


def switch_one(rule: PostbackRule, status: str, reason: str, author: User) -> bool:
    """Switch a postback, and send what was held for it; False if it stood so before."""
    changed = set_rule_status(
        rule_id=rule.pk,
        status=status,
        reason=reason,
        author=author,
        now=timezone.now(),
    )
    if changed and status == RuleStatus.ACTIVE:
        release_rule(rule_id=rule.pk)
    return changed


def _tell(
    request: HttpRequest,
    rules: list[PostbackRule],
    changed: list[PostbackRule],
    status: str,
) -> None:
    label = RuleStatus(status).label.lower()
    if changed:
        verb = "is" if len(changed) == 1 else "are"
        messages.success(request, f"{_named(changed)} {verb} {label} now.")
    if same := len(rules) - len(changed):
        messages.info(request, f"{same} of {len(rules)} were {label} already.")


def _named(rules: list[PostbackRule]) -> str:
    return ", ".join(f"#{rule.pk} {rule.name}".strip() for rule in rules)
