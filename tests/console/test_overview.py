"""The first page: what to do next, and figures from the hourly sums."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.console.overview import overview
from apps.deliveries.models import Worker
from apps.reports.models import DeliveryHour, EventHour
from tests.factories import (
    make_affiliate,
    make_delivery,
    make_event,
    make_offer,
    make_rule,
    make_user,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 15, 12, 30, tzinfo=UTC)
THIS_HOUR = NOW.replace(minute=0)


def figures(user: User) -> dict[str, str]:
    """Return the figures by their labels."""
    return {figure.label: figure.value for figure in overview(user, NOW)["figures"]}


def add_hour(rule_hour: datetime = THIS_HOUR, **sums: int) -> None:
    """Store the sums of one rule in one hour."""
    offer = make_offer(f"Offer {DeliveryHour.objects.count()}")
    columns = {"planned": 0, "delivered": 0, "failed": 0, "held": 0, **sums}
    rule = make_rule(offer, name="Tracker")
    DeliveryHour.objects.create(hour=rule_hour, rule=rule, **columns)


def test_an_empty_installation_says_what_to_do_first(staff: Client) -> None:
    html = staff.get(reverse("admin:index")).content.decode()

    assert "Add your first offer" in html
    assert "No worker ran in the last day." in html


def test_the_steps_go_away_once_there_is_a_postback(staff: Client) -> None:
    make_rule(make_offer())

    html = staff.get(reverse("admin:index")).content.decode()

    assert "Add your first offer" not in html


def test_figures_are_those_of_the_last_24_hours() -> None:
    user = make_user()
    add_hour(delivered=9, failed=1, planned=12, held=2, p95_ms=1500)
    add_hour(THIS_HOUR - timedelta(hours=30), delivered=90, planned=90)
    EventHour.objects.create(hour=THIS_HOUR, offer=make_offer(), accepted=4)

    found = figures(user)

    assert found["Events, 24 h"] == "4"
    assert found["Delivered, 24 h"] == "9"
    assert found["Success, 24 h"] == "90.0 %"
    assert found["Slowest p95, 24 h"] == "1,500 ms"


def test_waiting_deliveries_are_counted_now() -> None:
    user = make_user()
    rule = make_rule(make_offer())
    for number, state in enumerate(("retrying", "retrying", "held")):
        event = make_event(make_offer(f"O{number}"), transaction_id=f"t-{number}")
        reason = "ambiguous" if state == "held" else ""
        due_at = NOW - timedelta(hours=3, minutes=20)
        make_delivery(rule, event, state=state, reason=reason, due_at=due_at)

    found = figures(user)

    assert (found["Retrying now"], found["Held now"]) == ("2", "1")
    assert found["Oldest due"] == "3 h 20 min"


def test_days_are_summed_for_the_charts() -> None:
    user = make_user()
    offer = make_offer()
    for hours in (0, 1, 24):
        hour = THIS_HOUR - timedelta(hours=hours)
        EventHour.objects.create(hour=hour, offer=offer, accepted=5)

    shown = overview(user, NOW)

    assert shown["events"]["events"] == [0] * 12 + [5, 10]
    assert shown["labels"][-1] == "15 Mar"


def test_failing_postbacks_come_worst_first() -> None:
    user = make_user()
    add_hour(failed=1, delivered=3)
    add_hour(failed=5, delivered=5)
    add_hour(delivered=8)

    failing = overview(user, NOW)["failing"]

    assert [(row["bad"], row["all"], row["share"]) for row in failing] == [
        (5, 10, 50),
        (1, 4, 25),
    ]


def make_worker(name: str, seen_at: datetime, **fields: Any) -> Worker:
    return Worker.objects.create(
        name=name, processes=2, threads=64, started_at=NOW, seen_at=seen_at, **fields
    )


def test_a_worker_that_was_not_seen_for_minutes_is_silent() -> None:
    user = make_user()
    for name, seconds in (("fresh", 5), ("stuck", 180)):
        seen_at = NOW - timedelta(seconds=seconds)
        make_worker(name, seen_at)
    make_worker("stopped", NOW, stopped_at=NOW)

    workers = overview(user, NOW)["workers"]

    assert [(row["name"], row["is_alive"], row["seen"]) for row in workers] == [
        ("fresh", True, "5 s"),
        ("stuck", False, "3 min"),
    ]


def test_users_of_an_affiliate_see_the_sums_of_their_own_rules_only(
    sign_in: Callable[[User], Client],
) -> None:
    """R224."""
    add_hour(delivered=50)
    partner = make_user("partner", affiliate=make_affiliate())
    own = make_rule(make_offer(), author=partner)
    DeliveryHour.objects.create(
        hour=THIS_HOUR, rule=own, planned=3, delivered=3, failed=0, held=0
    )

    found = figures(partner)
    html = sign_in(partner).get(reverse("admin:index")).content.decode()

    assert found["Delivered, 24 h"] == "3"
    assert "Events, 24 h" not in found
    assert "<h2>Workers</h2>" not in html
