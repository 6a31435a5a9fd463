"""Hourly sums, computed again from the log for the hours that may have changed."""

from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Max

from apps.events.categories import EffectiveCategory
from apps.reports import outcomes
from apps.reports.fact_counts import count_facts
from apps.reports.models import EventHour
from apps.reports.outcomes import ID_AT, REVISITED
from apps.retention.models import LogTable, whole_since

LOOK_BACK = timedelta(hours=1)
"""Before the current hour: deliveries planned then may end only now."""
FIRST_LOOK_BACK = timedelta(days=14)
REVISIT_MINUTES = 15
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
FAR = datetime(9000, 1, 1, tzinfo=UTC)
"""A host whose clock is ahead may have stored something in the future."""

CATEGORIES = tuple(EffectiveCategory.values)
"""Each is the column of its count, too."""

EVENTS = f"""
INSERT INTO reports_eventhour (hour, offer_id, accepted, {", ".join(CATEGORIES)})
SELECT date_trunc('hour', received_at, 'UTC'), offer_id, count(*),
       {", ".join(f"count(*) FILTER (WHERE category = '{c}')" for c in CATEGORIES)}
  FROM tracking_event WHERE received_at >= %s AND received_at < %s GROUP BY 1, 2
    ON CONFLICT (hour, offer_id) DO UPDATE
   SET accepted = excluded.accepted,
       {", ".join(f"{name} = excluded.{name}" for name in CATEGORIES)}
"""  # noqa: S608 - made of constants

SUMS = """
       count(*) FILTER (WHERE state NOT IN ('suppressed', 'cancelled')) AS planned,
       count(*) FILTER (WHERE state = 'delivered') AS delivered,
       count(*) FILTER (WHERE state = 'failed') AS failed,
       count(*) FILTER (WHERE state = 'held') AS held,
       percentile_cont(0.95) WITHIN GROUP (
           ORDER BY extract(epoch FROM finished_at - created_at) * 1000)
           FILTER (WHERE state = 'delivered') AS p95_ms,
       max(finished_at) FILTER (WHERE state = 'delivered') AS delivered_at,
       max(finished_at) FILTER (WHERE state = 'failed') AS failed_at
"""

DELIVERIES = f"""
INSERT INTO reports_deliveryhour
       (hour, rule_id, planned, delivered, failed, held, p95_ms, delivered_at,
        failed_at)
SELECT date_trunc('hour', created_at, 'UTC'), rule_id, {SUMS}
  FROM deliveries_delivery
 WHERE id >= {ID_AT.format(moment="%(since)s::timestamptz - interval '1 minute'")}
   AND id < {ID_AT.format(moment="%(until)s::timestamptz + interval '1 minute'")}
   AND created_at >= %(since)s AND created_at < %(until)s AND kind = 'live'
 GROUP BY 1, 2
    ON CONFLICT (hour, rule_id) DO UPDATE
   SET planned = excluded.planned, delivered = excluded.delivered,
       failed = excluded.failed, held = excluded.held, p95_ms = excluded.p95_ms,
       delivered_at = excluded.delivered_at, failed_at = excluded.failed_at
"""  # noqa: S608 - made of constants

# Older hours change only where something was still open; read through the index by
# rule and id.
OPEN_HOURS = f"""
UPDATE reports_deliveryhour AS h
   SET planned = s.planned, delivered = s.delivered, failed = s.failed, held = s.held,
       p95_ms = s.p95_ms, delivered_at = s.delivered_at, failed_at = s.failed_at
  FROM reports_deliveryhour AS o
 CROSS JOIN LATERAL (
       SELECT {SUMS} FROM deliveries_delivery
        WHERE rule_id = o.rule_id AND kind = 'live'
          AND id >= {ID_AT.format(moment="o.hour - interval '1 minute'")}
          AND id < {ID_AT.format(moment="o.hour + interval '61 minutes'")}
          AND created_at >= o.hour AND created_at < o.hour + interval '1 hour') AS s
 WHERE h.id = o.id AND o.hour >= %(oldest)s AND o.hour < %(since)s
   AND o.planned > o.delivered + o.failed
"""  # noqa: S608 - made of constants


@transaction.atomic
def roll_up(*, now: datetime) -> None:
    """Bring the sums up to date, also for hours in which no worker ran.

    The current and the previous hour are computed again each time; older hours with
    open deliveries every ``REVISIT_MINUTES``. Sums of which the log was pruned stay.
    """
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    newest = EventHour.objects.aggregate(hour=Max("hour"))["hour"]
    since = min(newest or now - FIRST_LOOK_BACK, this_hour) - LOOK_BACK
    since = max(since, complete_since())
    since = since.replace(minute=0, second=0, microsecond=0)
    count_hours(since=since, until=FAR, now=now)
    if now.minute % REVISIT_MINUTES == 0:
        oldest = max(now - REVISITED, complete_since())
        with connection.cursor() as cursor:
            cursor.execute(OPEN_HOURS, {"oldest": oldest, "since": since})
        outcomes.count_changed(since=since, now=now, whole_since=complete_since())
        # A replay tells of older facts.
        count_facts(
            since=oldest.replace(minute=0, second=0, microsecond=0), until=since
        )


def complete_since() -> datetime:
    """Return from when on nothing was removed of what is counted."""
    counted = (LogTable.EVENTS, LogTable.DELIVERIES, LogTable.SUBJECTS)
    return max(whole_since(table) or LONG_AGO for table in counted)


def count_hours(*, since: datetime, until: datetime, now: datetime) -> None:
    """Count whole hours, from ``since`` to ``until``."""
    with connection.cursor() as cursor:
        cursor.execute(EVENTS, [since, until])
        cursor.execute(DELIVERIES, {"since": since, "until": until})
    outcomes.count_hours(since=since, until=until, now=now)
    count_facts(since=since, until=until)
