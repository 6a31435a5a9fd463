"""What happened, read again for one rule: to simulate it, or to tell it after all."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from apps.core.ids import uuid7_from
from apps.core.sql import direct_cursor
from apps.postbacks.checks import Trigger
from apps.postbacks.compiled import CompiledRule, Conditions
from apps.postbacks.facts import NO_FACTS, Facts, change_facts, event_facts
from apps.postbacks.models import TriggerKind

SLACK = timedelta(minutes=5)

EVENTS = """
SELECT t.id, t.offer_id, t.affiliate_id, t.goal_id, o.enable_goals, t.transaction_id,
       t.id AS event_id, t.conversion_id, t.click_id, t.received_at AS at,
       t.occurred_at, c.clicked_at, '' AS new_status, '' AS operation,
       '' AS reason, t.event_type_id, t.name, t.category {facts}
  FROM tracking_event t
  JOIN offers_offer o ON o.id = t.offer_id
  LEFT JOIN tracking_click c ON c.id = t.click_id
 WHERE t.id > %(after)s AND t.id < %(before)s
   AND t.received_at >= %(starts_at)s AND t.received_at < %(ends_at)s {offer}
 ORDER BY t.id LIMIT %(limit)s
"""
CHANGES = """
SELECT ch.id, t.offer_id, t.affiliate_id, t.goal_id, o.enable_goals, t.transaction_id,
       ch.event_id, t.id AS conversion_id, t.click_id, ch.changed_at AS at,
       t.occurred_at, c.clicked_at, ch.new_status, ch.operation, ch.reason,
       NULL::bigint AS event_type_id, '' AS name, '' AS category {facts}
  FROM tracking_conversionchange ch
  JOIN tracking_conversion t ON t.id = ch.conversion_id
  LEFT JOIN tracking_event e ON e.id = ch.event_id
  JOIN offers_offer o ON o.id = t.offer_id
  LEFT JOIN tracking_click c ON c.id = t.click_id
 WHERE ch.id > %(after)s AND ch.id < %(before)s AND ch.fires_postbacks
   AND ch.changed_at >= %(starts_at)s AND ch.changed_at < %(ends_at)s {offer}
 ORDER BY ch.id LIMIT %(limit)s
"""
FACTS = """
SELECT f.id, t.offer_id, f.affiliate_id, t.goal_id, o.enable_goals, t.transaction_id,
       t.id AS event_id, t.conversion_id, p.click_id, f.decided_at AS at,
       t.occurred_at, c.clicked_at, '' AS new_status, 'create' AS operation,
       '' AS reason, t.event_type_id, t.name, t.category, f.kind AS fact,
       s.kind AS subject_kind, o.platform {facts}
  FROM attribution_fact f
  JOIN attribution_subject s ON s.id = f.subject_id
  JOIN attribution_period p ON p.id = f.period_id
  JOIN tracking_event t ON t.id = f.event_id
  JOIN offers_offer o ON o.id = t.offer_id
  LEFT JOIN tracking_click c ON c.id = p.click_id
 WHERE f.id > %(after)s AND f.id < %(before)s AND f.state = 'announced'
   AND f.decided_at >= %(starts_at)s AND f.decided_at < %(ends_at)s {offer}
 ORDER BY f.id LIMIT %(limit)s
"""
OWN_FACTS = """, t.order_id, t.is_payable, t.sale_amount, t.sale_currency, t.currency,
       t.revenue, t.payout, c.params::text AS click_params, {params}"""
PARAMS_OF = {
    EVENTS: "t.params::text AS params, t.fields::text AS fields",
    CHANGES: "e.params::text AS params, e.fields::text AS fields",
    FACTS: "t.params::text AS params, t.fields::text AS fields",
}
STATEMENTS = {TriggerKind.EVENT: EVENTS, TriggerKind.ATTRIBUTION: FACTS}


class Span(NamedTuple):
    """A range of time, and the last id of it that was read already."""

    starts_at: datetime
    ends_at: datetime
    after: UUID | None


class Past(NamedTuple):
    """Something that happened: what it triggers, and the row it was read from."""

    trigger: Trigger
    row: Any


def read_past(rule: CompiledRule, span: Span, limit: int) -> list[Past]:
    """Return the next triggers that ``rule`` can react to, in the order of their ids.

    Fewer than ``limit`` means that there are no more.
    """
    statement = STATEMENTS.get(TriggerKind(rule.trigger), CHANGES)
    with_facts = _asks_facts(rule.conditions)
    facts = OWN_FACTS.format(params=PARAMS_OF[statement]) if with_facts else ""
    values: dict[str, Any] = {
        # Ids are made a moment before or after the time that is stored.
        "after": span.after or uuid7_from(span.starts_at - SLACK),
        "before": uuid7_from(span.ends_at + SLACK),
        "starts_at": span.starts_at,
        "ends_at": span.ends_at,
        "limit": limit,
    }
    offer = ""
    if rule.offer_id is not None:
        offer, values["offer"] = "AND t.offer_id = %(offer)s", rule.offer_id
    with direct_cursor() as cursor:
        rows = cursor.execute(
            statement.format(facts=facts, offer=offer), values
        ).fetchall()
    return [Past(_trigger(row, with_facts=with_facts), row) for row in rows]


def _asks_facts(conditions: Conditions) -> bool:
    return bool(conditions.fields) or conditions.needs_consent


def _trigger(row: Any, *, with_facts: bool) -> Trigger:
    return Trigger(
        id=row.id,
        offer_id=row.offer_id,
        affiliate_id=row.affiliate_id,
        goal_id=row.goal_id,
        has_goals=row.enable_goals,
        transaction_id=row.transaction_id,
        happened_at=row.occurred_at,
        clicked_at=row.clicked_at,
        facts=_facts(row) if with_facts else NO_FACTS,
        new_status=row.new_status,
        operation=row.operation,
        reason=row.reason,
        event_type_id=row.event_type_id,
        event_name=row.name,
        category=row.category,
        fact=getattr(row, "fact", ""),
        subject_kind=getattr(row, "subject_kind", ""),
        platform=getattr(row, "platform", ""),
    )


def _facts(row: Any) -> Facts:
    value_of = partial(getattr, row)
    if row.new_status:
        own = partial(change_facts, value_of, row.new_status, row.reason)
    else:
        own = partial(event_facts, value_of, row.name)
    return Facts(
        own,
        fields=_parsed(row.fields),
        params=_parsed(row.params),
        click=row.click_params,
    )


def _parsed(text: str | None) -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(text) if text else {}
    return found
