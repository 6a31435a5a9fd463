"""Taking due deliveries: one conditional UPDATE under a lease, with their context."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, LiteralString, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import transaction

from apps.connections.models import ConnectionState
from apps.core.ids import uuid7
from apps.core.sql import direct_cursor, one_line
from apps.deliveries import limits
from apps.deliveries.lanes import IN_ORDER, Lane, look
from apps.deliveries.sharing import UNPROVED_SHARE, Load
from apps.deliveries.states import HeldReason
from apps.postbacks.models import RuleStatus

CONTEXT = """
SELECT d.id, d.attempts, d.kind, d.revision_id, d.rule_id, d.created_at,
       d.lease_token, d.trigger_type, d.replay_id, d.attempts_before,
       d.destination_id, d.due_at, d.ticket, d.underway_since,
       r.status AS rule_status, r.disable_after, r.connection_id,
       n.state AS connection_state,
       ds.failures + ds.trips AS destination_failures, h.failures AS rule_failures,
       e.id AS event_uid, e.event_type_id, e.name AS event_name, e.category,
       e.occurred_at, e.received_at, e.params::text, e.fields::text, e.order_id,
       e.sale_amount, e.sale_currency, e.currency, e.revenue, e.payout,
       CASE WHEN d.trigger_type IN ('fact', 'fact_retraction')
            THEN coalesce(c.transaction_id, e.transaction_id)
            ELSE coalesce(e.transaction_id, cv.transaction_id) END AS transaction_id,
       CASE d.trigger_type
            WHEN 'fact' THEN
                 (SELECT kind FROM attribution_fact WHERE id = d.trigger_id)
            WHEN 'fact_retraction' THEN
                 (SELECT kind FROM attribution_fact WHERE retraction_id = d.trigger_id)
       END AS fact, d.trigger_type = 'fact_retraction' AS is_retraction,
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
  LEFT JOIN deliveries_rulehealth h ON h.rule_id = d.rule_id
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

# An array, because of a join the planner expects a tenth of the table and reads all.
CLAIM = """
WITH due AS (
    SELECT lane.id FROM unnest(%(lanes)s::bigint[], %(shares)s::int[]) AS w(id, share)
     CROSS JOIN LATERAL (
           SELECT d.id FROM deliveries_delivery d
            WHERE d.state = {state} AND d.destination_id = w.id
              AND d.due_at <= %(now)s AND {in_order}
            ORDER BY d.due_at LIMIT w.share FOR UPDATE SKIP LOCKED) lane
), claimed AS (
    UPDATE deliveries_delivery d
       SET state = 'sending', attempts = d.attempts + 1,
           lease_until = %(lease_until)s, lease_token = %(token)s
     WHERE d.id = ANY(ARRAY(SELECT id FROM due))
    RETURNING d.*
)
"""
CLAIM_PENDING = one_line(
    CLAIM.format(state="'pending'", in_order=IN_ORDER)
    + CONTEXT.format(source="claimed")
)
CLAIM_RETRYING = one_line(
    CLAIM.format(state="'retrying'", in_order=IN_ORDER)
    + CONTEXT.format(source="claimed")
)
ONE = CONTEXT.format(source="deliveries_delivery") + " WHERE d.id = %s"

HOLD = """
UPDATE deliveries_delivery d
   SET state = 'held', reason = v.reason, attempts = d.attempts - 1,
       lease_until = NULL, lease_token = NULL
  FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) AS v(id, token, reason)
 WHERE d.id = v.id AND d.lease_token = v.token
"""
HOLD_PAUSED = """
UPDATE deliveries_delivery d SET state = 'held', reason = 'destination_paused'
 WHERE d.id IN (
       SELECT id FROM deliveries_delivery
        WHERE state IN ('pending', 'retrying') AND destination_id = ANY(%s)
          AND due_at <= %s
        LIMIT 1000 FOR UPDATE SKIP LOCKED)
"""
POSTPONE = """
UPDATE deliveries_delivery d
   SET state = CASE WHEN d.attempts = 1 AND d.replay_id IS NULL
                    THEN 'pending' ELSE 'retrying' END,
       due_at = v.due_at, attempts = d.attempts - 1,
       lease_until = NULL, lease_token = NULL
  FROM unnest(%s::uuid[], %s::uuid[], %s::timestamptz[]) AS v(id, token, due_at)
 WHERE d.id = v.id AND d.lease_token = v.token
"""

Row = Any
"""A claimed delivery with its context: the named columns of ``CONTEXT``."""


