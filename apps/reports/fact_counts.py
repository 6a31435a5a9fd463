"""Events and Events CA beside the postbacks that told of them (R160)."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import Sum

from apps.attribution.catalogue import FactKind
from apps.core.sql import direct_cursor
from apps.postbacks.models import PostbackRule, SendingMode, TriggerKind
from apps.reports.models import FactHour

COUNT = """
INSERT INTO reports_facthour (hour, rule_id, kind, events, postbacks)
SELECT date_trunc('hour', f.decided_at, 'UTC'), r.id, f.kind, count(*), count(d.id)
  FROM postbacks_postbackrule r
  JOIN attribution_fact f ON f.kind = ANY(r.facts) AND f.kind = ANY(%s)
       AND f.state <> 'suppressed' AND f.decided_at >= %s AND f.decided_at < %s
  JOIN attribution_subject s ON s.id = f.subject_id AND s.kind = r.subject_kind
  JOIN tracking_event e ON e.id = f.event_id
       AND (r.offer_id IS NULL OR r.offer_id = e.offer_id)
  LEFT JOIN deliveries_delivery d
         ON d.trigger_id = f.id AND d.rule_id = r.id AND d.kind <> 'test'
 WHERE r.trigger = %s
 GROUP BY 1, 2, 3
    ON CONFLICT (hour, rule_id, kind) DO UPDATE
   SET events = excluded.events, postbacks = excluded.postbacks
"""
METRICS = {FactKind.CUSTOM_EVENT: "Events", FactKind.CUSTOM_EVENT_CA: "Events CA"}
"""The report's metrics, by the fact that each counts."""


class FactLine(NamedTuple):
    """How often something happened, and how many postbacks of a rule told of it."""

    rule: PostbackRule
    metric: str
    events: int
    postbacks: int

    @property
    def tells_all(self) -> bool:
        """Tell whether the two must be equal: the rule sends all, and no names only."""
        return self.rule.sending_mode == SendingMode.ALL

    @property
    def is_equal(self) -> bool:
        """Tell whether they are."""
        return self.events == self.postbacks


def count_facts(*, since: datetime, until: datetime) -> None:
    """Count the hours from ``since`` to ``until`` as the rules are now."""
    kinds = [kind.value for kind in METRICS]
    values = (kinds, since, until, TriggerKind.ATTRIBUTION.value)
    with direct_cursor() as cursor:
        cursor.execute(COUNT, values)


def fact_lines(
    rules: Sequence[PostbackRule], start: datetime, end: datetime
) -> list[FactLine]:
    """Return a line for each rule and metric that happened from ``start`` to ``end``.

    Equal numbers are promised for a rule that sends all and was active throughout.
    """
    listening = {one.pk: one for one in rules if one.trigger == TriggerKind.ATTRIBUTION}
    rows = (
        FactHour.objects.filter(
            rule__in=listening, kind__in=METRICS, hour__gte=start, hour__lt=end
        )
        .values("rule", "kind")
        .annotate(happened=Sum("events"), told=Sum("postbacks"))
        .order_by("rule", "kind")
    )
    return [
        FactLine(
            listening[row["rule"]],
            METRICS[FactKind(row["kind"])],
            row["happened"],
            row["told"],
        )
        for row in rows
    ]
