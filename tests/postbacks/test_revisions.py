"""What is saved of a rule, and how an explanation uses it."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.goals.models import Goal
from apps.postbacks.explain import explain_event
from apps.postbacks.models import PostbackRule
from apps.postbacks.services import (
    archive_rule,
    change_goal,
    record_revision,
    set_rule_status,
)
from apps.tracking.models import Event
from tests.factories import (
    NOON,
    make_affiliate,
    make_event,
    make_offer,
    make_rule,
    make_user,
)

pytestmark = pytest.mark.django_db


def test_each_save_writes_the_next_revision_with_everything() -> None:
    rule = make_rule(make_offer(), custom_events={"spin": "Spin"}, trigger="event")

    second = record_revision(rule=rule, author=make_user(), now=NOON, comment="again")

    assert [r.number for r in rule.revisions.order_by("number")] == [1, 2]
    assert second.snapshot["custom_events"] == {"spin": "Spin"}
    assert second.snapshot["destination"] == "https://partner.example:443"
    assert rule.revision == 2


def test_a_status_is_written_once() -> None:
    rule = make_rule(make_offer())
    switch: dict[str, Any] = {
        "rule_id": rule.pk,
        "reason": "",
        "author": None,
        "now": NOON,
    }

    first = set_rule_status(status="disabled", **switch)
    second = set_rule_status(status="disabled", **switch)

    assert (first, second, rule.revisions.count()) == (True, False, 2)


def test_a_deleted_rule_keeps_its_name_and_fires_no_more() -> None:
    """R226."""
    rule = make_rule(make_offer(), name="Tracker")

    archive_rule(rule=rule, author=make_user(), now=NOON)

    rule.refresh_from_db()
    assert not PostbackRule.objects.unarchived().exists()
    assert (rule.name, rule.status) == ("Tracker", "disabled")


def test_the_settings_of_a_goal_come_back_with_it() -> None:
    """R107, R108."""
    offer = make_offer(enable_goals=True)
    goal = Goal.objects.create(offer=offer, name="sale")
    rule = make_rule(offer, goal=goal, url="https://with-goal.example/")

    change_goal(rule=rule, goal=None, now=NOON)
    rule.settings = {**rule.settings, "url": "https://without.example/"}
    rule.save()
    change_goal(rule=rule, goal=goal, now=NOON)
    rule.save()

    assert rule.settings["url"] == "https://with-goal.example/"


def test_an_explanation_uses_the_revision_in_force_then() -> None:
    """DESIGN §6: yesterday's decision, not today's configuration."""
    offer = make_offer()
    rule = make_rule(offer, trigger="event", categories=["conversions"])
    event = make_event(offer, received_at=NOON + timedelta(hours=1))
    set_rule_status(
        rule_id=rule.pk,
        status="disabled",
        reason="",
        author=None,
        now=NOON + timedelta(hours=2),
    )

    [explanation] = explain_event(event)

    assert explanation.verdict.fired
    assert explanation.revision.number == 1


def test_an_explanation_names_what_was_wanted_and_what_came() -> None:
    affiliate = make_affiliate("Bright")
    offer = make_offer()
    make_rule(
        offer, trigger="event", categories=["views", "progress"], affiliate=affiliate
    )
    event = make_event(offer, received_at=NOON)

    [explanation] = explain_event(event)

    failed = {c.name: (c.wanted, c.got) for c in explanation.verdict.checks if not c.ok}
    assert failed == {
        "category": ("progress, views", "conversions"),
        "affiliate": (f"Bright (#{affiliate.pk})", "none"),
    }


def test_explaining_costs_the_same_for_many_rules() -> None:
    offer = make_offer()
    event = make_event(offer, received_at=NOON)
    make_rule(offer)
    with CaptureQueriesContext(connection) as few:
        explain_event(event)
    for _ in range(5):
        make_rule(offer)
    again = Event.objects.select_related("offer", "click").get()

    with CaptureQueriesContext(connection) as many:
        found = explain_event(again)

    assert len(found) == 6
    assert len(many) == len(few)
