"""The figures of the first page: from hourly sums, never from the log."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max, Sum
from django.db.models.functions import TruncDate

from apps.core.adminkit.scoping import visible
from apps.deliveries.claiming import next_due_at
from apps.deliveries.models import Delivery, WorkerShift
from apps.deliveries.states import DeliveryState
from apps.offers.models import Offer
from apps.reports.models import DeliveryHour, EventHour

DAYS = 14
COUNTED = 10_000
UNKNOWN = "n/a"


def overview(user: Any, now: datetime) -> dict[str, Any]:
    """Return what the overview shows to ``user``."""
    since = now - timedelta(days=DAYS)
    events = visible(EventHour.objects.filter(hour__gte=since), user)
    sums = visible(DeliveryHour.objects.filter(hour__gte=since), user)
    days = [(since + timedelta(days=n + 1)).date() for n in range(DAYS)]
    last_day = sums.filter(hour__gte=now - timedelta(days=1))
    return {
        "has_offers": visible(Offer.objects.all(), user).exists(),
        "cards": _cards(user, events, last_day, now),
        "labels": [f"{day:%d.%m.}" for day in days],
        "events": _per_day(events, days, "accepted"),
        "delivered": _per_day(sums, days, "delivered"),
        "failed": _per_day(sums, days, "failed"),
        "failing": last_day.values("rule", "rule__name")
        .annotate(bad=Sum("failed"), all=Sum("planned"))
        .filter(bad__gt=0)
        .order_by("-bad")[:10],
        "workers": visible(WorkerShift.objects.all(), user).order_by("-seen_at")[:10],
    }


def _cards(
    user: Any, events: Any, last_day: Any, now: datetime
) -> list[tuple[str, Any]]:
    day = events.filter(hour__gte=now - timedelta(days=1))
    figures = last_day.aggregate(
        delivered=Sum("delivered"), failed=Sum("failed"), p95=Max("p95_ms")
    )
    delivered, failed = figures["delivered"] or 0, figures["failed"] or 0
    finished = delivered + failed
    p95 = figures["p95"]
    share = f"{100 * delivered / finished:.1f} %" if finished else UNKNOWN
    return [
        ("Events, 24 h", day.aggregate(n=Sum("accepted"))["n"] or 0),
        ("Delivered, 24 h", delivered),
        ("Success, 24 h", share),
        ("p95, 24 h", UNKNOWN if p95 is None else f"{p95} ms"),
        ("Retrying now", _count(user, DeliveryState.RETRYING)),
        ("Held now", _count(user, DeliveryState.HELD)),
        ("Oldest due", _oldest_due(user, now)),
    ]


def _count(user: Any, state: str) -> str:
    """Return how many deliveries are in ``state``, counted up to a limit."""
    rows = visible(Delivery.objects.filter(state=state), user)
    count = rows.order_by()[:COUNTED].count()
    return f"{COUNTED}+" if count == COUNTED else str(count)


def _oldest_due(user: Any, now: datetime) -> str:
    if user.affiliate_id is not None:
        return UNKNOWN
    due_at = next_due_at()
    if due_at is None or due_at >= now:
        return "none"
    return f"{(now - due_at).total_seconds():.0f} s"


def _per_day(rows: Any, days: Sequence[Any], column: str) -> list[int]:
    found = dict(
        rows.annotate(day=TruncDate("hour"))
        .values_list("day")
        .annotate(n=Sum(column))
        .order_by()
    )
    return [found.get(day, 0) for day in days]
