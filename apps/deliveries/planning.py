"""Which deliveries a trigger leads to: the rules that react, once each."""

from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from apps.core.ids import uuid7
from apps.deliveries.states import (
    DeliveryState,
    HeldReason,
    TriggerType,
)
from apps.postbacks.matching import RuleIndex, Trigger, evaluate

# Read once: an enumeration's value costs more than the rest of a row of it.
PENDING = DeliveryState.PENDING.value
HELD = DeliveryState.HELD.value
PAUSED = HeldReason.RULE_PAUSED.value
OF_CHANGE = TriggerType.CONVERSION_CHANGE.value
OF_EVENT = TriggerType.EVENT.value


class PlannedDelivery(NamedTuple):
    """A delivery to be inserted together with what triggers it."""

    id: UUID
    rule_id: int
    revision_id: int
    destination: str
    trigger_type: str
    trigger_id: UUID
    state: str
    reason: str


def plan_deliveries(
    triggers: Iterable[Trigger], rules: RuleIndex
) -> list[PlannedDelivery]:
    """Return a delivery for every rule that reacts to one of ``triggers``.

    A rule that only an automatic pause keeps from firing gets a held one, so that
    nothing is lost while a person looks into it.
    """
    planned = []
    for trigger in triggers:
        for rule in rules.candidates(trigger):
            verdict = evaluate(rule, trigger)
            fired = verdict.fired
            if not (fired or verdict.is_only_paused):
                continue
            planned.append(
                PlannedDelivery(
                    id=uuid7(),
                    rule_id=rule.id,
                    revision_id=rule.revision_id,
                    destination=rule.destination,
                    trigger_type=_trigger_type(trigger),
                    trigger_id=trigger.id,
                    state=PENDING if fired else HELD,
                    reason="" if fired else PAUSED,
                )
            )
    return planned


def _trigger_type(trigger: Trigger) -> str:
    if trigger.is_conversion_change:
        return OF_CHANGE
    return OF_EVENT
