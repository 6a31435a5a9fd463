"""Dry runs: what a postback would do about something that happened; nothing is sent.

The verdict comes from ``evaluate`` and the request from the action's own ``preview``,
so that a rehearsal cannot differ from the real thing. No row is written.
"""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from apps.core.ids import uuid7
from apps.core.sql import direct_cursor
from apps.deliveries.claiming import CONTEXT
from apps.deliveries.planning import OF_CHANGE, OF_EVENT
from apps.deliveries.sending import (
    job_for,
    load_connections,
    load_revisions,
    revision_of,
)
from apps.deliveries.states import DeliveryKind
from apps.postbacks.explain import Explanation, explain_rule
from apps.postbacks.models import PostbackRule
from apps.postbacks.triggers import change_trigger, event_trigger
from apps.tracking.models import Conversion, ConversionChange, Event

REHEARSED = CONTEXT.format(
    source="""(SELECT %(id)s::uuid AS id, 1 AS attempts, %(kind)s AS kind,
       %(revision)s::bigint AS revision_id, %(rule)s::bigint AS rule_id,
       now() AS created_at, NULL::uuid AS lease_token, %(type)s AS trigger_type,
       %(trigger)s::uuid AS trigger_id, NULL::bigint AS destination_id,
       %(event)s::uuid AS event_id, %(conversion)s::uuid AS conversion_id,
       %(click)s::uuid AS click_id, %(offer)s::bigint AS offer_id,
       %(affiliate)s::bigint AS affiliate_id)"""
)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """The verdict of a rule and the request it would send if it fires.

    ``request`` holds method, url, headers and body without secrets, or «error» or
    «skipped» with a sentence.
    """

    explanation: Explanation
    request: dict[str, Any]


def rehearse_event(rule: PostbackRule, event: Event) -> Rehearsal:
    """Return what ``rule`` would do about ``event``."""
    explanation = explain_rule(rule, event_trigger(event), "Event")
    source = {
        "type": OF_EVENT,
        "trigger": event.pk,
        "event": event.pk,
        "conversion": event.conversion_id,
    }
    return _rehearse(explanation, source, event)


def rehearse_change(rule: PostbackRule, change: ConversionChange) -> Rehearsal:
    """Return what ``rule`` would do about a change of a conversion's status."""
    explanation = explain_rule(rule, change_trigger(change), f"Conversion: {change}")
    source = {
        "type": OF_CHANGE,
        "trigger": change.pk,
        "event": change.event_id,
        "conversion": change.conversion_id,
    }
    return _rehearse(explanation, source, change.conversion)


def _rehearse(
    explanation: Explanation, source: dict[str, Any], of: Event | Conversion
) -> Rehearsal:
    rule, revision_id = explanation.rule, explanation.revision.pk
    values = {
        **source,
        "id": uuid7(),
        "kind": DeliveryKind.LIVE.value,
        "revision": revision_id,
        "rule": rule.pk,
        "click": of.click_id,
        "offer": of.offer_id,
        "affiliate": of.affiliate_id,
    }
    with direct_cursor() as cursor:
        row = cursor.execute(REHEARSED, values).fetchone()
    load_revisions([revision_id])
    connections = load_connections(
        [rule.connection_id] if rule.connection_id is not None else []
    )
    job = job_for(row, connections.get(rule.connection_id or 0, {}), timezone.now())
    return Rehearsal(explanation, revision_of(revision_id).action.preview(job))
