"""How postbacks fared lately, from the hourly sums: one query for a whole list."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.postgres.aggregates import JSONBAgg
from django.db.models import F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Extract, JSONObject

from apps.postbacks.models import PostbackRule
from apps.reports.models import DeliveryHour

HOURS = 24
LOOKED_BACK = timedelta(days=30)
"""Further back nobody asks for the last success."""


@dataclass(frozen=True, slots=True)
class Hour:
    """What became of the deliveries that were planned in one hour."""

    starts_at: datetime
    delivered: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Lately:
    """The last ``HOURS`` of a rule, oldest first, and when it last did what."""

    hours: tuple[Hour, ...]
    delivered_at: datetime | None = None
    failed_at: datetime | None = None

    @property
    def delivered(self) -> int:
        """How many arrived."""
        return sum(hour.delivered for hour in self.hours)

    @property
    def failed(self) -> int:
        """How many failed for good."""
        return sum(hour.failed for hour in self.hours)

    @property
    def share(self) -> float | None:
        """How many percent arrived; ``None`` when nothing ended."""
        ended = self.delivered + self.failed
        return 100 * self.delivered / ended if ended else None


def lately_of(rules: Iterable[PostbackRule], now: datetime) -> dict[int, Lately]:
    """Return by rule how it fared; a rule that sent nothing has empty hours."""
    starts = _starts(now)
    counts = JSONObject(
        hour=Extract("hour", "epoch"), delivered=F("delivered"), failed=F("failed")
    )
    ids = [rule.pk for rule in rules]
    rows = (
        DeliveryHour.objects.filter(rule__in=ids, hour__gte=now - LOOKED_BACK)
        .values("rule")
        .annotate(
            last_delivered_at=Max("delivered_at"),
            last_failed_at=Max("failed_at"),
            counts=JSONBAgg(counts, filter=Q(hour__gte=starts[0])),
        )
        .order_by()
    )
    found = {row["rule"]: row for row in rows}
    return {pk: _lately(found.get(pk, {}), starts) for pk in ids}


def with_redness(
    rules: QuerySet[PostbackRule], now: datetime
) -> QuerySet[PostbackRule]:
    """Annotate ``redness``, by which the worst postbacks come first.

    That is the failures in a row that go on now, and the deliveries of the last hours
    that failed for good.
    """
    hours = DeliveryHour.objects.filter(
        rule=OuterRef("pk"), hour__gte=_starts(now)[0]
    ).order_by()
    failed = hours.values("rule").annotate(n=Sum("failed")).values("n")
    counted = Coalesce(Subquery(failed, output_field=IntegerField()), 0)
    return rules.annotate(redness=Coalesce(F("health__failures"), 0) + counted)


def _starts(now: datetime) -> list[datetime]:
    """Return when each of the last hours began; the current one is the last."""
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    return [this_hour - timedelta(hours=n) for n in reversed(range(HOURS))]


def _lately(row: Mapping[str, Any], starts: Sequence[datetime]) -> Lately:
    counts = {int(one["hour"]): one for one in row.get("counts") or ()}
    hours = []
    for start in starts:
        one = counts.get(int(start.timestamp()), {"delivered": 0, "failed": 0})
        hours.append(Hour(start, one["delivered"], one["failed"]))
    return Lately(tuple(hours), row.get("last_delivered_at"), row.get("last_failed_at"))
