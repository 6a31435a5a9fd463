"""The writing statement of ingestion: it writes everything at once.

The write is one statement and thereby one transaction: events, their conversions and
all deliveries are committed together or not at all (DESIGN §4.1). Every part hangs on
the rows that the events' INSERT returned, so a duplicate, decided by the constraints on
``dedupe_key`` and ``order_key``, writes nothing. What is due at once is due by the
database's clock, as the workers see it.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, LiteralString, NamedTuple, cast
from uuid import UUID

from apps.attribution.sightings import Sighting
from apps.core.sql import one_line, rows_of
from apps.deliveries.planning import PlannedDelivery
from apps.ingest.configuration import LimitConfig
from apps.postbacks.checks import Trigger

EVENT_COLUMNS: LiteralString = (
    "id, source, offer_id, event_type_id, name, transaction_id, click_id, "
    "conversion_id, affiliate_id, goal_id, category, is_payable, order_id, dedupe_key, "
    "order_key, occurred_at, received_at, params, fields, triggered_by_id, "
    "sale_amount, sale_currency, currency, revenue, payout"
)
WRITING: LiteralString = """
WITH {before} given AS MATERIALIZED (
    SELECT * FROM json_to_recordset(%s::json)
        AS v(id uuid, source text, offer_id bigint, event_type_id bigint, name text,
             transaction_id text, click_id uuid, conversion_id uuid,
             affiliate_id bigint, goal_id bigint, category text, is_payable boolean,
             order_id text, dedupe_key text, order_key text, occurred_at timestamptz,
             received_at timestamptz, params jsonb, fields jsonb,
             triggered_by_id bigint, sale_amount numeric, sale_currency text,
             currency text, revenue numeric, payout numeric, change_id uuid,
             status text, hold_until timestamptz, lead_id text)
), event AS (
    INSERT INTO tracking_event ({columns})
    SELECT {columns} FROM given {only}
        ON CONFLICT DO NOTHING
    RETURNING id
), accepted AS (
    SELECT given.* FROM given JOIN event USING (id)
), conversion AS (
    INSERT INTO tracking_conversion
           (id, offer_id, click_id, transaction_id, event_type_id, goal_id,
            affiliate_id, status, status_reason, is_payable, order_id, occurred_at,
            version, sale_amount, sale_currency, currency, revenue, payout,
            hold_until, created_at, updated_at)
    SELECT conversion_id, offer_id, click_id, transaction_id, event_type_id, goal_id,
           affiliate_id, status, '', is_payable, order_id, occurred_at,
           1, sale_amount, sale_currency, currency, revenue, payout,
           hold_until, received_at, received_at
      FROM accepted WHERE change_id IS NOT NULL
), change AS (
    INSERT INTO tracking_conversionchange
           (id, conversion_id, number, operation, old_status, new_status, reason,
            source, actor_id, event_id, fires_postbacks, changed_at)
    SELECT change_id, conversion_id, 1, 'create', '', status, '',
           source, triggered_by_id, id, true, received_at
      FROM accepted WHERE change_id IS NOT NULL
), lead AS (
    INSERT INTO tracking_lead
           (public_id, offer_id, click_id, transaction_id, affiliate_id, status,
            sealed_contact, email_hash, phone_hash, submitted_at, created_at,
            updated_at)
    SELECT lead_id, offer_id, click_id, transaction_id, affiliate_id, 'new', '', '',
           '', received_at, received_at, received_at
      FROM accepted WHERE lead_id <> ''
        ON CONFLICT (offer_id, transaction_id) DO NOTHING
), delivery AS (
    INSERT INTO deliveries_delivery
           (id, rule_id, revision_id, trigger_type, trigger_id, kind, event_id,
            conversion_id, click_id, offer_id, affiliate_id, destination_id, state,
            reason, order_key, attempts, due_at, outcome, message, created_at,
            finished_at)
    SELECT d.id, d.rule_id, d.revision_id, d.trigger_type, d.trigger_id, 'live', e.id,
           e.conversion_id, e.click_id, e.offer_id, e.affiliate_id, d.destination_id,
           d.state, d.reason, d.order_key, 0,
           CASE WHEN d.due_at <= e.received_at THEN now() ELSE d.due_at END,
           '', '', e.received_at,
           CASE WHEN d.state = 'suppressed' THEN e.received_at END
      FROM json_to_recordset(%s::json)
           AS d(event_id uuid, id uuid, rule_id bigint, revision_id bigint,
                trigger_type text, trigger_id uuid, destination_id bigint, state text,
                reason text, order_key text, due_at timestamptz)
      JOIN accepted e ON e.id = d.event_id
) {after}
SELECT given.id, event.id IS NOT NULL AS is_new, first.id AS first_id,
       first.conversion_id AS first_conversion_id {result}
  FROM given
  LEFT JOIN event ON event.id = given.id
  LEFT JOIN LATERAL (
       SELECT id, conversion_id FROM tracking_event stored
        WHERE event.id IS NULL
          AND (stored.dedupe_key = given.dedupe_key
               OR stored.order_key = given.order_key)
        LIMIT 1) first ON true
