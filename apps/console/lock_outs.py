"""Failed sign-ins, who is locked out by them and until when; lifting it."""

from datetime import datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from axes.helpers import get_cool_off
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin, messages
from django.db.models import Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.console.audit import note_changes
from apps.core.adminkit.scoping import ReadOnlyMixin
from apps.core.adminkit.screens import ScopedAdmin
from apps.core.adminkit.showing import NOTHING, badge, duration, moment_column


def locked_out(
    request: HttpRequest,
    response: HttpResponse | None,
    credentials: dict[str, Any] | None,
) -> HttpResponse:
    """Return the page that says what happened and when it ends; axes asks for it.

    It is the same whether the user exists and the password was right, or not.
    """
    name = (credentials or {}).get("username") or ""
    address = getattr(request, "axes_ip_address", None)
    failed = _recent().filter(username=name, ip_address=address)
    last = failed.aggregate(at=Max("attempt_time"))["at"] or timezone.now()
    ends_at = last + cool_off()
    seconds = max(1, round((ends_at - timezone.now()).total_seconds()))
    context = {
        **admin.site.each_context(request),
        "title": gettext("Sign-in is locked"),
        "name": name,
        "address": address,
        "limit": settings.AXES_FAILURE_LIMIT,
        "ends_at": ends_at,
        "wait": duration(seconds),
    }
    page = render(request, "console/locked_out.html", context, status=429)
    page["Retry-After"] = str(seconds)
    page["Cache-Control"] = "no-store"
    return page


def cool_off() -> timedelta:
    """Return how long a lock-out lasts after the last failure."""
    found: timedelta = get_cool_off()
    return found


def _recent() -> QuerySet[Any]:
    since = timezone.now() - cool_off()
    found: QuerySet[Any] = AccessAttempt.objects.filter(attempt_time__gte=since)
    return found


@admin.register(AccessAttempt)
class FailedSignInAdmin(ReadOnlyMixin, ScopedAdmin):
    """Failures that count now; those of one name and address count together."""

    list_title = _("Failed sign-ins")
    list_display = (
        "username",
        "ip_address",
        "failures_since_start",
        moment_column("attempt_time", _("last failure")),
        "state",
        "user_agent",
    )
    list_display_links = None
    search_fields = ("username", "ip_address")
    search_help_text = _("User name or address")
    ordering = ("-attempt_time",)
    actions = ("lift",)
    empty = (
        _("Nobody failed to sign in lately."),
        _("Failures that still count are listed here; a lock-out can be lifted."),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Add how many failures of the same name and address count, and the last."""
        same = _recent().filter(
            username=OuterRef("username"), ip_address=OuterRef("ip_address")
        )
        sums = (
            same.order_by()
            .values("username")
            .annotate(n=Sum("failures_since_start"), at=Max("attempt_time"))
        )
        since = timezone.now() - cool_off()
        rows = super().get_queryset(request).filter(attempt_time__gte=since)
        with_sums: QuerySet[Any] = rows.annotate(
            together=Subquery(sums.values("n")), last=Subquery(sums.values("at"))
        )
        return with_sums

    def has_lift_permission(self, request: HttpRequest) -> bool:
        """Let those lift a lock-out who may forget failures."""
        return request.user.has_perm("axes.delete_accessattempt")

    @admin.display(description=_("state"))
    def state(self, obj: Any) -> SafeString | str:
        """Show whether the name is locked out at this address, and until when."""
        failures = obj.together or obj.failures_since_start
        if failures < settings.AXES_FAILURE_LIMIT:
            limit = settings.AXES_FAILURE_LIMIT
            words = gettext("%(count)s of %(limit)s") % {
                "count": failures,
                "limit": limit,
            }
            return badge(words, "wait")
        last: datetime = obj.last or obj.attempt_time
        until = f"{timezone.localtime(last + cool_off()):%H:%M}"
        return badge(gettext("Locked until %(time)s") % {"time": until}, "bad")

    @admin.action(
        description=_("Lift the lock-out: forget these failures"), permissions=["lift"]
    )
    def lift(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Forget the failures of the chosen names at the chosen addresses."""
        chosen = list(queryset)
        pairs = {(row.username, row.ip_address) for row in chosen}
        same = (Q(username=name, ip_address=address) for name, address in pairs)
        rows = list(
            AccessAttempt.objects.filter(
                reduce(or_, same, Q(pk__in=[row.pk for row in chosen]))
            )
        )
        note_changes(
            request,
            {
                row: {
                    f"failures of {row.username} at {row.ip_address}": [
                        row.failures_since_start,
                        0,
                    ]
                }
                for row in rows
            },
        )
        AccessAttempt.objects.filter(pk__in=[row.pk for row in rows]).delete()
        names = ", ".join(
            gettext("«%(name)s» at %(address)s")
            % {"name": name or NOTHING, "address": address or NOTHING}
            for name, address in pairs
        )
        told = gettext("Forgotten: failed sign-ins of %(names)s.") % {"names": names}
        messages.success(request, told)
