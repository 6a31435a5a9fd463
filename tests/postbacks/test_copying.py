"""Revisions come back whole; copies go to other offers; neighbours are counted."""

from datetime import time, timedelta
from typing import Any

import pytest

from apps.goals.models import Goal
from apps.offers.models import Offer
from apps.postbacks.adjacent import with_adjacent_count
from apps.postbacks.copying import duplicate_rules, restore_revision
from apps.postbacks.differences import differences
from apps.postbacks.models import PostbackRule
from apps.postbacks.services import record_revision
from tests.factories import (
    NOON,
    make_affiliate,
    make_event_type,
    make_offer,
    make_rule,
    make_user,
)

pytestmark = pytest.mark.django_db


def make_full_rule(offer: Offer, **fields: Any) -> PostbackRule:
    """Return a rule that sets every condition there is."""
    rule = make_rule(
        offer,
        trigger="conversion_reject",
        operations=["update"],
        rejection_reasons=["fraud"],
        sending_mode="attributed",
        maximum_click_age_hours=24,
        sample_percent="12.50",
        requires_consent=True,
        delay_seconds=60,
        schedule_timezone="Europe/Kyiv",
        affiliate=make_affiliate(),
        **fields,
    )
    rule.field_conditions.create(field="country", operator="in", value="UA,PL")
    rule.windows.create(weekday=1, opens_at=time(9), closes_at=time(17))
    rule.caps.create(period="day", maximum=5)
    record_revision(rule=rule, author=rule.author, now=NOON)
    return rule


def newest(rule: PostbackRule) -> dict[str, Any]:
    """Return the newest snapshot."""
    found: dict[str, Any] = rule.revisions.order_by("-number")[0].snapshot
    return found


def test_a_restored_revision_is_what_it_was_and_a_new_one() -> None:
    """Nothing that was is lost: the state before is a revision too."""
    rule = make_full_rule(make_offer())
    before = newest(rule)
    rule.caps.all().delete()
    rule.windows.all().delete()
    rule.sample_percent, rule.name = 100, "changed"
    rule.save()
    record_revision(rule=rule, author=rule.author, now=NOON + timedelta(hours=1))

    restore_revision(rule=rule, number=2, author=make_user("other"), now=NOON)

    assert newest(rule) == before
    assert [r.number for r in rule.revisions.order_by("number")] == [1, 2, 3, 4]
    assert rule.revisions.get(number=4).comment == "Restored revision 2"


def test_restoring_does_not_switch_a_postback_on() -> None:
    rule = make_full_rule(make_offer())
    PostbackRule.objects.filter(pk=rule.pk).update(status="disabled")
    rule.refresh_from_db()

    restore_revision(rule=rule, number=1, author=rule.author, now=NOON)

    assert PostbackRule.objects.get().status == "disabled"


def test_a_copy_is_disabled_and_belongs_to_the_copier() -> None:
    """R101: reviewed before it fires."""
    rule = make_full_rule(make_offer("Source"), settings={"timeout_seconds": 7})
    copier = make_user("copier")

    (copied,) = duplicate_rules(
        rules=[rule], offer=make_offer("Target"), author=copier, now=NOON
    )

    copy = PostbackRule.objects.get(pk=copied.rule.pk)
    same = {"status", "offer_id"}
    changed = {one.name for one in differences(newest(rule), newest(copy))}
    assert changed == {name.removesuffix("_id") for name in same}
    assert (copy.author, copy.status, copied.notices) == (copier, "disabled", ())
    assert copy.settings == rule.settings


def test_a_goal_is_matched_by_its_name_or_cleared_with_a_notice() -> None:
    """R102."""
    source = make_offer("Source", enable_goals=True)
    target = make_offer("Target", enable_goals=True)
    sold = Goal.objects.create(offer=target, name="sold")
    rules = [
        make_rule(source, goal=Goal.objects.create(offer=source, name=name))
        for name in ("sold", "lost")
    ]

    first, second = duplicate_rules(
        rules=rules, offer=target, author=make_user(), now=NOON
    )

    assert (first.rule.goal_id, first.notices) == (sold.pk, ())
    assert second.rule.goal_id is None
    assert "no goal «lost»" in second.notices[0]


def test_an_affiliates_copy_is_for_the_affiliate_alone() -> None:
    """R93, R103."""
    affiliate = make_affiliate("Own")
    partner = make_user("partner", affiliate=affiliate)
    rule = make_rule(make_offer("Source"), author=partner)

    (copied,) = duplicate_rules(
        rules=[rule], offer=make_offer("Target"), author=partner, now=NOON
    )

    assert copied.rule.owner_affiliate == affiliate
    assert copied.rule.affiliate == affiliate


def test_differences_name_what_changed() -> None:
    old = {"name": "a", "goal_id": None, "settings": {"url": "x", "method": "GET"}}
    new = {"name": "a", "goal_id": 3, "settings": {"url": "y", "method": "GET"}}

    found = [(one.name, one.before, one.after) for one in differences(old, new)]

    assert found == [("goal", "nothing", "3"), ("settings: url", "x", "y")]


def test_adjacent_rules_are_those_that_run_at_the_same_time() -> None:
    offer, other = make_offer(), make_offer("Other")
    rule = make_rule(offer)
    make_rule(None)
    make_rule(offer, status="disabled")
    make_rule(other)
    make_rule(offer, trigger="conversion_reject")
    make_rule(offer, affiliate=make_affiliate())
    by_type = make_rule(offer, trigger="event", event_type=make_event_type("a"))
    make_rule(offer, trigger="event", event_type=make_event_type("b"))
    views = make_rule(offer, trigger="event", categories=["views"])
    make_rule(offer, trigger="event", categories=["views", "progress"])

    everything = PostbackRule.objects.all()
    found: Any = with_adjacent_count(everything, everything)
    counts = {row.pk: row.adjacent for row in found}

    assert (counts[rule.pk], counts[by_type.pk], counts[views.pk]) == (1, 0, 1)
