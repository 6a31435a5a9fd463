"""Hourly sums of outcomes: each match in exactly one column, or unexplained."""

from datetime import datetime, timedelta

from django.db import connection

from apps.deliveries.invariants import UNEXPLAINED
from apps.deliveries.states import DeliveryKind, DeliveryState, SuppressedReason
from apps.reports.models import FINAL

REVISITED = timedelta(hours=84)
"""Retries take up to 83.2 hours (DESIGN §8: 75.6, plus jitter)."""
ENDED_LATELY = timedelta(hours=1)
"""Longer than the time between two looks at older hours, should some be left out."""

SUPPRESSED = "fate = 'suppressed' AND reason"
COLUMNS: dict[str, str] = {
    "matched": "true",
    "delivered": f"fate = '{DeliveryState.DELIVERED}'",
    "failed": f"fate = '{DeliveryState.FAILED}'",
    "held": f"fate = '{DeliveryState.HELD}'",
    "pending": f"fate IN ('{DeliveryState.PENDING}', '{DeliveryState.SENDING}')",
    "retrying": f"fate = '{DeliveryState.RETRYING}'",
    "cancelled": f"fate = '{DeliveryState.CANCELLED}'",
    "not_sampled": f"{SUPPRESSED} = '{SuppressedReason.SAMPLE}'",
    "no_consent": f"{SUPPRESSED} = '{SuppressedReason.CONSENT}'",
    "over_cap": f"{SUPPRESSED} LIKE 'cap:%%'",
    "nothing_to_send": f"{SUPPRESSED} = 'nothing_to_send'",
    "otherwise_suppressed": f"{SUPPRESSED} NOT IN ('{SuppressedReason.SAMPLE}', "
    f"'{SuppressedReason.CONSENT}', 'nothing_to_send') AND reason NOT LIKE 'cap:%%'",
}
"""Each counted column, and of which deliveries; ``matched`` counts them all."""

SUMS = ", ".join(
    f"count(*) FILTER (WHERE {condition}) AS {name}"
    for name, condition in COLUMNS.items()
)
INTO = f"""
INSERT INTO reports_outcomehour
       (hour, rule_id, offer_id, affiliate_id, {", ".join(COLUMNS)})
"""
SAVE = f"""
    ON CONFLICT (hour, rule_id, offer_id, affiliate_id) DO UPDATE
   SET {", ".join(f"{name} = excluded.{name}" for name in COLUMNS)}
"""  # noqa: S608 - made of constants
FATES = f"""
       SELECT date_trunc('hour', created_at, 'UTC') AS hour, rule_id, offer_id,
              affiliate_id, reason,
              CASE WHEN {UNEXPLAINED.format(now="%(now)s")} THEN 'unexplained'
                   ELSE state END AS fate
         FROM deliveries_delivery
        WHERE kind = '{DeliveryKind.LIVE}'
"""  # noqa: S608 - made of constants

# As in the condition of the index that is read.
ENDED = f"(0 + {' + '.join(FINAL)})"

# The id of a delivery is a UUID version 7: its first 48 bits are the milliseconds of
# its making, so the primary key serves as the index by time. It is made a little later
# than the moment in created_at, which decides; hence the minute on both sides.
ID_AT = """(lpad(to_hex((extract(epoch FROM {moment}) * 1000)::bigint), 12, '0')
            || '00000000000000000000')::uuid"""

RECENT = f"""
{INTO}
SELECT hour, rule_id, offer_id, affiliate_id, {SUMS}
  FROM ({FATES}
          AND id >= {ID_AT.format(moment="%(early)s::timestamptz")}
          AND id < {ID_AT.format(moment="%(late)s::timestamptz")}
          AND created_at >= %(since)s AND created_at < %(until)s) AS told
 GROUP BY 1, 2, 3, 4
{SAVE}
"""  # noqa: S608 - made of constants

# Older hours of a rule: where something was still open, or has ended since.
CHANGED = f"""
WITH changed AS MATERIALIZED (
    SELECT hour, rule_id FROM reports_outcomehour
     WHERE matched > {ENDED} AND hour < %(since)s
       AND (hour >= %(oldest)s OR matched > {ENDED} + held)
     UNION
    SELECT date_trunc('hour', created_at, 'UTC'), rule_id FROM deliveries_delivery
     WHERE finished_at >= %(ended)s AND created_at < %(since)s
       AND kind = '{DeliveryKind.LIVE}'
), whole AS (
    SELECT hour, rule_id FROM changed WHERE hour >= %(whole_since)s
)
{INTO}
SELECT c.hour, c.rule_id, s.offer_id, s.affiliate_id,
       {", ".join(f"s.{name}" for name in COLUMNS)}
  FROM whole c CROSS JOIN LATERAL (
       SELECT offer_id, affiliate_id, {SUMS}
         FROM ({FATES}
                 AND rule_id = c.rule_id
                 AND id >= {ID_AT.format(moment="c.hour - interval '1 minute'")}
                 AND id < {ID_AT.format(moment="c.hour + interval '61 minutes'")}
                 AND created_at >= c.hour
                 AND created_at < c.hour + interval '1 hour') AS told
        GROUP BY 1, 2) s
{SAVE}
"""  # noqa: S608 - made of constants


def count_hours(*, since: datetime, until: datetime, now: datetime) -> None:
    """Count the hours from ``since`` to ``until``."""
    values = {
        "since": since,
        "until": until,
        "early": since - timedelta(minutes=1),
        "late": until + timedelta(minutes=1),
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(RECENT, values)


def count_changed(*, since: datetime, now: datetime, whole_since: datetime) -> None:
    """Count those hours before ``since`` again that may have changed.

    Of hours before ``whole_since`` some deliveries were removed: their sums stay.
    """
    values = {
        "since": since,
        "now": now,
        "whole_since": whole_since,
        "oldest": now - REVISITED,
        "ended": now - ENDED_LATELY,
    }
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, values)
