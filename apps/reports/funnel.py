"""The funnel: how many events of each category the offers had, and how many went on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from apps.events.categories import EffectiveCategory
from apps.offers.models import Offer
from apps.reports.models import EventHour

COLUMNS = tuple(EffectiveCategory)
"""The counted categories, in funnel order."""
STEPS = (
    EffectiveCategory.VIEWS,
    EffectiveCategory.ENGAGEMENT,
    EffectiveCategory.PROGRESS,
    EffectiveCategory.CONVERSIONS,
)
"""Those that follow each other; the others stand beside them."""
COUNTED = ("accepted", *EffectiveCategory.values)
TENTH = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Line:
    """One offer with its counts, or the total of all."""

    key: int | None
    name: str
    accepted: int
    counts: dict[EffectiveCategory, int]

    @property
    def untold(self) -> int:
        """How many events were counted before categories were."""
        return max(self.accepted - sum(self.counts.values()), 0)

    def share(self, category: EffectiveCategory) -> Decimal | None:
        """Return the percentage of the step before, ``None`` where there is none.

        The step before is the nearest that has events: few offers report all steps.
        """
        before = STEPS[: STEPS.index(category)] if category in STEPS else ()
        counts = [self.counts[step] for step in before if self.counts[step]]
        if not counts:
            return None
        share = Decimal(100 * self.counts[category]) / counts[-1]
        return share.quantize(TENTH, ROUND_HALF_UP)


def funnel(rows: QuerySet[EventHour], start: datetime, end: datetime) -> list[Line]:
    """Return a line for each offer with events in the range, the most first."""
    found: Any = (
        rows.filter(hour__gte=start, hour__lt=end)
        .values(key_=F("offer"))
        .annotate(**{f"{name}_sum": Coalesce(Sum(name), 0) for name in COUNTED})
        .order_by()
    )
    # Named afterwards: to join and group by names takes most of the time.
    offers = Offer.objects.filter(pk__in=[row["key_"] for row in found])
    names = dict(offers.values_list("pk", "name"))
    lines = [
        Line(
            row["key_"],
            names.get(row["key_"], ""),
            row["accepted_sum"],
            {category: row[f"{category.value}_sum"] for category in COLUMNS},
        )
        for row in found
    ]
    return sorted(lines, key=lambda line: (-line.accepted, line.name))


def total_of(lines: Sequence[Line]) -> Line:
    """Return the sum of all ``lines``."""
    counts = {
        category: sum(line.counts[category] for line in lines) for category in COLUMNS
    }
    accepted = sum(line.accepted for line in lines)
    return Line(None, gettext("Total"), accepted, counts)
