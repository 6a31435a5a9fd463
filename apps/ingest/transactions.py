"""The reading statement of ingestion: the transactions of reports, and whom they name.

It is the first statement of a request and also brings the version of the configuration.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from django.db import OperationalError, connection

from apps.attribution.algorithm import Touch
from apps.attribution.remembering import from_json
from apps.attribution.sightings import Sighting, Touched
from apps.attribution.storage import Locked
from apps.core.sql import one_line, replace_connection, rows_of
from apps.ingest.inbound import Inbound
from apps.ingest.reading import read_moment
from apps.ingest.refusals import RefusedError
from apps.ingest.resolving import Transaction

READING: LiteralString = """
SELECT v.version, c.transaction_id, c.id AS click_id, c.offer_id, c.affiliate_id,
       extract(epoch FROM c.clicked_at)::float8 AS clicked,
       extract(epoch FROM c.expires_at)::float8 AS expires, c.params,
       b.id AS conversion_id, b.status {column}
  FROM core_configversion v
  LEFT JOIN (unnest(%s::text[]) AS asked(id)
             JOIN tracking_click c ON c.transaction_id = asked.id) ON true
  LEFT JOIN LATERAL (
       SELECT id, status FROM tracking_conversion
        WHERE transaction_id = c.transaction_id
        ORDER BY status = 'rejected', event_type_id IS NOT NULL
        LIMIT 1) b ON true {join}
 WHERE v.id = 1
"""
READ = one_line(READING.format(column="", join=""))
SUBJECTS = """
  LEFT JOIN offers_offer o ON o.id = c.offer_id
  LEFT JOIN LATERAL (
       SELECT json_agg(json_build_array(
                  s.scope, s.external_id, s.id, s.kind, s.is_disturbed, s.xmin::text,
                  s.state, t.click_id, t.affiliate_id, t.touched_at))::text AS rows
         FROM attribution_subject s
         LEFT JOIN LATERAL (
              SELECT click_id, affiliate_id, touched_at FROM attribution_touch
               WHERE subject_id = s.id AND touched_at <= %s
               ORDER BY touched_at DESC LIMIT 1) t ON true
        WHERE (s.scope = 'o' || c.offer_id AND s.external_id = %s)
           OR (s.scope = coalesce('p' || o.project_id, 'a' || o.advertiser_id)
               AND s.external_id = %s)
       ) n ON true
"""
READ_NAMED = one_line(READING.format(column=", n.rows AS subjects", join=SUBJECTS))

Transactions = tuple[int, dict[str, Transaction]]


class Foreseen(NamedTuple):
    """The subjects that a report seems to name, read together with its transaction.

    What they are by then is for ``of`` to say: parameters may be mapped.
    """

    at: datetime
    subjects: Mapping[tuple[str, str], Locked]

    def of(self, sighting: Sighting) -> list[Locked] | None:
        """Return the subjects of ``sighting``, ``None`` if they are not these."""
        if sighting.at != self.at:
            return None
        found = [self.subjects.get((o.scope, o.external_id)) for o in sighting.who]
        known = [one for one in found if one is not None]
        return known if len(known) == len(found) else None


def read_transactions(transaction_ids: Sequence[str]) -> Transactions:
    """Return the version of the configuration and the transactions that exist."""
    return _transactions(_read(READ, (list(transaction_ids),)))


def read_report(inbound: Inbound) -> tuple[Transactions, Foreseen | None]:
    """Return the transaction of a report, and the subjects it seems to name."""
    device_id, user_id = inbound.get("device_id"), inbound.get("user_id")
    transaction_ids = [inbound.get("transaction_id")]
    if not device_id and not user_id:
        return read_transactions(transaction_ids), None
    at = _happened_at(inbound)
    rows = _read(READ_NAMED, (transaction_ids, at, device_id, user_id))
    subjects = json.loads(rows[0].subjects or "[]") if rows else []
    known = {(row[0], row[1]): _subject(row) for row in subjects}
    return _transactions(rows), Foreseen(at, known)


def _happened_at(inbound: Inbound) -> datetime:
    try:
        return read_moment(inbound.get("occurred_at"), inbound.received_at)
    except RefusedError:
        # It is refused in its turn, once the sender is known.
        return inbound.received_at


def _subject(row: list[Any]) -> Locked:
    _, _, pk, kind, is_disturbed, version, state, click, affiliate, touched_at = row
    touch = None
    if click is not None:
        at = datetime.fromisoformat(touched_at)
        touch = Touched(Touch(UUID(click), affiliate), at)
    return Locked(pk, kind, from_json(state), is_disturbed, touch, version)


def _transactions(rows: list[Any]) -> Transactions:
    if not rows:
        raise RuntimeError("core_configversion has no row: run «manage.py migrate».")
    found = {
        row.transaction_id: Transaction(
            click_id=row.click_id,
            transaction_id=row.transaction_id,
            offer_id=row.offer_id,
            affiliate_id=row.affiliate_id,
            clicked_at=datetime.fromtimestamp(row.clicked, UTC),
            expires_at=datetime.fromtimestamp(row.expires, UTC),
            click_params=row.params,
            conversion_id=row.conversion_id,
            conversion_status=row.status or "",
        )
        for row in rows
        if row.click_id is not None
    }
    return rows[0].version, found


def _read(statement: LiteralString, parameters: Sequence[object]) -> list[Any]:
    """Run a reading statement; a connection that the server closed is replaced once.

    So no request pays for a check of its connection, and none is refused because the
    database was restarted since the last one.
    """
    try:
        return rows_of(statement, parameters)
    except OperationalError:
        if connection.in_atomic_block:
            raise
    replace_connection()
    return rows_of(statement, parameters)
