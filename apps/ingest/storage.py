"""The two statements of ingestion: one reads, one writes everything at once.

The write is a single statement and thereby one transaction: the event, the conversion
with its change, and all deliveries are committed together or not at all (DESIGN §4.1).
Every part hangs on the row that the event's INSERT returned, so a duplicate, decided
by the constraint ``event_dedupe_key_unique``, writes nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from apps.core.sql import direct_cursor
from apps.deliveries.planning import PlannedDelivery
from apps.ingest.resolving import Transaction

READ = """
SELECT v.version, c.id AS click_id, c.offer_id, c.affiliate_id, c.expires_at,
       b.id AS conversion_id, b.status
  FROM core_configversion v
  LEFT JOIN tracking_click c ON c.transaction_id = %s
  LEFT JOIN LATERAL (
       SELECT id, status FROM tracking_conversion
        WHERE transaction_id = c.transaction_id
        ORDER BY status = 'rejected', event_type_id IS NOT NULL
        LIMIT 1) b ON true
 WHERE v.id = 1
"""

EVENT_COLUMNS = (
    "id, source, offer_id, event_type_id, name, transaction_id, click_id, "
    "conversion_id, affiliate_id, goal_id, category, is_payable, order_id, dedupe_key, "
    "occurred_at, received_at, params, fields, triggered_by_id, sale_amount, "
    "sale_currency, currency, revenue, payout"
)
WRITE = f"""
WITH event AS (
    INSERT INTO tracking_event ({EVENT_COLUMNS})
    VALUES (%(id)s, %(source)s, %(offer_id)s, %(event_type_id)s, %(name)s,
            %(transaction_id)s, %(click_id)s, %(conversion_id)s, %(affiliate_id)s,
            %(goal_id)s, %(category)s, %(is_payable)s, %(order_id)s, %(dedupe_key)s,
            %(occurred_at)s, %(received_at)s, %(params)s, %(fields)s,
            %(triggered_by_id)s, %(sale_amount)s, %(sale_currency)s, %(currency)s,
            %(revenue)s, %(payout)s)
    ON CONFLICT (dedupe_key) DO NOTHING
    RETURNING id, received_at, offer_id, affiliate_id, click_id, conversion_id
), conversion AS (
    INSERT INTO tracking_conversion
           (id, offer_id, click_id, transaction_id, event_type_id, goal_id,
            affiliate_id, status, status_reason, is_payable, order_id, occurred_at,
            version, sale_amount, sale_currency, currency, revenue, payout,
            created_at, updated_at)
    SELECT %(new_conversion_id)s, e.offer_id, e.click_id, %(transaction_id)s,
           %(event_type_id)s, %(goal_id)s, e.affiliate_id, %(status)s, '',
           %(is_payable)s, %(order_id)s, %(occurred_at)s, 1, %(sale_amount)s,
           %(sale_currency)s, %(currency)s, %(revenue)s, %(payout)s, e.received_at,
           e.received_at
      FROM event e WHERE %(new_conversion_id)s::uuid IS NOT NULL
), change AS (
    INSERT INTO tracking_conversionchange
           (id, conversion_id, number, operation, old_status, new_status, reason,
            source, actor_id, event_id, fires_postbacks, changed_at)
    SELECT %(change_id)s, %(new_conversion_id)s, 1, 'create', '', %(status)s, '',
           %(source)s, %(triggered_by_id)s, e.id, true, e.received_at
      FROM event e WHERE %(new_conversion_id)s::uuid IS NOT NULL
), delivery AS (
    INSERT INTO deliveries_delivery
           (id, rule_id, revision_id, trigger_type, trigger_id, kind, event_id,
            conversion_id, click_id, offer_id, affiliate_id, destination_id, state,
            reason, attempts, due_at, outcome, message, created_at)
    SELECT d.id, d.rule_id, d.revision_id, d.trigger_type, d.trigger_id, 'live', e.id,
           e.conversion_id, e.click_id, e.offer_id, e.affiliate_id, d.destination_id,
           d.state, d.reason, 0, e.received_at, '', '', e.received_at
      FROM event e,
           unnest(%(delivery_ids)s::uuid[], %(rule_ids)s::bigint[],
                  %(revision_ids)s::bigint[], %(trigger_types)s::text[],
                  %(trigger_ids)s::uuid[], %(destination_ids)s::bigint[],
                  %(states)s::text[], %(reasons)s::text[])
           AS d(id, rule_id, revision_id, trigger_type, trigger_id, destination_id,
                state, reason)
)
SELECT count(*) AS accepted FROM event
"""  # noqa: S608 - only our own column names are put in

FIRST_EVENT = "SELECT id, conversion_id FROM tracking_event WHERE dedupe_key = %s"


@dataclass(frozen=True, slots=True)
class NewEvent:
    """The row of an event and, where it makes one, of its conversion."""

    columns: dict[str, Any]
    new_conversion_id: UUID | None
    change_id: UUID | None
    status: str


def read_transaction(transaction_id: str) -> tuple[int, Transaction | None]:
    """Return the version of the configuration and the transaction, if there is one."""
    with direct_cursor() as cursor:
        row = cursor.execute(READ, (transaction_id,), prepare=True).fetchone()
    if row is None:
        raise RuntimeError("core_configversion has no row: run «manage.py migrate».")
    if row.click_id is None:
        return row.version, None
    return row.version, Transaction(
        click_id=row.click_id,
        offer_id=row.offer_id,
        affiliate_id=row.affiliate_id,
        expires_at=row.expires_at,
        conversion_id=row.conversion_id,
        conversion_status=row.status or "",
    )


def write_event(
    new: NewEvent,
    deliveries: Sequence[PlannedDelivery],
    destinations: dict[str, int],
) -> bool:
    """Insert everything; False when an event of this dedupe key exists already."""
    columns = new.columns
    values = {
        **columns,
        "params": Jsonb(columns["params"]),
        "fields": Jsonb(columns["fields"]),
        "new_conversion_id": new.new_conversion_id,
        "change_id": new.change_id,
        "status": new.status,
        "delivery_ids": [planned.id for planned in deliveries],
        "rule_ids": [planned.rule_id for planned in deliveries],
        "revision_ids": [planned.revision_id for planned in deliveries],
        "trigger_types": [planned.trigger_type for planned in deliveries],
        "trigger_ids": [planned.trigger_id for planned in deliveries],
        "destination_ids": [destinations[d.destination] for d in deliveries],
        "states": [planned.state for planned in deliveries],
        "reasons": [planned.reason for planned in deliveries],
    }
    with direct_cursor() as cursor:
        row = cursor.execute(WRITE, values, prepare=True).fetchone()
    return bool(row and row.accepted)


def first_event(dedupe_key: str) -> tuple[UUID | None, UUID | None]:
    """Return the ids of the event that holds ``dedupe_key``, and of its conversion."""
    with direct_cursor() as cursor:
        row = cursor.execute(FIRST_EVENT, (dedupe_key,), prepare=True).fetchone()
    return (row.id, row.conversion_id) if row else (None, None)
