"""Periods and facts follow from the events of a subject, whatever their order."""

import random
from collections.abc import Iterable
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.attribution.algorithm import Fact, History, Moment, State, replay, step
from apps.attribution.ledger import source_of
from apps.attribution.remembering import as_json, from_json
from tests.attribution.streams import (
    A,
    B,
    Told,
    click_of,
    expected,
    in_order,
    moment,
    streams,
)

EXAMPLE = (
    (moment(0, "install", click_of(A)), "install→A"),
    (
        moment(10, "purchase"),
        "purchase→A purchase_ca→A first_purchase→A first_purchase_ca→A",
    ),
    (moment(40, "launch", click_of(B)), ""),
    (moment(71, "launch", click_of(B)), "re_engagement→B"),
    (moment(72, "purchase"), "purchase→A purchase_ca→B first_purchase_ca→B"),
    (moment(73, "purchase"), "purchase→A purchase_ca→B"),
    (moment(120, "install"), "re_install→organic"),
    (
        moment(121, "purchase"),
        "purchase→A purchase_ca→organic first_purchase_ca→organic",
    ),
)
"""The worked example, day by day, of a window of 30 days."""


def as_told(facts: Iterable[Fact]) -> set[Told]:
    """Return facts in the form of the definitions."""
    return {(one.kind, one.event.int, one.slot, source_of(one)) for one in facts}


def in_words(facts: Iterable[Fact]) -> str:
    """Return facts as the worked example writes them."""
    names = {A: "A", B: "B", None: "organic"}
    return " ".join(f"{one.kind}→{names[source_of(one)]}" for one in facts)


def one_by_one(events: Iterable[Moment], *, is_device: bool) -> History:
    """Take one step after the other, storing the state in between."""
    state: State | None = None
    history: tuple[list[object], list[Fact]] = ([], [])
    for event in events:
        taken = step(state, event, is_device=is_device)
        state = from_json(as_json(taken.state))
        history[0].extend([taken.opened] if taken.opened else [])
        history[1].extend(taken.facts)
    assert state is not None
    return History(state, history[0], history[1])  # type: ignore[arg-type]


def test_the_worked_example_gives_the_facts_of_its_table() -> None:
    """R116, R129, R132, R133, R134, R135, R136, R154, R155, R156: a device's story."""
    state: State | None = None
    found = []
    for event, _ in EXAMPLE:
        taken = step(state, event, is_device=True)
        state = taken.state
        found.append(in_words(taken.facts))

    assert found == [facts for _, facts in EXAMPLE]


def test_the_late_launch_of_the_worked_example_takes_four_facts_back() -> None:
    """The gap from day 60 to day 71 is 11 days: nobody was re-engaged."""
    events = [event for event, _ in EXAMPLE]
    before = as_told(replay(events, is_device=True).facts)

    after = as_told(replay([*events, moment(60, "launch")], is_device=True).facts)

    gone = {(kind, source) for kind, _, _, source in before - after}
    assert gone == {
        ("re_engagement", B),
        ("purchase_ca", B),
        ("first_purchase_ca", B),
    }
    assert len(before - after) == 4


@pytest.mark.parametrize(
    ("gap", "kinds"),
    [(timedelta(days=30), set()), (timedelta(days=30, seconds=1), {"re_engagement"})],
)
def test_a_pause_is_dormancy_only_when_it_exceeds_the_window(
    gap: timedelta, kinds: set[str]
) -> None:
    """R125: exactly 30 days are not longer than 30 days."""
    first = moment(0, "launch")
    later = moment(1, "launch")._replace(at=first.at + gap)

    facts = replay([first, later], is_device=True).facts

    assert {fact.kind for fact in facts} == kinds


def test_an_install_without_a_pause_is_activity_only() -> None:
    """R131: and it puts the next pause off."""
    events = [moment(0, "install"), moment(20, "install"), moment(45, "launch")]

    facts = replay(events, is_device=True).facts

    assert [fact.kind for fact in facts] == ["install"]


def test_custom_events_do_not_end_a_pause() -> None:
    """R126: custom events are no activity."""
    events = [moment(0, "launch"), moment(29, "custom"), moment(31, "launch")]

    facts = replay(events, is_device=True).facts

    assert "re_engagement" in {fact.kind for fact in facts}


def test_an_organic_return_stays_with_the_source_where_the_project_says_so() -> None:
    """R161: the return counts, and opens no period."""
    events = [
        moment(0, "install", click_of(A), takes_organic=False),
        moment(40, "launch", takes_organic=False),
        moment(41, "purchase", takes_organic=False),
    ]

    found = replay(events, is_device=True)

    assert len(found.periods) == 1
    assert in_words(found.facts[1:3]) == "re_engagement→A purchase→A"


def test_a_device_that_appears_with_another_event_has_no_install() -> None:
    """R122: the SDK came with an update."""
    events = [moment(0, "launch"), moment(3, "install")]

    assert replay(events, is_device=True).facts == []


def test_a_user_is_new_with_the_first_event_of_any_kind() -> None:
    """R120, R121, R122: registrations and installs are facts of devices only."""
    events = [moment(1, "registration", click_of(A)), moment(2, "install")]

    found = replay(events, is_device=False)

    assert in_words(found.facts) == "new_user→A"


def test_a_visit_from_another_ad_opens_a_period_without_a_pause() -> None:
    """R157: on the web the last visit counts; the same click counts once."""
    events = [
        moment(0, "visit", click_of(A), takes_visits=True),
        moment(1, "visit", click_of(B), takes_visits=True),
        moment(2, "visit", click_of(B), takes_visits=True),
        moment(3, "custom_revenue"),
        moment(4, "visit", takes_visits=True),
    ]

    found = replay(events, is_device=True)

    assert [(one.cause, one.touch) for one in found.periods] == [
        ("first", click_of(A)),
        ("last_visit", click_of(B)),
    ]
    assert in_words(found.facts) == (
        "custom_revenue→A custom_revenue_ca→B first_custom_revenue→A "
        "first_custom_revenue_ca→B"
    )


@settings(max_examples=2_000, deadline=None)
@given(streams(), st.booleans())
def test_the_facts_are_those_of_the_definitions(
    events: list[Moment], is_device: bool
) -> None:
    """2,000 streams against the definitions written a second time."""
    found = replay(events, is_device=is_device).facts

    assert as_told(found) == expected(events, is_device=is_device)
    assert len(found) == len(as_told(found))


@settings(max_examples=2_000, deadline=None)
@given(streams(), st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing_about_the_truth(
    events: list[Moment], is_device: bool, order: random.Random
) -> None:
    """2,000 streams, each in 3 more orders."""
    wanted = replay(events, is_device=is_device)

    for _ in range(3):
        order.shuffle(events)
        assert replay(events, is_device=is_device) == wanted


@settings(max_examples=6_000, deadline=None)
@given(streams(), st.booleans())
def test_one_step_after_another_equals_the_replay_of_everything(
    events: list[Moment], is_device: bool
) -> None:
    """6,000 streams in order; the state goes through JSON between the steps."""
    found = one_by_one(in_order(events), is_device=is_device)

    assert found == replay(events, is_device=is_device)