def claim_due(
    *,
    limit: int,
    now: datetime,
    load: Load | None = None,
    waiting: Sequence[Lane] | None = None,
    retries_first: bool = False,
) -> list[Row]:
    """Lease up to ``limit`` due deliveries, first attempts before retries.

    ``load`` shares the slots of this process among the destinations; ``waiting`` is
    what ``lanes.look`` returned a moment ago. Those that must not go now (rule switched
    off, connection refused) are held with the reason and not returned.
    """
    load = load or Load(slots=UNPROVED_SHARE * limit)
    lanes = look(now) if waiting is None else waiting
    claim = _Claim(load, limit, now)
    hold_paused([lane.destination for lane in lanes if lane.is_paused], now)
    kinds = (_PENDING, _RETRYING)
    for kind in reversed(kinds) if retries_first else kinds:
        claim.take(kind, lanes)
    return _held_back(claim.rows, load)


class _Claim:
    """One claim: what is taken of each kind, until ``limit``."""

    def __init__(self, load: Load, limit: int, now: datetime) -> None:
        self.rows: list[Row] = []
        self._load = load
        self._left = limit
        self._now = now
        self._token = uuid7()

    def take(self, kind: "_Kind", lanes: Sequence[Lane]) -> None:
        due = [lane for lane in lanes if self._is_due(kind.first_at(lane), lane)]
        shares = self._load.shares([lane.destination for lane in due], self._left)
        free = {
            lane.destination: shares[lane.destination]
            for lane in due
            if lane.destination in shares and not lane.is_limited
        }
        rows = self._claim(kind, free) if free else []
        limited = [
            lane for lane in due if lane.is_limited and lane.destination in shares
        ]
        if limited:
            rows += self._claim_limited(kind, limited, shares)
        for row in rows:
            self._load.began(row.destination_id)
        self._left -= len(rows)
        self.rows += rows

    def _is_due(self, first_at: datetime | None, lane: Lane) -> bool:
        if first_at is None or first_at > self._now or self._left <= 0:
            return False
        opens = lane.opens_at(self._now)
        return opens is not None and opens <= self._now

    @transaction.atomic
    def _claim_limited(
        self, kind: "_Kind", lanes: Sequence[Lane], shares: Mapping[int, int]
    ) -> list[Row]:
        """Claim what the limits of the destinations allow, all workers together."""
        wanted = {lane.destination: shares[lane.destination] for lane in lanes}
        allowed = limits.lock(wanted, self._now)
        if not allowed:
            return []
        rows = self._claim(kind, {one.lane.destination: one.share for one in allowed})
        taken = Counter(row.destination_id for row in rows)
        limits.take(allowed, taken, self._now)
        return rows

    def _claim(self, kind: "_Kind", shares: Mapping[int, int]) -> list[Row]:
        lease = timedelta(seconds=settings.DELIVERY_LEASE_SECONDS)
        values = {
            "lanes": list(shares),
            "shares": list(shares.values()),
            "now": self._now,
            "lease_until": self._now + lease,
            "token": self._token,
        }
        with direct_cursor() as cursor:
            # Binary times and ids are read by C, texts of them by Python.
            found = cursor.execute(kind.statement, values, prepare=True, binary=True)
            return found.fetchall()


class _Kind(NamedTuple):
    """First attempts, or retries."""

    statement: LiteralString
    first_at: Callable[[Lane], datetime | None]


_PENDING = _Kind(CLAIM_PENDING, attrgetter("pending_at"))
_RETRYING = _Kind(CLAIM_RETRYING, attrgetter("retrying_at"))


def _held_back(rows: list[Row], load: Load) -> list[Row]:
    """Hold what must not go; return the others."""
    held = [(row, reason) for row in rows if (reason := reason_to_hold(row))]
    if not held:
        return rows
    hold(held)
    for row, _ in held:
        load.ended(row.destination_id, was_answered=False)
    stopped = {row.id for row, _ in held}
    return [row for row in rows if row.id not in stopped]


def reason_to_hold(row: Row) -> str:
    """Return why a delivery must wait for a person, "" when it may go."""
    if row.rule_status != RuleStatus.ACTIVE:
        return HeldReason.RULE_PAUSED.value
    if row.connection_state == ConnectionState.DISABLED:
        return HeldReason.CONNECTION_DISABLED.value
    if row.connection_state == ConnectionState.AUTH_ERROR:
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


def postpone(rows: Iterable[tuple[Row, datetime]]) -> None:
    """Give back claimed deliveries until a time; the claim is no attempt."""
    pairs = list(rows)
    with direct_cursor() as cursor:
        cursor.execute(
            POSTPONE,
            (
                [row.id for row, _ in pairs],
                [row.lease_token for row, _ in pairs],
                [due_at for _, due_at in pairs],
            ),
        )


def hold_paused(destinations: Sequence[int], now: datetime) -> None:
    """Hold what is due for paused destinations."""
    if destinations:
        with direct_cursor() as cursor:
            cursor.execute(HOLD_PAUSED, (list(destinations), now), prepare=True)


def load_one(delivery_id: UUID) -> Row | None:
    """Return one delivery with its context, without claiming it (for previews)."""
    with direct_cursor() as cursor:
        return cursor.execute(ONE, (delivery_id,)).fetchone()
