"""Verdicts are complete, exact and the same for every caller."""

from typing import Any

import pytest

from apps.core.ids import uuid7
from apps.postbacks.checks import Trigger
from apps.postbacks.compiled import CompiledRule
from apps.postbacks.matching import RuleIndex, evaluate


def rule(**changes: Any) -> CompiledRule:
    """Return an active rule on Conversion Done of offer 1."""
    values: dict[str, Any] = {
        "id": 1,
        "revision_id": 11,
        "status": "active",
        "offer_id": 1,
        "trigger": "conversion_done",
        "categories": frozenset(),
        "event_type_id": None,
        "custom_events": {},
        "affiliate_id": None,
        "goal_id": None,
        "destination": "https://partner.example:443",
    }
    return CompiledRule(**{**values, **changes})


def change(**changes: Any) -> Trigger:
    """Return an approved conversion of affiliate 7 on offer 1."""
    values: dict[str, Any] = {
        "id": uuid7(),
        "offer_id": 1,
        "affiliate_id": 7,
        "goal_id": 3,
        "has_goals": True,
        "new_status": "approved",
    }
    return Trigger(**{**values, **changes})


def event(**changes: Any) -> Trigger:
    """Return a page_view of affiliate 7 on offer 1."""
    values: dict[str, Any] = {
        "new_status": "",
        "event_type_id": 5,
        "event_name": "page_view",
        "category": "views",
    }
    return change(**{**values, **changes})


@pytest.mark.parametrize(
    ("trigger", "status", "fires"),
    [
        ("conversion_done", "approved", True),
        ("conversion_done", "pending", False),
        ("conversion_pending", "pending", True),
        ("conversion_reject", "rejected", True),
        ("conversion_reject", "approved", False),
        ("conversion_any", "hold", True),
        ("conversion_pending", "hold", False),
    ],
)
def test_each_conversion_trigger_reacts_to_entering_its_status(
    trigger: str, status: str, fires: bool
) -> None:
    """R77, R104; hold is entered silently unless a rule reacts to any status."""
    verdict = evaluate(rule(trigger=trigger), change(new_status=status))

    assert verdict.fired is fires


def test_a_verdict_names_every_condition_that_was_not_met() -> None:
    verdict = evaluate(
        rule(status="disabled", offer_id=2, affiliate_id=8, goal_id=4), change()
    )

    failed = [
        (check.name, check.wanted, check.got)
        for check in verdict.checks
        if not check.ok
    ]
    assert failed == [
        ("status", "active", "disabled"),
        ("offer", 2, 1),
        ("affiliate", 8, 7),
        ("goal", 4, 3),
    ]


def test_without_a_goal_only_affiliate_and_status_count() -> None:
    """R63, R64, R107, R109."""
    assert evaluate(rule(goal_id=None), change(goal_id=99)).fired


def test_a_goal_is_kept_but_not_evaluated_while_goals_are_switched_off() -> None:
    """R94."""
    verdict = evaluate(rule(goal_id=4), change(has_goals=False, goal_id=None))

    assert verdict.fired
    assert verdict.checks[-1].note == "The offer's goals are switched off."


def test_a_category_rule_reacts_to_events_of_its_categories() -> None:
    """R4, R8, R11, R12."""
    views = rule(trigger="event", categories=frozenset({"views"}))

    assert evaluate(views, event()).fired
    assert not evaluate(views, event(category="progress")).fired


def test_a_custom_event_replaces_the_categories_for_its_event() -> None:
    """R25, R28: it fires although its category is not ticked, and only once if it is."""
    custom = rule(
        trigger="event",
        categories=frozenset({"views"}),
        custom_events={"page_view": "Seen", "spin": ""},
    )

    assert evaluate(custom, event()).fired
    assert evaluate(custom, event(event_name="spin", category="uncategorized")).fired
    assert RuleIndex([custom]).candidates(event()) == [custom]


def test_custom_event_names_match_exactly() -> None:
    """R22, R23, R24, R29."""
    custom = rule(trigger="event", custom_events={"page_view": ""})

    assert not evaluate(custom, event(event_name="Page_View")).fired


def test_an_event_rule_ignores_conversion_changes_and_the_other_way_round() -> None:
    """R212: one rule never fires twice for one signal."""
    assert not evaluate(
        rule(trigger="event", categories=frozenset({"conversions"})), change()
    ).fired
    assert not evaluate(rule(), event(category="conversions")).fired


def test_the_index_finds_rules_of_the_offer_and_of_every_offer() -> None:
    """R106: all rules whose conditions are met fire."""
    rules = [
        rule(id=1),
        rule(id=2, offer_id=None),
        rule(id=3, offer_id=2),
        rule(id=4, affiliate_id=7),
        rule(id=5, affiliate_id=8),
        rule(id=6, trigger="conversion_reject"),
        rule(id=7, trigger="conversion_any"),
    ]

    found = RuleIndex(rules).candidates(change())

    assert [found_rule.id for found_rule in found] == [1, 2, 4, 7]


def test_the_index_leaves_out_disabled_rules_but_keeps_paused_ones() -> None:
    """R75; what an automatically paused rule misses is held, not lost."""
    rules = [rule(id=1, status="disabled"), rule(id=2, status="auto_disabled")]

    found = RuleIndex(rules).candidates(change())

    assert [found_rule.id for found_rule in found] == [2]
    assert evaluate(found[0], change()).is_only_paused
