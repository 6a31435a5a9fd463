"""What an import would change, in words."""

from decimal import Decimal

import pytest

from apps.accounts.models import Affiliate
from apps.configfile.importing import Report, compare_file
from apps.configfile.writing import export_text
from apps.connections.models import Connection
from apps.core.secret_box import seal
from apps.event_lists.models import EventList
from apps.goals.models import Goal
from apps.offers.models import Offer, OfferAffiliate, Project
from apps.postbacks.models import GoalSettings, PostbackRule
from tests.configfile.world import imported, make_admin
from tests.factories import (
    make_affiliate,
    make_event_type,
    make_offer,
    make_offer_event,
    make_rule,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]


def words(report: Report) -> list[str]:
    """Return the differences, without what every database begins with."""
    return [
        change.words
        for change in report.changes
        if change.section != "event_types" or change.act != "only here"
    ]


def compared(text: str) -> list[str]:
    """Return what a file would change."""
    report = compare_file(text.encode())
    assert report.problems == []
    return words(report)


def test_each_difference_is_told_with_what_is_and_what_would_be() -> None:
    offer = make_offer("O", vertical="Travel")
    Goal.objects.create(offer=offer, name="Gone")
    make_affiliate("Bright")
    Project.objects.create(name="P")

    found = compared(
        """version: 1
projects:
- name: P
  inactivity_window_days: 45
- name: Q
advertisers:
- name: Acme
offers:
- advertiser: Acme
  name: O
  status: active
  revenue_value: 10.0
  payout_value: 4.5
  ip_allowlist: [203.0.113.0/24]
  goals:
  - name: New
"""
    )

    assert found == [
        "changed: project «P»: inactivity_window_days: 30 → 45",
        "added: project «Q»",
        "only here: affiliate «Bright»",
        (
            "changed: offer «Acme / O»: vertical: Travel → —; payout_value: 5 → 4.5; "
            'ip_allowlist: — → ["203.0.113.0/24"]'
        ),
        "added: goal «Acme / O / New»",
        "only here: goal «Acme / O / Gone»",
    ]


def test_what_only_the_database_has_is_left_alone() -> None:
    make_rule(make_offer("O"), author=make_admin(), name="Kept")

    report = imported("version: 1\nadvertisers:\n- name: New\n")

    assert words(report) == [
        "added: advertiser «New»",
        "only here: advertiser «Acme»",
        "only here: offer «Acme / O»",
        "only here: postback «Acme / O / Kept»",
    ]
    assert PostbackRule.objects.get().name == "Kept"


def test_a_change_is_written_and_nothing_else_of_the_row_changes() -> None:
    offer = make_offer("O", public_token="0123456789abcdef")
    event = make_offer_event(offer)
    OfferAffiliate.objects.create(offer=offer, affiliate=make_affiliate("Bright"))
    text = export_text().replace("payout_value: 5", "payout_value: 6")

    report = imported(text)

    offer.refresh_from_db()
    event.refresh_from_db()
    assert words(report) == ["changed: offer «Acme / O»: payout_value: 5 → 6"]
    assert offer.payout_value == Decimal(6)
    assert offer.public_token == "0123456789abcdef"
    assert event.payout_value == Decimal(2)


def test_the_members_of_a_list_become_those_of_the_file() -> None:
    listed = EventList.objects.create(name="L")
    listed.event_types.add(make_event_type("a"), make_event_type("b"))
    make_event_type("c")
    text = export_text().replace("  - a\n  - b\n", "  - c\n  - b\n")

    report = imported(text)

    assert words(report) == [
        'changed: event list «L»: event_types: ["a", "b"] → ["b", "c"]'
    ]
    names = listed.event_types.values_list("name", flat=True)
    assert sorted(names) == ["b", "c"]


