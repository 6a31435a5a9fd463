"""Switching several postbacks at once, after a confirmation that lists them."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from apps.console.people import signed_in
from apps.console.rule_forms import StatusForm
from apps.core.adminkit.pages import render_page
from apps.deliveries.releasing import release_rule
from apps.postbacks.models import PostbackRule, RuleStatus
from apps.postbacks.services import set_rule_status

MOST = 100
CONFIRMED = "confirmed"


@admin.action(description=_("Change status …"), permissions=["change"])
def change_status(
    model_admin: Any, request: HttpRequest, queryset: QuerySet[PostbackRule]
) -> HttpResponse | None:
    """Ask for status and reason, then switch the selected postbacks (R74)."""
    rules = list(queryset.order_by("pk")[: MOST + 1])
    if len(rules) > MOST:
        told = gettext("Nothing was changed: select %(count)s postbacks at the most.")
        messages.warning(request, told % {"count": MOST})
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
        "intro": _intro(rules),
        "submit_label": gettext("Change status"),
        "hidden": [
            ("action", "change_status"),
            (CONFIRMED, "1"),
            *((ACTION_CHECKBOX_NAME, str(rule.pk)) for rule in rules),
        ],
    }
    return render_page(model_admin, request, page, title=gettext("Change status"))


def _intro(rules: list[PostbackRule]) -> str:
    told = ngettext(
        "Of %(count)s postback: %(names)s.",
        "Of %(count)s postbacks: %(names)s.",
        len(rules),
    )
    return told % {"count": len(rules), "names": _named(rules)}


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
    label = str(RuleStatus(status).label).lower()
    if changed:
        told = ngettext(
            "%(names)s is %(status)s now.",
            "%(names)s are %(status)s now.",
            len(changed),
        )
        messages.success(request, told % {"names": _named(changed), "status": label})
    if same := len(rules) - len(changed):
        told = ngettext(
            "%(count)s of %(total)s were %(status)s already.",
            "%(count)s of %(total)s were %(status)s already.",
            same,
        )
        figures = {"count": same, "total": len(rules), "status": label}
        messages.info(request, told % figures)


def _named(rules: list[PostbackRule]) -> str:
    return ", ".join(f"#{rule.pk} {rule.name}".strip() for rule in rules)
