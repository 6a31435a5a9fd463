"""Taking due deliveries: one conditional UPDATE under a lease, with their context."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection

from apps.connections.models import ConnectionState
from apps.core.ids import uuid7
from apps.core.sql import direct_cursor
from apps.deliveries.states import (
    DestinationState,
    HeldReason,
)
from apps.postbacks.models import RuleStatus

CONTEXT = """
SELECT d.id, d.attempts, d.kind, d.revision_id, d.rule_id, d.created_at,
       d.lease_token, d.trigger_type,
       r.status AS rule_status, r.connection_id, n.state AS connection_state,
       ds.state AS destination_state,
       e.id AS event_uid, e.event_type_id, e.name AS event_name, e.category,
       e.occurred_at, e.received_at, e.params::text, e.fields::text, e.order_id,
       e.sale_amount, e.sale_currency, e.currency, e.revenue, e.payout,
       coalesce(e.transaction_id, cv.transaction_id) AS transaction_id,
       cv.id AS conversion_id, cv.status AS conversion_status, cv.occurred_at AS
       conversion_time, cv.sale_amount AS cv_sale_amount, cv.currency AS cv_currency,
       cv.sale_currency AS cv_sale_currency, cv.revenue AS cv_revenue,
       cv.payout AS cv_payout, cv.order_id AS cv_order_id,
       ch.new_status, ch.operation, ch.reason AS status_reason,
       c.clicked_at, c.params::text AS click_params, host(c.ip) AS ip, c.user_agent,
       c.referrer,
       o.id AS offer_id, o.name AS offer_name, o.advertiser_id,
       av.name AS advertiser_name,
       a.id AS affiliate_id, a.name AS affiliate_name,
       g.name AS goal_name, g.ref AS goal_ref,
       l.public_id AS lead_id, l.sealed_contact
  FROM {source} d
  JOIN postbacks_postbackrule r ON r.id = d.rule_id
  LEFT JOIN deliveries_destination ds ON ds.id = d.destination_id
  JOIN offers_offer o ON o.id = d.offer_id
  JOIN accounts_advertiser av ON av.id = o.advertiser_id
  LEFT JOIN connections_connection n ON n.id = r.connection_id
  LEFT JOIN tracking_event e ON e.id = d.event_id
  LEFT JOIN tracking_conversion cv ON cv.id = d.conversion_id
  LEFT JOIN tracking_conversionchange ch
         ON d.trigger_type = 'conversion_change' AND ch.id = d.trigger_id
  LEFT JOIN tracking_click c ON c.id = d.click_id
  LEFT JOIN accounts_affiliate a ON a.id = d.affiliate_id
  LEFT JOIN goals_goal g ON g.id = coalesce(e.goal_id, cv.goal_id)
  LEFT JOIN tracking_lead l ON l.offer_id = d.offer_id
         AND l.transaction_id = coalesce(e.transaction_id, cv.transaction_id)
"""

CLAIM = """
WITH due AS (
    SELECT id FROM deliveries_delivery
     WHERE state = {state} AND due_at <= %(now)s
     ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), claimed AS (
    UPDATE deliveries_delivery d
       SET state = 'sending', attempts = d.attempts + 1,
           lease_until = %(lease_until)s, lease_token = %(token)s
      FROM due WHERE d.id = due.id
    RETURNING d.*
)
"""
CLAIM_PENDING = CLAIM.format(state="'pending'") + CONTEXT.format(source="claimed")
CLAIM_RETRYING = CLAIM.format(state="'retrying'") + CONTEXT.format(source="claimed")
ONE = CONTEXT.format(source="deliveries_delivery") + " WHERE d.id = %s"

NEXT_DUE = """
SELECT least(
    (SELECT min(due_at) FROM deliveries_delivery WHERE state = 'pending'),
    (SELECT min(due_at) FROM deliveries_delivery WHERE state = 'retrying'))
"""

HOLD = """
UPDATE deliveries_delivery d
   SET state = 'held', reason = v.reason, attempts = d.attempts - 1,
       lease_until = NULL, lease_token = NULL
  FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) AS v(id, token, reason)
 WHERE d.id = v.id AND d.lease_token = v.token
"""

Row = Any
"""A claimed delivery with its context: the named columns of ``CONTEXT``."""


def claim_due(*, limit: int, now: datetime) -> list[Row]:
    """Lease up to ``limit`` due deliveries, first attempts before retries.

    Those that must not go now (rule switched off, destination paused, connection
    refused) are held with the reason and not returned.
    """
    values = {
        "now": now,
        "limit": limit,
        "lease_until": now + timedelta(seconds=settings.DELIVERY_LEASE_SECONDS),
        "token": uuid7(),
    }
    with direct_cursor() as cursor:
        rows = cursor.execute(CLAIM_PENDING, values, prepare=True).fetchall()
        if len(rows) < limit:
            values["limit"] = limit - len(rows)
            rows += cursor.execute(CLAIM_RETRYING, values, prepare=True).fetchall()
    held = [(row, reason) for row in rows if (reason := reason_to_hold(row))]
    if not held:
        return rows
    hold(held)
    stopped = {row.id for row, _ in held}
    return [row for row in rows if row.id not in stopped]


def reason_to_hold(row: Row) -> str:
    """Return why a delivery must wait for a person, "" when it may go."""
    if row.rule_status != RuleStatus.ACTIVE:
        return HeldReason.RULE_PAUSED.value
    if row.destination_state == DestinationState.PAUSED:
        return HeldReason.DESTINATION_PAUSED.value
    if row.connection_state not in (None, ConnectionState.OK):
        return HeldReason.CONNECTION_AUTH.value
    return ""


def hold(held: Iterable[tuple[Row, str]]) -> None:
    """Give back claimed deliveries as held; the claim does not count as an attempt."""
    pairs = list(held)
    with direct_cursor() as cursor:
        cursor.execute(
            HOLD,
            (
                [row.id for row, _ in pairs],
                [row.lease_token for row, _ in pairs],
                [reason for _, reason in pairs],
            ),
        )


def load_one(delivery_id: UUID) -> Row | None:
    """Return one delivery with its context, without claiming it (for previews)."""
    with direct_cursor() as cursor:
        return cursor.execute(ONE, (delivery_id,)).fetchone()


def next_due_at() -> datetime | None:
    """Return when the next delivery is due, which may be in the past."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_DUE)
        found: tuple[datetime | None] = cursor.fetchone()
    return found[0]
