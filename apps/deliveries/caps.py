"""Caps of rules: at most so many deliveries per period, exact under concurrency."""

from collections.abc import Sequence
from datetime import datetime

from apps.core.sql import rows_of
from apps.deliveries.planning import SUPPRESSED, PlannedDelivery
from apps.postbacks.timing import UTC_ZONE, period_start

# The row is the lock: whoever counts for the same cap waits for the other's commit.
# What comes over the maximum is given back before anybody sees it.
TAKE = """
INSERT INTO postbacks_rulecapcount AS taken (rule_id, period, period_start, count)
VALUES (%s, %s, %s, %s)
    ON CONFLICT (rule_id, period, period_start)
    DO UPDATE SET count = taken.count + excluded.count
 WHERE taken.count < %s
RETURNING count
"""
GIVE_BACK = """
UPDATE postbacks_rulecapcount SET count = count - %s
 WHERE rule_id = %s AND period = %s AND period_start = %s
RETURNING count
"""


def take_caps(
    planned: Sequence[PlannedDelivery], now: datetime
) -> list[PlannedDelivery]:
    """Count what is planned; what comes over a cap is suppressed instead.

    Call it in the transaction that inserts the deliveries, or what was counted is not
    taken back. Caps are taken in the order of rules, so that two requests cannot wait
    for each other, and for all deliveries of a rule at once; the first ones get them.
    """
    of_rules: dict[int, list[PlannedDelivery]] = {}
    for delivery in planned:
        if delivery.caps:
            of_rules.setdefault(delivery.rule_id, []).append(delivery)
    over = {
        delivery.id: reason
        for _, deliveries in sorted(of_rules.items())
        for delivery, reason in _over(deliveries, now)
    }
    return [
        delivery._replace(state=SUPPRESSED, reason=over[delivery.id])
        if delivery.id in over
        else delivery
        for delivery in planned
    ]


def _over(
    deliveries: Sequence[PlannedDelivery], now: datetime
) -> list[tuple[PlannedDelivery, str]]:
    """Take the caps of one rule; return what comes over, each with the reason."""
    first = deliveries[0]
    wanted = granted = len(deliveries)
    reason = ""
    taken: list[tuple[int, str, datetime]] = []
    for period, maximum in first.caps:
        start = period_start(period, first.zone or UTC_ZONE, now)
        key = (first.rule_id, period, start)
        rows = rows_of(TAKE, (*key, wanted, maximum))
        free = 0
        if rows:
            taken.append(key)
            free = maximum - rows[0].count + wanted
        if free < granted:
            granted, reason = free, f"cap:{period}"
        if not granted:
            break
    if granted < wanted:
        # Suppressed by one cap, it must not use up another.
        for key in taken:
            rows_of(GIVE_BACK, (wanted - granted, *key))
    return [(delivery, reason) for delivery in deliveries[granted:]]
