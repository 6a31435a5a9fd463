"""What must never be: deliveries that nothing accounts for.

``UNEXPLAINED`` is the one definition, for the reconciliation, the list of deliveries
and the nightly check. The check looks for more, through indexes, and stops counting.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from apps.deliveries.models import Delivery, Finding

COUNTED = 1_000
LISTED = 10_000
QUOTED = 3
LOOKED_AT = 100_000
"""So many of the newest finished deliveries are compared with their attempts."""

# A lease is of minutes at the most, and the sweep looks every minute. A retry waits at
# most a day past its time, unless its destination takes no more or the order keeps it.
LOST_LEASE = "deliveries_delivery.lease_until < {now} - interval '1 hour'"
LEFT_BEHIND = """(deliveries_delivery.due_at < {now} - interval '1 day'
    AND deliveries_delivery.order_key = ''
    AND NOT EXISTS (
        SELECT 1 FROM deliveries_destination ds
         WHERE ds.id = deliveries_delivery.destination_id
           AND (ds.state = 'paused' OR ds.breaker <> 'closed'
                OR ds.rate_per_second IS NOT NULL
                OR ds.maximum_concurrency IS NOT NULL)))"""
NEVER_TRIED = """(deliveries_delivery.attempts = 0
    AND deliveries_delivery.reason <> 'marked')"""

UNEXPLAINED = f"""(CASE
    WHEN deliveries_delivery.state = 'sending' THEN {LOST_LEASE}
    WHEN deliveries_delivery.state IN ('pending', 'retrying') THEN {LEFT_BEHIND}
    WHEN deliveries_delivery.state IN ('delivered', 'failed') THEN {NEVER_TRIED}
    ELSE deliveries_delivery.state NOT IN ('held', 'suppressed', 'cancelled') END)"""
"""True of a delivery that nothing accounts for at ``{now}``."""

# The conditions on states are those of the indexes that are read.
SENDING = f"""SELECT id FROM deliveries_delivery
 WHERE state = 'sending' AND {LOST_LEASE}"""  # noqa: S608 - made of constants
DUE = f"""SELECT id FROM deliveries_delivery
 WHERE state = 'pending' AND {LEFT_BEHIND}
 UNION ALL
SELECT id FROM deliveries_delivery
 WHERE state = 'retrying' AND {LEFT_BEHIND}"""  # noqa: S608 - made of constants
FINISHED = f"""SELECT id FROM deliveries_delivery
 WHERE state IN ('delivered', 'failed') AND {NEVER_TRIED}"""  # noqa: S608 - made of constants
LOST = f"{SENDING} UNION ALL {DUE} UNION ALL {FINISHED}"
"""The ids of what is ``UNEXPLAINED``, through indexes."""

CHECKS: tuple[tuple[str, str], ...] = (
    ("are being sent although the lease ended over an hour ago", SENDING),
    ("are due for over a day although nothing keeps them", DUE),
    ("are finished although they were never tried", FINISHED),
    (
        "lack the record of their last attempt",
        """SELECT d.id FROM (
               SELECT id, attempts FROM deliveries_delivery
                WHERE finished_at >= {since} AND attempts > 0
                  AND created_at >= {tried_since} LIMIT {looked_at}) d
            WHERE NOT EXISTS (
                SELECT 1 FROM deliveries_attempt a
                 WHERE a.delivery_id = d.id AND a.number = d.attempts
                   AND a.started_at >= {tried_since} - interval '1 day')""",
    ),
    (
        "are held although what held them is over",
        """SELECT d.id FROM deliveries_delivery d
             JOIN postbacks_postbackrule r ON r.id = d.rule_id
             JOIN deliveries_destination ds ON ds.id = d.destination_id
             LEFT JOIN connections_connection c ON c.id = r.connection_id
            WHERE d.state = 'held' AND d.due_at < {now} - interval '1 hour'
              AND (d.reason = 'rule_paused' AND r.status = 'active'
                   AND r.archived_at IS NULL
                   OR d.reason = 'connection_auth' AND c.state = 'ok'
                   AND r.status = 'active'
                   OR d.reason = 'destination_paused' AND ds.state = 'open')""",
    ),
)
CHECKED_SPAN = timedelta(hours=25)
"""Of what is finished: the check runs once a night, with an hour to spare."""
TRIED_SPAN = timedelta(days=7)
"""Attempts are kept for longer; what was held for weeks may have outlived its own."""


@dataclass(frozen=True, slots=True)
class Violation:
    """Deliveries of which something is true that must never be."""

    what: str
    count: int
    ids: Sequence[Any]

    def __str__(self) -> str:
        more = " or more" if self.count >= COUNTED else ""
        some = ", ".join(str(one) for one in self.ids)
        return f"{self.count:,}{more} deliveries {self.what}, e.g. {some}."


def unexplained(deliveries: QuerySet[Delivery], now: datetime) -> QuerySet[Delivery]:
    """Return those of ``deliveries`` that nothing accounts for at ``now``."""
    limited = f"{LOST} LIMIT {LISTED}".format(now="%(now)s")
    with connection.cursor() as cursor:
        cursor.execute(limited, {"now": now})
        ids = [row[0] for row in cursor.fetchall()]
    return deliveries.filter(pk__in=ids)


def violations(now: datetime) -> Iterator[Violation]:
    """Yield what is true of deliveries and must never be."""
    names = {
        "now": "%(now)s::timestamptz",
        "since": "%(since)s::timestamptz",
        "tried_since": "%(tried_since)s::timestamptz",
        "looked_at": "%(looked_at)s",
    }
    values: dict[str, Any] = {
        "now": now,
        "since": now - CHECKED_SPAN,
        "tried_since": now - TRIED_SPAN,
        "limit": COUNTED,
        "looked_at": LOOKED_AT,
    }
    with connection.cursor() as cursor:
        for what, statement in CHECKS:
            limited = f"SELECT id FROM ({statement}) found LIMIT %(limit)s"  # noqa: S608
            cursor.execute(limited.format(**names), values)
            ids = [row[0] for row in cursor.fetchall()]
            if ids:
                yield Violation(what, len(ids), sorted(ids)[:QUOTED])


@transaction.atomic
def check_invariants(*, now: datetime) -> list[Violation]:
    """Look for violations and remember them; alerts tell of them until the next look.

    Remembered are those found last, so that an alert ends when they are mended.
    """
    found = list(violations(now))
    Finding.objects.all().delete()
    Finding.objects.bulk_create(
        Finding(what=one.what, text=str(one), found_at=now) for one in found
    )
    return found
