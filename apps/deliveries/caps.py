"""Caps of rules: at most so many deliveries per period, exact under concurrency."""

from collections.abc import Sequence
from datetime import datetime

from apps.core.sql import rows_of
from apps.deliveries.planning import SUPPRESSED, PlannedDelivery
from apps.postbacks.timing import UTC_ZONE, period_start

# The row is the lock: whoever counts for the same cap waits for the other's commit.
TAKE = """
INSERT INTO postbacks_rulecapcount AS taken (rule_id, period, period_start, count)
VALUES (%s, %s, %s, 1)
    ON CONFLICT (rule_id, period, period_start) DO UPDATE SET count = taken.count + 1
 WHERE taken.count < %s
RETURNING count
"""
GIVE_BACK = """
UPDATE postbacks_rulecapcount SET count = count - 1
 WHERE rule_id = %s AND period = %s AND period_start = %s
RETURNING count
"""


def take_caps(
    planned: Sequence[PlannedDelivery], now: datetime
) -> list[PlannedDelivery]:
    """Count what is planned; what comes over a cap is suppressed instead.

    Call it in the transaction that inserts the deliveries, or what was counted is not
    taken back. Caps are taken in the order of rules, so that two requests cannot wait
    for each other.
    """
    decided = {
        delivery.id: _decided(delivery, now)
        for delivery in sorted(planned, key=lambda one: one.rule_id)
    }
    return [decided[delivery.id] for delivery in planned]


def _decided(delivery: PlannedDelivery, now: datetime) -> PlannedDelivery:
    zone = delivery.zone or UTC_ZONE
    taken: list[tuple[int, str, datetime]] = []
    for period, maximum in delivery.caps:
        key = (delivery.rule_id, period, period_start(period, zone, now))
        if rows_of(TAKE, (*key, maximum)):
            taken.append(key)
            continue
        # Suppressed by one cap, it must not use up another.
        for other in taken:
            rows_of(GIVE_BACK, other)
        return delivery._replace(state=SUPPRESSED, reason=f"cap:{period}")
    return delivery
