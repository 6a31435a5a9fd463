"""The conditions that only some postbacks set: each alone, and what they compare."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.core.ids import uuid7
from apps.postbacks.checks import Trigger, sample_place
from apps.postbacks.comparing import UnusableConditionError, compile_condition
from apps.postbacks.compiled import CompiledRule
from apps.postbacks.facts import Facts
from apps.postbacks.matching import Verdict, evaluate
from apps.postbacks.timing import Window, next_opening, period_start

CLICKED = datetime(2026, 3, 2, 10, tzinfo=UTC)
KYIV = ZoneInfo("Europe/Kyiv")


def verdict(conditions: dict[str, Any], **trigger: Any) -> Verdict:
    """Return the verdict of a rule with ``conditions`` on an approved conversion."""
    rule = CompiledRule.from_snapshot(
        rule_id=1,
        revision_id=1,
        snapshot={
            "status": "active",
            "offer_id": None,
            "trigger": "conversion_any",
            "categories": [],
            "event_type_id": None,
            "custom_events": {},
            "affiliate_id": None,
            "goal_id": None,
            "destination": "https://partner.example:443",
            "conditions": conditions,
        },
    )
    values: dict[str, Any] = {
        "id": uuid7(),
        "offer_id": 1,
        "affiliate_id": 7,
        "goal_id": None,
        "has_goals": False,
        "new_status": "approved",
        "operation": "create",
        "transaction_id": "t-1",
        "clicked_at": CLICKED,
        "happened_at": CLICKED + timedelta(hours=2),
    }
    return evaluate(rule, Trigger(**{**values, **trigger}))


def got(found: Verdict, name: str) -> tuple[Any, Any, bool]:
    """Return what the check ``name`` wanted and got."""
    (check,) = (check for check in found.checks if check.name == name)
    return check.wanted, check.got, check.ok


def test_a_rule_may_ask_for_the_operation_and_the_reason() -> None:
    """Point 1 of triggers: create, update, delete; reasons of rejection."""
    only_updates = {"operations": ["update"]}
    only_fraud = {"reasons": ["fraud"]}

    assert got(verdict(only_updates), "operation") == (["update"], "create", False)
    assert verdict(only_updates, operation="update").fired
    assert not verdict(only_fraud, new_status="rejected", reason="Fraud").fired
    assert verdict(only_fraud, new_status="rejected", reason="fraud").fired


def test_attributed_means_that_an_affiliate_has_it() -> None:
    """R221."""
    mode = {"sending_mode": "attributed"}

    assert verdict(mode).fired
    assert got(verdict(mode, affiliate_id=None), "sending mode") == (
        "attributed",
        "organic",
        False,
    )


def test_the_clicks_age_is_measured_when_it_happens() -> None:
    limit = {"maximum_click_age_hours": 2}
    later = CLICKED + timedelta(hours=2, seconds=1)

    assert verdict(limit).fired
    assert not verdict(limit, happened_at=later).fired
    assert got(verdict(limit, clicked_at=None), "click age")[1:] == ("no click", False)


def test_consent_is_asked_of_the_event_and_its_click() -> None:
    gate = {"requires_consent": True}
    cases = {
        "1": Facts(dict, params={"consent": "1"}),
        "click": Facts(dict, click='{"consent": "Granted"}'),
        "no": Facts(dict, params={"consent": "no"}, click={"consent": "yes"}),
        "none": Facts(dict),
    }

    fired = {name: verdict(gate, facts=facts).fired for name, facts in cases.items()}

    assert fired == {"1": True, "click": True, "no": False, "none": False}
    assert verdict(gate).suppressed_by == "consent"


def test_a_sample_holds_for_all_events_of_a_transaction() -> None:
    """The same person is told of entirely or not at all."""
    half = {"sample_percent": "50.00"}
    names = [f"t-{number}" for number in range(2_000)]

    first = [verdict(half, transaction_id=name).fired for name in names]
    again = [verdict(half, transaction_id=name).fired for name in names]

    assert first == again
    assert 900 < sum(first) < 1_100
    assert sample_place(1, "t-1") != sample_place(2, "t-1")
    left_out = names[first.index(False)]
    assert verdict(half, transaction_id=left_out).suppressed_by == "sample"


def test_what_does_not_match_is_not_called_suppressed() -> None:
    conditions = {"requires_consent": True, "operations": ["update"]}

    assert verdict(conditions).suppressed_by == ""


FACTS = Facts(
    lambda: {"sale_amount": "12.50", "currency": "USD", "order_id": ""},
    fields={"plan": "pro", "since": "2026-02-01"},
    params={"note": "Hello World", "n": 7, "plan": "param"},
    click={"country": "UA", "sub1": "7"},
)


@pytest.mark.parametrize(
    ("name", "operator", "value", "holds"),
    [
        ("plan", "is", "pro", True),
        ("plan", "is", "Pro", False),
        ("param:plan", "is", "param", True),
        ("field:note", "present", "", False),
        ("sale_amount", "is", "12.5", True),
        ("sale_amount", "is_not", "12.5", False),
        ("sale_amount", "above", "9", True),
        ("sale_amount", "above", "12.50", False),
        ("sale_amount", "at_least", "12.50", True),
        ("sale_amount", "below", "100", True),
        ("sale_amount", "at_most", "12.49", False),
        ("since", "above", "2026-01-31", True),
        ("since", "below", "2026-01-31T00:00:00Z", False),
        ("plan", "above", "3", False),
        ("n", "in", "5, 7", True),
        ("country", "not_in", "US,CA", True),
        ("country", "not_in", "US,UA", False),
        ("note", "contains", "World", True),
        ("note", "contains_not", "world", True),
        ("note", "starts_with", "Hello", True),
        ("note", "matches", "^Hello W", True),
        ("note", "matches", "(?i)^hello$", False),
        ("order_id", "absent", "", True),
        ("sub1", "present", "", True),
        ("nothing", "is_not", "x", True),
    ],
)
def test_fields_are_compared(
    name: str, operator: str, value: str, *, holds: bool
) -> None:
    """Text, numbers, dates, presence, lists and expressions."""
    found = verdict({"fields": [[name, operator, value]]}, facts=FACTS)

    assert found.fired is holds
    assert got(found, f"field {name}")[1] == FACTS.text(name)


@pytest.mark.parametrize(
    ("operator", "value"), [("above", "many"), ("matches", "(a"), ("matches", r"(a)\1")]
)
def test_an_unusable_value_is_refused_before_it_is_stored(
    operator: str, value: str
) -> None:
    with pytest.raises(UnusableConditionError):
        compile_condition("plan", operator, value)


@given(st.text(max_size=200), st.sampled_from(["above", "is", "in", "matches"]))
def test_no_value_of_a_sender_breaks_a_comparison(text: str, operator: str) -> None:
    """Nor takes long: expressions run in linear time."""
    condition = compile_condition(
        "x", operator, "10" if operator != "matches" else "a+"
    )

    assert condition.holds(text) in (True, False)


WEEK = [Window(day, time(9), time(17)) for day in range(5)]


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        ("2026-03-02T08:00+02:00", "2026-03-02T09:00+02:00"),  # Monday, before
        ("2026-03-02T09:00+02:00", "2026-03-02T09:00+02:00"),
        ("2026-03-02T16:59+02:00", "2026-03-02T16:59+02:00"),
        ("2026-03-02T17:00+02:00", "2026-03-03T09:00+02:00"),
        ("2026-03-06T18:00+02:00", "2026-03-09T09:00+02:00"),  # Friday evening
        ("2026-03-27T18:00+02:00", "2026-03-30T09:00+03:00"),  # the clock changes
    ],
)
def test_sending_hours_are_on_the_rules_own_clock(moment: str, opening: str) -> None:
    found = next_opening(WEEK, KYIV, datetime.fromisoformat(moment))

    assert found == datetime.fromisoformat(opening)


def test_hours_until_the_end_of_the_day_leave_no_gap() -> None:
    always = [Window(day, time(0), time(23, 59)) for day in range(7)]
    moment = datetime(2026, 3, 2, 23, 59, 30, tzinfo=UTC)

    assert next_opening(always, ZoneInfo("UTC"), moment) == moment


@given(
    st.datetimes(
        min_value=datetime(2026, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
        max_value=datetime(2027, 1, 1),  # noqa: DTZ001
        timezones=st.just(UTC),
    ),
    st.sampled_from(["Europe/Kyiv", "America/New_York", "Australia/Lord_Howe"]),
)
def test_the_next_opening_is_never_in_the_past_and_is_open(
    moment: datetime, zone: str
) -> None:
    found = next_opening(WEEK, ZoneInfo(zone), moment)

    assert moment <= found <= moment + timedelta(days=5)
    assert next_opening(WEEK, ZoneInfo(zone), found) == found


@pytest.mark.parametrize(
    ("period", "start"),
    [
        ("hour", "2026-03-05T14:00+02:00"),
        ("day", "2026-03-05T00:00+02:00"),
        ("week", "2026-03-02T00:00+02:00"),
        ("month", "2026-03-01T00:00+02:00"),
    ],
)
def test_caps_begin_on_the_rules_own_clock(period: str, start: str) -> None:
    moment = datetime(2026, 3, 5, 12, 34, tzinfo=UTC)

    assert period_start(period, KYIV, moment) == datetime.fromisoformat(start)
