"""Postback rules: trigger, conditions and one action, with every revision kept."""

from apps.postbacks.models.conditions import (
    WITHOUT_VALUE,
    CapPeriod,
    Operator,
    RuleCap,
    RuleCapCount,
    RuleCondition,
    RuleWindow,
    Weekday,
)
from apps.postbacks.models.kinds import (
    USE_CASE_CATEGORIES,
    RuleStatus,
    SendingMode,
    TriggerKind,
    UseCase,
)
from apps.postbacks.models.parts import GoalSettings, RuleCustomEvent, RuleRevision
from apps.postbacks.models.rules import DISABLE_AFTER, PostbackRule
from apps.postbacks.models.simulations import Simulation, SimulationState

__all__ = [
    "DISABLE_AFTER",
    "USE_CASE_CATEGORIES",
    "WITHOUT_VALUE",
    "CapPeriod",
    "GoalSettings",
    "Operator",
    "PostbackRule",
    "RuleCap",
    "RuleCapCount",
    "RuleCondition",
    "RuleCustomEvent",
    "RuleRevision",
    "RuleStatus",
    "RuleWindow",
    "SendingMode",
    "Simulation",
    "SimulationState",
    "TriggerKind",
    "UseCase",
    "Weekday",
]
