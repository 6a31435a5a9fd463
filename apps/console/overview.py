"""The figures of the first page: from hourly sums, never from the log."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Max, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from apps.accounts.models import User
from apps.core.adminkit.addresses import list_url
from apps.core.adminkit.scoping import visible
from apps.core.adminkit.showing import NOTHING, duration
from apps.deliveries.lanes import oldest_due
from apps.deliveries.models import Alert, AlertChannel, Delivery, WorkerShift
from apps.deliveries.states import DeliveryState
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule, TriggerKind
from apps.reports.models import DeliveryHour, EventHour

DAYS = 14
COUNTED = 10_000
FAILING_SHOWN = 8
ALERTS_SHOWN = 8
LATE = timedelta(minutes=2)
"""A worker that was not seen for longer is not alive."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the overview."""

    label: str
    value: str
    note: str = ""
    colour: str = ""
    url: str = ""


def overview(user: User, now: datetime) -> dict[str, Any]:
    """Return what the overview shows to ``user``."""
    today = timezone.localtime(now).date()
    days = [today - timedelta(days=n) for n in reversed(range(DAYS))]
    since = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    since -= timedelta(days=DAYS - 1)
    events = visible(EventHour.objects.filter(hour__gte=since), user)
    sums = visible(DeliveryHour.objects.filter(hour__gte=since), user)
    delivered = _per_day(sums, days, "delivered")
    failed = _per_day(sums, days, "failed")
    return {
        "has_offers": visible(Offer.objects.all(), user).exists(),
        "has_rules": visible(PostbackRule.objects.unarchived(), user).exists(),
        "is_staff_view": user.affiliate_id is None,
        "figures": _figures(user, events, sums, now),
        "labels": [f"{day:%d %b}" for day in days],
        "events": {"events": _per_day(events, days, "accepted")},
        "deliveries": {"delivered": delivered, "failed": failed},
        "failing": _failing(sums, now),
        "workers": _workers(user, now),
        **_alerts(user),
    }


def _figures(
    user: User, events: QuerySet[Any], sums: QuerySet[Any], now: datetime
) -> list[Figure]:
    day = now - timedelta(days=1)
    figures = [_sent(sums.filter(hour__gte=day), sums), *_success(sums, day)]
    if user.affiliate_id is None:
        figures.insert(0, _accepted(events, day))
    figures += [
        _waiting(user, DeliveryState.RETRYING, "wait"),
        _waiting(user, DeliveryState.HELD, "bad"),
    ]
    if user.affiliate_id is None:
        figures.append(_oldest_due(now))
    return figures


def _accepted(events: QuerySet[Any], day: datetime) -> Figure:
    total = _sum(events, "accepted")
    last = _sum(events.filter(hour__gte=day), "accepted")
    return Figure("Events, 24 h", f"{last:,}", f"{total:,} in {DAYS} days")


def _sent(last: QuerySet[Any], sums: QuerySet[Any]) -> Figure:
    total = _sum(sums, "delivered")
    return Figure(
        "Delivered, 24 h", f"{_sum(last, 'delivered'):,}", f"{total:,} in {DAYS} days"
    )


def _success(sums: QuerySet[Any], day: datetime) -> list[Figure]:
    last = sums.filter(hour__gte=day)
    p95 = last.aggregate(p95=Max("p95_ms"))["p95"]
    slow = NOTHING if p95 is None else f"{p95:,} ms"
    share, colour = _share(last)
    return [
        Figure("Success, 24 h", share, f"{_share(sums)[0]} in {DAYS} days", colour),
        Figure("Slowest p95, 24 h", slow, "planned to delivered"),
    ]


def _share(sums: QuerySet[Any]) -> tuple[str, str]:
    delivered, failed = _sum(sums, "delivered"), _sum(sums, "failed")
    finished = delivered + failed
    if not finished:
        return NOTHING, ""
    share = 100 * delivered / finished
    return f"{share:.1f} %", "bad" if share < 90 else ""


def _waiting(user: User, state: DeliveryState, colour: str) -> Figure:
    rows = visible(Delivery.objects.filter(state=state), user)
    count = rows.order_by()[:COUNTED].count()
    shown = f"{COUNTED:,}+" if count == COUNTED else f"{count:,}"
    return Figure(
        f"{state.label} now",
        shown,
        colour=colour if count else "",
        url=list_url(Delivery, state__exact=state.value),
    )


def _oldest_due(now: datetime) -> Figure:
    due_at = oldest_due(now)
    if due_at is None:
        return Figure("Oldest due", "none", "nothing is late")
    late = now - due_at
    return Figure(
        "Oldest due",
        duration(late.total_seconds()),
        "late",
        "bad" if late > LATE else "",
    )


def _failing(sums: QuerySet[Any], now: datetime) -> list[dict[str, Any]]:
    """Return the postbacks that failed in the last 24 hours, worst first."""
    rows = (
        sums.filter(hour__gte=now - timedelta(days=1), rule__archived_at=None)
        .values(
            "rule",
            name=F("rule__name"),
            trigger=F("rule__trigger"),
            offer=F("rule__offer__name"),
        )
        .annotate(bad=Sum("failed"), good=Sum("delivered"))
        .filter(bad__gt=0)
        .order_by("-bad")[:FAILING_SHOWN]
    )
    return [
        {
            **row,
            "name": row["name"] or TriggerKind(row["trigger"]).label,
            "all": row["bad"] + row["good"],
            "share": round(100 * row["bad"] / (row["bad"] + row["good"])),
        }
        for row in rows
    ]


def _workers(user: User, now: datetime) -> list[dict[str, Any]]:
    """Return the workers of the last day, with how long ago each was seen."""
    rows = visible(WorkerShift.objects.filter(seen_at__gte=now - timedelta(1)), user)
    return [
        {
            "name": shift.worker,
            "seen": duration((now - shift.seen_at).total_seconds()),
            "is_alive": now - shift.seen_at < LATE,
        }
        for shift in rows.order_by("-seen_at")[:10]
    ]


def _alerts(user: User) -> dict[str, Any]:
    """Return the open alerts, newest first, and whether anybody is told of them."""
    if not user.has_perm("deliveries.view_alert"):
        return {"alerts": []}
    found = visible(Alert.objects.filter(resolved_at=None), user)
    alerts = list(found.order_by("-opened_at", "-pk")[:ALERTS_SHOWN])
    channels = AlertChannel.objects.filter(is_enabled=True)
    return {
        "alerts": alerts,
        "is_nobody_told": bool(alerts) and not channels.exists(),
        "may_add_channel": user.has_perm("deliveries.add_alertchannel"),
    }


def _sum(rows: QuerySet[Any], column: str) -> int:
    total: int | None = rows.aggregate(n=Sum(column))["n"]
    return total or 0


def _per_day(rows: QuerySet[Any], days: Sequence[date], column: str) -> list[int]:
    found = dict(
        rows.annotate(day=TruncDate("hour"))
        .values_list("day")
        .annotate(n=Sum(column))
        .order_by()
    )
    return [found.get(day, 0) for day in days]