"""
"""The writing statement with places for what attribution adds (``guarded``)."""
PLAIN = dict.fromkeys(("before", "only", "after", "result"), "")
WRITE = one_line(WRITING.format(columns=EVENT_COLUMNS, **PLAIN))

FIRST_EVENTS = """
SELECT id, conversion_id, dedupe_key, order_key FROM tracking_event
 WHERE dedupe_key = ANY(%s) OR order_key = ANY(%s)
"""


def _text(value: object) -> str:
    """Return ``value`` as PostgreSQL reads it; a UUID without its dashes."""
    return f"{value.int:032x}" if isinstance(value, UUID) else str(value)


_as_json = json.JSONEncoder(default=_text, separators=(",", ":")).encode


class Repeat(NamedTuple):
    """What a report does that was made before: it moves its conversion, or all of them.

    "All" are the conversions of its transaction, and only by its explicit scope.
    """

    status: str
    of_transaction: bool


class NewEvent(NamedTuple):
    """The row of an event, what it makes of its conversion, and its deliveries.

    With ``change_id`` it makes a conversion in ``status``, with ``lead_id`` a lead.
    """

    columns: dict[str, Any]
    change_id: UUID | None
    status: str
    hold_until: datetime | None = None
    lead_id: str = ""
    deliveries: Sequence[PlannedDelivery] = ()
    repeat: Repeat | None = None
    moves_to: str = ""
    limits: tuple[LimitConfig, ...] = ()
    sighting: Sighting | None = None
    trigger: Trigger | None = None

    @property
    def is_plain(self) -> bool:
        """Tell whether one statement writes all of it."""
        return not (
            self.limits
            or self.moves_to
            or self.sighting
            or any(planned.caps for planned in self.deliveries)
        )

    @property
    def id(self) -> UUID:
        """The event's id."""
        return cast("UUID", self.columns["id"])


class First(NamedTuple):
    """The ids of the event that another repeats, and of its conversion."""

    event_id: UUID | None
    conversion_id: UUID | None


NOWHERE = First(None, None)


def write_events(
    events: Sequence[NewEvent], destinations: Mapping[str, int]
) -> dict[UUID, First]:
    """Insert what is new; return the first event of each that was there already."""
    parameters = written_as_json(events, destinations)
    found = {
        row.id: First(row.first_id, row.first_conversion_id)
        for row in rows_of(WRITE, parameters)
        if not row.is_new
    }
    # What another request, or the same batch, wrote meanwhile it cannot see.
    unseen = [event for event in events if found.get(event.id) == NOWHERE]
    return {**found, **first_events(unseen)} if unseen else found


def written_as_json(
    events: Sequence[NewEvent], destinations: Mapping[str, int]
) -> tuple[str, str]:
    """Return the events and their deliveries as ``WRITE`` reads them."""
    planned = [(event, one) for event in events for one in event.deliveries]
    deliveries = [_delivery_row(event, one, destinations) for event, one in planned]
    return _as_json([_row(event) for event in events]), _as_json(deliveries)


def _row(event: NewEvent) -> dict[str, Any]:
    return {
        **event.columns,
        "change_id": event.change_id,
        "status": event.status,
        "hold_until": event.hold_until,
        "lead_id": event.lead_id,
    }


def _delivery_row(
    event: NewEvent, planned: PlannedDelivery, destinations: Mapping[str, int]
) -> dict[str, Any]:
    return {
        "event_id": event.id,
        "id": planned.id,
        "rule_id": planned.rule_id,
        "revision_id": planned.revision_id,
        "trigger_type": planned.trigger_type,
        "trigger_id": planned.trigger_id,
        "destination_id": destinations[planned.destination],
        "state": planned.state,
        "reason": planned.reason,
        "order_key": planned.order_key,
        "due_at": planned.due_at,
    }


def first_events(events: Sequence[NewEvent]) -> dict[UUID, First]:
    """Return the stored event that holds a key of each of ``events``."""
    names = ("dedupe_key", "order_key")
    keys = [[e.columns[name] for e in events if e.columns[name]] for name in names]
    by_key = {
        key: First(row.id, row.conversion_id)
        for row in rows_of(FIRST_EVENTS, keys)
        for key in (row.dedupe_key, row.order_key)
        if key
    }
    return {
        event.id: by_key.get(event.columns[names[0]])
        or by_key.get(event.columns[names[1]], NOWHERE)
        for event in events
    }
