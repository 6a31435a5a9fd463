"""The reconciliation: every match of a range of time is accounted for, or shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from apps.accounts.models import Advertiser, Affiliate
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule, TriggerKind
from apps.reports.models import OutcomeHour

SUPPRESSED: dict[str, StrOrPromise] = {
    "not_sampled": _("Not in the sample"),
    "no_consent": _("No consent"),
    "over_cap": _("Over a cap"),
    "nothing_to_send": _("Nothing to send"),
    "otherwise_suppressed": _("Other reasons"),
}
COLUMNS: dict[str, StrOrPromise] = {
    "matched": _("Matched"),
    "delivered": _("Delivered"),
    "failed": _("Failed"),
    "held": _("Held"),
    "pending": _("Pending"),
    "retrying": _("Retrying"),
    "cancelled": _("Cancelled"),
    **SUPPRESSED,
}
"""The counted columns and what they are called; all but the first add up to it."""

KEYS = {
    "rule": "rule",
    "affiliate": "affiliate",
    "advertiser": "offer__advertiser",
    "offer": "offer",
}
NAMES: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "rule": (PostbackRule, {"trigger_": F("trigger"), "of_": F("offer__name")}),
    "affiliate": (Affiliate, {}),
    "advertiser": (Advertiser, {}),
    "offer": (Offer, {}),
}
"""What can be reconciled, and what says how each is named."""


@dataclass(frozen=True, slots=True)
class Line:
    """One rule or partner with its sums, or the total of all."""

    key: int | None
    name: str
    of: str
    sums: dict[str, int]

    @property
    def unexplained(self) -> int:
        """How many matches nothing accounts for; must be 0."""
        return self.sums["matched"] - sum(
            count for name, count in self.sums.items() if name != "matched"
        )

    @property
    def is_right(self) -> bool:
        """Tell whether every match is accounted for."""
        return self.unexplained == 0

    @property
    def suppressed(self) -> int:
        """How many matched and were not to be sent, for whichever reason."""
        return sum(self.sums[name] for name in SUPPRESSED)


def sums_between(
    rows: QuerySet[OutcomeHour], start: datetime, end: datetime
) -> QuerySet[OutcomeHour]:
    """Return the hours of ``rows`` from ``start`` until before ``end``."""
    return rows.filter(hour__gte=start, hour__lt=end)


def reconcile(rows: QuerySet[OutcomeHour], by: str) -> list[Line]:
    """Return a line for each rule or partner: what is unexplained first, then most."""
    found: Any = (
        rows.values(key_=F(KEYS[by]))
        .annotate(**{f"{name}_sum": Coalesce(Sum(name), 0) for name in COLUMNS})
        .order_by()
    )
    # Named afterwards: to join and group by names takes most of the time.
    model, columns = NAMES[by]
    named = model.objects.values("pk", name_=F("name"), **columns)
    names = {row["pk"]: row for row in named.filter(pk__in=[r["key_"] for r in found])}
    lines = [_line(row, names.get(row["key_"], {})) for row in found]
    return sorted(
        lines, key=lambda line: (line.is_right, -line.sums["matched"], line.name)
    )


def total_of(lines: Sequence[Line]) -> Line:
    """Return the sum of all ``lines``."""
    sums = {name: sum(line.sums[name] for line in lines) for name in COLUMNS}
    return Line(None, gettext("Total"), "", sums)


def _line(row: dict[str, Any], named: dict[str, Any]) -> Line:
    name = named.get("name_") or ""
    if "trigger_" in named:
        name = f"#{row['key_']} {name or TriggerKind(named['trigger_']).label}"
    return Line(
        key=row["key_"],
        name=name,
        of=(named.get("of_") or gettext("every offer")) if "of_" in named else "",
        sums={column: row[f"{column}_sum"] for column in COLUMNS},
    )
