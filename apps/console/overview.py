"""The figures of the first page: from hourly sums, never from the log."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, Max, QuerySet, Sum
from django.utils import dateformat, timezone
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.adminkit.addresses import list_url
from apps.core.adminkit.scoping import visible
from apps.core.adminkit.showing import NOTHING, duration
from apps.deliveries.lanes import oldest_due
from apps.deliveries.models import Alert, AlertChannel, Delivery, Worker
from apps.deliveries.presence import SILENT_AFTER
from apps.deliveries.states import DeliveryState
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule, TriggerKind
from apps.reports.models import DeliveryHour, EventHour

DAYS = 14
COUNTED = 10_000
FAILING_SHOWN = 8
ALERTS_SHOWN = 8
LATE = timedelta(minutes=2)
"""What is due for longer is late."""

Hour = dict[str, Any]
"""The sums of one hour."""


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
    accepted = _by_hour(events, n=Sum("accepted"))
    ended = _by_hour(
        sums, delivered=Sum("delivered"), failed=Sum("failed"), p95=Max("p95_ms")
    )
    return {
        "has_offers": visible(Offer.objects.all(), user).exists(),
        "has_rules": visible(PostbackRule.objects.unarchived(), user).exists(),
        "is_staff_view": user.affiliate_id is None,
        "figures": _figures(user, accepted, ended, now),
        "labels": [dateformat.format(day, "d M") for day in days],
        "events": {"events": _per_day(accepted, days, "n")},
        "deliveries": {
            name: _per_day(ended, days, name) for name in ("delivered", "failed")
        },
        "failing": _failing(sums, now),
        "workers": _workers(user, now),
        **_alerts(user),
    }


def _by_hour(rows: QuerySet[Any], **sums: Any) -> list[Hour]:
    """Return the sums of each hour: a few hundred, of which all else is made."""
    return list(rows.values("hour").annotate(**sums).order_by("hour"))


def _figures(
    user: User, accepted: list[Hour], ended: list[Hour], now: datetime
) -> list[Figure]:
    day = now - timedelta(days=1)
    last = [hour for hour in ended if hour["hour"] >= day]
    figures = [
        _total(_("Delivered, 24 h"), "delivered", ended, last),
        *_success(ended, last),
    ]
    if user.affiliate_id is None:
        latest = [hour for hour in accepted if hour["hour"] >= day]
        figures.insert(0, _total(_("Events, 24 h"), "n", accepted, latest))
    figures += [
        _waiting(user, DeliveryState.RETRYING, "wait"),
        _waiting(user, DeliveryState.HELD, "bad"),
    ]
    if user.affiliate_id is None:
        figures.append(_oldest_due(now))
    return figures


def _total(label: str, column: str, hours: list[Hour], last: list[Hour]) -> Figure:
    return Figure(label, f"{_sum(last, column):,}", _in_all(f"{_sum(hours, column):,}"))


def _in_all(value: str) -> str:
    return _("%(value)s in %(days)s days") % {"value": value, "days": DAYS}


def _success(hours: list[Hour], last: list[Hour]) -> list[Figure]:
    known = [hour["p95"] for hour in last if hour["p95"] is not None]
    slow = _("%(number)s ms") % {"number": f"{max(known):,}"} if known else NOTHING
    share, colour = _share(last)
    return [
        Figure(_("Success, 24 h"), share, _in_all(_share(hours)[0]), colour),
        Figure(_("Slowest p95, 24 h"), slow, _("planned to delivered")),
    ]


def _share(hours: list[Hour]) -> tuple[str, str]:
    delivered, failed = _sum(hours, "delivered"), _sum(hours, "failed")
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
        _("%(state)s now") % {"state": state.label},
        shown,
        colour=colour if count else "",
        url=list_url(Delivery, state__exact=state.value),
    )


def _oldest_due(now: datetime) -> Figure:
    due_at = oldest_due(now)
    if due_at is None:
        return Figure(_("Oldest due"), _("none"), _("nothing is late"))
    late = now - due_at
    return Figure(
        _("Oldest due"),
        duration(late.total_seconds()),
        _("late"),
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
    """Return the workers of the last day that nobody stopped, with their heartbeat."""
    rows = Worker.objects.filter(stopped_at=None, seen_at__gte=now - timedelta(days=1))
    return [
        {
            "name": worker.name,
            "seen": duration((now - worker.seen_at).total_seconds()),
            "is_alive": now - worker.seen_at < SILENT_AFTER,
        }
        for worker in visible(rows, user).order_by("-seen_at")[:10]
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


def _sum(hours: list[Hour], column: str) -> int:
    return sum(hour[column] for hour in hours)


def _per_day(hours: list[Hour], days: Sequence[date], column: str) -> list[int]:
    found: Counter[date] = Counter()
    for hour in hours:
        found[timezone.localtime(hour["hour"]).date()] += hour[column]
    return [found[day] for day in days]
