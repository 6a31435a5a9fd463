"""Hourly sums, computed again from the log for the hours that may have changed."""

from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max

from apps.reports.models import EventHour

LOOK_BACK = timedelta(hours=1)
"""Before the current hour: deliveries planned then may end only now."""
FIRST_LOOK_BACK = timedelta(days=14)

EVENTS = """
INSERT INTO reports_eventhour (hour, offer_id, accepted)
SELECT date_trunc('hour', received_at, 'UTC'), offer_id, count(*)
  FROM tracking_event WHERE received_at >= %s GROUP BY 1, 2
    ON CONFLICT (hour, offer_id) DO UPDATE SET accepted = excluded.accepted
"""

# The id of a delivery is a UUID version 7: its first 48 bits are the milliseconds of
# its making, so the primary key serves as the index by time.
DELIVERIES = """
INSERT INTO reports_deliveryhour
       (hour, rule_id, planned, delivered, failed, held, p95_ms)
SELECT date_trunc('hour', created_at, 'UTC'), rule_id, count(*),
       count(*) FILTER (WHERE state = 'delivered'),
       count(*) FILTER (WHERE state = 'failed'),
       count(*) FILTER (WHERE state = 'held'),
       percentile_cont(0.95) WITHIN GROUP (
           ORDER BY extract(epoch FROM finished_at - created_at) * 1000)
           FILTER (WHERE state = 'delivered')
  FROM deliveries_delivery
 WHERE id >= (lpad(to_hex((extract(epoch FROM %s::timestamptz) * 1000)::bigint), 12,
                   '0') || '00000000000000000000')::uuid
   AND kind = 'live'
 GROUP BY 1, 2
    ON CONFLICT (hour, rule_id) DO UPDATE
   SET planned = excluded.planned, delivered = excluded.delivered,
       failed = excluded.failed, held = excluded.held, p95_ms = excluded.p95_ms
"""


@transaction.atomic
def roll_up(*, now: datetime) -> None:
    """Bring the sums up to date, also for hours in which no worker ran."""
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    newest = EventHour.objects.aggregate(hour=Max("hour"))["hour"]
    since = min(newest or now - FIRST_LOOK_BACK, this_hour) - LOOK_BACK
    since = since.replace(minute=0, second=0, microsecond=0)
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, [since])
        cursor.execute(DELIVERIES, [since])
