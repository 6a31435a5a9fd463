"""The database refuses nonsense in the conditions of postbacks."""

from datetime import time, timedelta
from typing import Any

import pytest

from apps.postbacks.models import PostbackRule, RuleCapCount, Simulation
from tests.constraints.refusing import refused_by
from tests.factories import NOON, make_offer, make_rule

pytestmark = pytest.mark.django_db

NINE, FIVE = time(9), time(17)


@pytest.fixture
def rule() -> PostbackRule:
    """Return a rule on Conversion Done."""
    return make_rule(make_offer())


@pytest.mark.parametrize(
    ("constraint", "fields"),
    [
        (
            "rule_operations_need_conversion_trigger",
            {"trigger": "event", "operations": ["create"]},
        ),
        ("rule_reasons_need_reject_trigger", {"rejection_reasons": ["fraud"]}),
        ("rule_sample_is_a_percentage", {"sample_percent": 0}),
        ("rule_sample_is_a_percentage", {"sample_percent": 101}),
        ("rule_click_age_at_least_an_hour", {"maximum_click_age_hours": 0}),
        ("rule_delay_at_most_a_month", {"delay_seconds": 2_592_001}),
        ("rule_sending_mode_is_known", {"sending_mode": "off"}),
    ],
)
def test_a_rules_own_conditions_make_sense(
    constraint: str, fields: dict[str, Any]
) -> None:
    with refused_by(constraint):
        make_rule(make_offer("Other"), **fields)


def test_field_conditions_have_a_value_where_they_need_one(rule: PostbackRule) -> None:
    conditions = rule.field_conditions
    for operator, value in (("present", "x"), ("is", "")):
        with refused_by("rule_condition_value_fits_operator"):
            conditions.create(field="plan", operator=operator, value=value)
    with refused_by("rule_condition_operator_is_known"):
        conditions.create(field="plan", operator="like", value="x")


def test_sending_hours_begin_before_they_end(rule: PostbackRule) -> None:
    windows = rule.windows
    windows.create(weekday=0, opens_at=NINE, closes_at=FIVE)

    with refused_by("rule_window_opens_before_it_closes"):
        windows.create(weekday=1, opens_at=FIVE, closes_at=NINE)
    with refused_by("rule_window_weekday_is_known"):
        windows.create(weekday=7, opens_at=NINE, closes_at=FIVE)
    with refused_by("rule_window_unique"):
        windows.create(weekday=0, opens_at=NINE, closes_at=FIVE)


def test_a_rule_has_one_cap_per_period(rule: PostbackRule) -> None:
    rule.caps.create(period="day", maximum=1)
    count = {"rule": rule, "period": "day", "period_start": NOON, "count": 1}
    RuleCapCount.objects.create(**count)

    with refused_by("rule_cap_unique"):
        rule.caps.create(period="day", maximum=2)
    with refused_by("rule_cap_at_least_one"):
        rule.caps.create(period="hour", maximum=0)
    with refused_by("rule_cap_period_is_known"):
        rule.caps.create(period="year", maximum=1)
    with refused_by("rule_cap_count_unique"):
        RuleCapCount.objects.create(**count)


def test_a_simulation_has_a_range_and_is_alone(rule: PostbackRule) -> None:
    values: dict[str, Any] = {
        "rule": rule,
        "revision": rule.revisions.get(),
        "author": rule.author,
        "starts_at": NOON,
        "ends_at": NOON + timedelta(days=1),
    }
    Simulation.objects.create(**values)

    with refused_by("simulation_one_at_a_time"):
        Simulation.objects.create(**values)
    with refused_by("simulation_starts_before_it_ends"):
        Simulation.objects.create(**{**values, "ends_at": NOON, "state": "done"})
    with refused_by("simulation_state_is_known"):
        Simulation.objects.create(**{**values, "state": "lost"})