def test_the_same_settings_in_other_words_are_no_difference() -> None:
    make_rule(None, author=make_admin(), name="R", url="https://p.example/?t={status}")
    text = export_text().replace(
        "    url: https://p.example/?t={status}\n",
        "    method: GET\n    timeout_seconds: 15\n    url: 'https://p.example/?t={ status }'\n",
    )

    assert "method: GET" in text
    assert compared(text) == []


def test_rules_of_one_name_are_told_apart_by_their_number() -> None:
    for status in ("active", "active"):
        make_rule(None, author=make_admin(), name="Twin", status=status)
    text = export_text().replace("number: 2\n", "number: 2\n  status: disabled\n")

    report = imported(text)

    assert words(report) == ["changed: postback «Twin #2»: status: active → disabled"]
    rules = PostbackRule.objects.order_by("pk").values_list("status", flat=True)
    assert list(rules) == ["active", "disabled"]


def test_a_stored_secret_stays_when_other_settings_change() -> None:
    secret = {"token": "canary-token"}
    stored = {"auth": "bearer"}
    found = Connection.objects.create(
        name="V", kind="ping_url", settings=stored, sealed_secrets=seal(secret)
    )
    text = export_text()
    sealed = found.sealed_secrets

    report = imported(text.replace("  secrets:\n  - token\n", ""))
    imported(text.replace("auth: bearer", "auth: bearer\n    username: ann"))

    found.refresh_from_db()
    assert words(report) == []
    assert found.settings["username"] == "ann"
    assert found.sealed_secrets == sealed
    assert found.state == "ok"


def test_switching_off_after_failures_is_no_decision_of_the_file() -> None:
    rule = make_rule(None, author=make_admin(), name="R", status="auto_disabled")
    text = export_text()

    report = imported(text.replace("trigger:", "delay_seconds: 60\n  trigger:"))

    rule.refresh_from_db()
    assert "status" not in text
    assert words(report) == ["changed: postback «R»: delay_seconds: 0 → 60"]
    assert (rule.status, rule.delay_seconds) == ("auto_disabled", 60)


def test_a_goal_that_goes_keeps_its_settings() -> None:
    """R107, R108: as on the screen."""
    offer = make_offer("O", enable_goals=True)
    goal = Goal.objects.create(offer=offer, name="G")
    rule = make_rule(offer, author=make_admin(), name="R", goal=goal)

    imported(export_text().replace("  goal: G\n", ""))

    rule.refresh_from_db()
    assert rule.goal is None
    kept = GoalSettings.objects.get(rule=rule, goal=goal)
    assert kept.settings["url"] == "https://partner.example/pb?tid={transaction_id}"


def test_a_postback_can_be_deleted_by_a_file() -> None:
    rule = make_rule(None, author=make_admin(), name="R")
    text = export_text().replace(
        "name: R\n", "name: R\n  status: disabled\n  is_archived: true\n"
    )

    imported(text)

    rule.refresh_from_db()
    assert rule.archived_at is not None
    assert rule.revisions.latest("number").snapshot["status"] == "disabled"


def test_names_are_compared_exactly_and_the_database_refuses_twins() -> None:
    Affiliate.objects.create(name="Bright")

    report = imported("version: 1\naffiliates:\n- name: bright\n")

    assert [str(one) for one in report.problems] == [
        "line 3: affiliates[1] «bright»: An affiliate of this name exists already."
    ]


def test_a_platform_that_lacks_the_facts_of_a_postback_is_refused() -> None:
    """R113 to R115: as on the screen."""
    offer = make_offer("O", platform="ios")
    rule = make_rule(
        offer,
        author=make_admin(),
        name="R",
        trigger="attribution",
        facts=["install"],
        subject_kind="device",
    )

    report = imported(export_text().replace("platform: ios", "platform: web"))

    line = export_text().split("\n").index("  platform: ios") + 1
    assert [str(one) for one in report.problems] == [
        (
            f"line {line}: offers[1] «Acme / O».platform: These postbacks listen to facts "
            f"that offers of this platform do not tell: #{rule.pk}. Change or disable them "
            "first."
        )
    ]
    assert Offer.objects.get().platform == "ios"
