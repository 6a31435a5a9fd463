"""Which rows of the log may go, and the statements that remove a page of them.

A page is looked through by id, which is the time. What has a reason to stay is left and
not looked at again in this pass. The space of what went is used again by new rows.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from apps.core.ids import uuid7_from
from apps.retention.models import LogTable

PAGE = """
WITH page AS MATERIALIZED (
    SELECT id FROM {table} WHERE id > %(after)s::{key} AND {in_time}
     ORDER BY id LIMIT %(size)s
), old AS MATERIALIZED (
    SELECT t.id, pg_column_size(t.*) AS bytes FROM {table} t JOIN page USING (id)
     WHERE {may_go} FOR UPDATE OF t SKIP LOCKED
), {besides} gone AS (
    DELETE FROM {table} t USING old WHERE t.id = old.id
)
SELECT (SELECT count(*) FROM old), (SELECT coalesce(sum(bytes), 0) FROM old),
       (SELECT count(*) FROM page), (SELECT id::text FROM page ORDER BY id DESC LIMIT 1)
"""

# What somebody still waits for is not finished; its attempts explain it.
FINISHED = """
t.finished_at < %(until)s AND NOT EXISTS (
    SELECT 1 FROM deliveries_attempt a WHERE a.delivery_id = t.id
       AND a.started_at >= t.created_at - interval '1 day')
"""
# A story is replayed when something comes late, so it stays as long as its subject.
FORGOTTEN = """
t.created_at < %(until)s AND coalesce(t.last_activity_at, t.created_at) < %(until)s
AND NOT EXISTS (SELECT 1 FROM attribution_touch w
                 WHERE w.subject_id = t.id AND w.touched_at >= %(until)s)
AND NOT EXISTS (
    SELECT 1 FROM attribution_subjectevent s
     WHERE s.subject_id = t.id
       AND (s.occurred_at >= %(until)s OR s.event_id >= %(bound)s OR s.state = 'waiting'
            OR EXISTS (SELECT 1 FROM deliveries_delivery d
                        WHERE d.event_id = s.event_id)))
"""
THEIR_STORY = """
fact AS (DELETE FROM attribution_fact f USING old WHERE f.subject_id = old.id),
period AS (DELETE FROM attribution_period p USING old WHERE p.subject_id = old.id),
story AS (DELETE FROM attribution_subjectevent s USING old WHERE s.subject_id = old.id),
touch AS (DELETE FROM attribution_touch w USING old WHERE w.subject_id = old.id),
"""
# The events that moved a conversion stay with it: they are the books.
CHANGED_NOTHING = """
t.received_at < %(until)s
AND NOT EXISTS (SELECT 1 FROM deliveries_delivery d WHERE d.event_id = t.id)
AND NOT EXISTS (SELECT 1 FROM tracking_conversionchange c WHERE c.event_id = t.id)
AND NOT EXISTS (SELECT 1 FROM attribution_subjectevent s WHERE s.event_id = t.id)
"""
THEIR_DUPLICATES = """
duplicate AS (UPDATE ingest_refusedrequest r SET first_event_id = NULL
                FROM old WHERE r.first_event_id = old.id),
"""
LED_NOWHERE = """
t.clicked_at < %(until)s AND t.expires_at < %(until)s
AND NOT EXISTS (SELECT 1 FROM tracking_lead l
                 WHERE l.transaction_id = t.transaction_id OR l.click_id = t.id)
AND NOT EXISTS (SELECT 1 FROM tracking_conversion c
                 WHERE c.transaction_id = t.transaction_id)
AND NOT EXISTS (SELECT 1 FROM tracking_event e
                 WHERE e.transaction_id = t.transaction_id)
AND NOT EXISTS (SELECT 1 FROM attribution_touch w WHERE w.click_id = t.id)
"""
STRAYED = """
WITH old AS MATERIALIZED (
    SELECT id, pg_column_size(t.*) AS bytes FROM deliveries_attempt_default t
     WHERE started_at < %(until)s LIMIT %(size)s FOR UPDATE SKIP LOCKED
), gone AS (
    DELETE FROM deliveries_attempt_default t USING old WHERE t.id = old.id
)
SELECT count(*), coalesce(sum(bytes), 0) FROM old
"""


class Page(NamedTuple):
    """What became of a page; ``position`` is "" when it was the last one."""

    rows: int
    bytes: int
    position: str


@dataclass(frozen=True, slots=True)
class Batches:
    """How the old rows of one table go."""

    table: str
    may_go: str
    besides: str = ""
    key: str = "uuid"
    in_time: str = "id < %(bound)s"
    first: str = "00000000-0000-0000-0000-000000000000"
    size: int = 1_000

    def next_page(self, until: datetime, position: str) -> Page:
        """Remove what may go of the page after ``position``; in a transaction."""
        values = self._values(until, position)
        with connection.cursor() as cursor:
            cursor.execute(self._statement(PAGE), values)
            rows, size, looked_at, last = cursor.fetchone()
        return Page(rows, int(size), last if looked_at == self.size else "")

    def count(self, until: datetime) -> int:
        """Return how many rows would go now; looks through all that are old enough."""
        # Not deleted are also rows that another transaction holds: none is, mostly.
        with connection.cursor() as cursor:
            cursor.execute(self._statement(COUNT), self._values(until, ""))
            return int(cursor.fetchone()[0])

    def _statement(self, template: str) -> str:
        return template.format(
            table=self.table,
            key=self.key,
            in_time=self.in_time,
            may_go=self.may_go,
            besides=self.besides,
        )

    def _values(self, until: datetime, position: str) -> dict[str, Any]:
        return {
            "after": position or self.first,
            "bound": uuid7_from(until),
            "until": until,
            "size": self.size,
        }


COUNT = "SELECT count(*) FROM {table} t WHERE {in_time} AND {may_go}"
BATCHES = {
    LogTable.DELIVERIES: Batches("deliveries_delivery", FINISHED),
    LogTable.REFUSED_REQUESTS: Batches(
        "ingest_refusedrequest", "t.received_at < %(until)s"
    ),
    LogTable.SUBJECTS: Batches(
        "attribution_subject",
        FORGOTTEN,
        besides=THEIR_STORY,
        key="bigint",
        in_time="true",
        first="0",
        size=200,
    ),
    LogTable.EVENTS: Batches(
        "tracking_event", CHANGED_NOTHING, besides=THEIR_DUPLICATES
    ),
    LogTable.CLICKS: Batches("tracking_click", LED_NOWHERE),
}


def remove_strayed(until: datetime, size: int = 1_000) -> Page:
    """Remove a page of the attempts that no day took; in a transaction."""
    with connection.cursor() as cursor:
        cursor.execute(STRAYED, {"until": until, "size": size})
        rows, gone = cursor.fetchone()
    return Page(rows, int(gone), "more" if rows == size else "")
