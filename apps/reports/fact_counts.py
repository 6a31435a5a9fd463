"""Events and Events CA beside the postbacks that told of them (R160)."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from apps.attribution.catalogue import FactKind
from apps.core.sql import direct_cursor
from apps.postbacks.models import PostbackRule, SendingMode, TriggerKind

COUNT = """
SELECT r.id AS rule_id, f.kind, count(*) AS events, count(d.id) AS postbacks
  FROM postbacks_postbackrule r
  JOIN attribution_fact f ON f.kind = ANY(r.facts) AND f.kind = ANY(%s)
       AND f.state <> 'suppressed' AND f.decided_at >= %s AND f.decided_at < %s
  JOIN attribution_subject s ON s.id = f.subject_id AND s.kind = r.subject_kind
  JOIN tracking_event e ON e.id = f.event_id
       AND (r.offer_id IS NULL OR r.offer_id = e.offer_id)
  LEFT JOIN deliveries_delivery d
         ON d.trigger_id = f.id AND d.rule_id = r.id AND d.kind <> 'test'
 WHERE r.id = ANY(%s)
 GROUP BY r.id, f.kind
 ORDER BY r.id, f.kind
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


def fact_lines(
    rules: Sequence[PostbackRule], start: datetime, end: datetime
) -> list[FactLine]:
    """Return a line for each rule and metric that happened from ``start`` to ``end``.

    Equal numbers are promised for a rule that sends all and was active throughout.
    """
    listening = {one.pk: one for one in rules if one.trigger == TriggerKind.ATTRIBUTION}
    if not listening:
        return []
    kinds = [kind.value for kind in METRICS]
    with direct_cursor() as cursor:
        rows = cursor.execute(COUNT, (kinds, start, end, list(listening))).fetchall()
    return [
        FactLine(
            listening[row.rule_id],
            METRICS[FactKind(row.kind)],
            row.events,
            row.postbacks,
        )
        for row in rows
    ]
