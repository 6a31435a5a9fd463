"""Which deliveries a trigger leads to: the rules that react, once each."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.core.ids import uuid7
from apps.deliveries.states import (
    DeliveryState,
    HeldReason,
    TriggerType,
)
from apps.postbacks.checks import Trigger
from apps.postbacks.compiled import CompiledRule
from apps.postbacks.fact_checks import DELETED
from apps.postbacks.matching import RuleIndex, Verdict, evaluate

# Read once: an enumeration's value costs more than the rest of a row of it.
PENDING = DeliveryState.PENDING.value
HELD = DeliveryState.HELD.value
SUPPRESSED = DeliveryState.SUPPRESSED.value
PAUSED = HeldReason.RULE_PAUSED.value
OF_CHANGE = TriggerType.CONVERSION_CHANGE.value
OF_EVENT = TriggerType.EVENT.value
OF_FACT = TriggerType.FACT.value
OF_RETRACTION = TriggerType.RETRACTION.value


class PlannedDelivery(NamedTuple):
    """A delivery to be inserted together with what triggers it.

    ``caps`` are those of its rule; ``caps.take_caps`` decides about them.
    """

    id: UUID
    rule_id: int
    revision_id: int
    destination: str
    trigger_type: str
    trigger_id: UUID
    state: str
    reason: str
    due_at: datetime
    order_key: str = ""
    caps: tuple[tuple[str, int], ...] = ()
    zone: ZoneInfo | None = None


def plan_deliveries(
    triggers: Iterable[Trigger], rules: RuleIndex, now: datetime
) -> list[PlannedDelivery]:
    """Return a delivery for every rule that reacts to one of ``triggers``.

    A rule that only an automatic pause keeps from firing gets a held one, so that
    nothing is lost while a person looks into it. What matched and is not to be sent
    gets a suppressed one, so that nothing is dropped silently.
    """
    return [
        _planned(rule, trigger, fate, now)
        for trigger in triggers
        for rule in rules.candidates(trigger)
        if (fate := _fate(evaluate(rule, trigger))) is not None
    ]


def _fate(verdict: Verdict) -> tuple[str, str] | None:
    """Return state and reason of the delivery, ``None`` for no delivery."""
    if verdict.fired:
        return PENDING, ""
    if verdict.is_only_paused:
        return HELD, PAUSED
    reason = verdict.suppressed_by
    return (SUPPRESSED, reason) if reason else None


def _planned(
    rule: CompiledRule, trigger: Trigger, fate: tuple[str, str], now: datetime
) -> PlannedDelivery:
    state, reason = fate
    conditions = rule.conditions
    is_capped = bool(conditions.caps) and state != SUPPRESSED
    return PlannedDelivery(
        id=uuid7(),
        rule_id=rule.id,
        revision_id=rule.revision_id,
        destination=rule.destination,
        trigger_type=_trigger_type(trigger),
        trigger_id=trigger.id,
        state=state,
        reason=reason,
        due_at=conditions.timing.due_at(now) if conditions.timing else now,
        order_key=trigger.transaction_id if rule.keeps_order else "",
        caps=conditions.caps if is_capped else (),
        zone=conditions.zone,
    )


def _trigger_type(trigger: Trigger) -> str:
    if trigger.fact:
        return OF_RETRACTION if trigger.operation == DELETED else OF_FACT
    if trigger.is_conversion_change:
        return OF_CHANGE
    return OF_EVENT
