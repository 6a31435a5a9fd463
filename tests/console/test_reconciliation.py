"""The reconciliation: what does not add up is red, first, and one click away."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.deliveries.models import Finding
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from apps.reports.models import OutcomeHour
from apps.reports.reconciliation import COLUMNS
from tests.console.test_exports import rows_of
from tests.factories import (
    NOON,
    make_advertiser,
    make_affiliate,
    make_delivery,
    make_event,
    make_offer,
    make_rule,
    make_user,
)
from tests.moments import id_at

pytestmark = pytest.mark.django_db

PAGE = "admin:reports_outcomehour_changelist"
DAY = {"first": "2026-03-01", "last": "2026-03-01"}


def add(rule: PostbackRule, offer: Offer, hour: datetime = NOON, **fields: Any) -> None:
    """Store the sums of one hour."""
    sums = {**dict.fromkeys(COLUMNS, 0), **fields}
    OutcomeHour.objects.create(hour=hour, rule=rule, offer=offer, **sums)


def page(client: Client, **query: Any) -> str:
    """Return the page in one line."""
    response = client.get(reverse(PAGE), {**DAY, **query})
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_what_adds_up_says_so(staff: Client) -> None:
    offer = make_offer()
    add(make_rule(offer), offer, matched=5, delivered=3, held=1, over_cap=1)

    html = page(staff)

    assert "Everything is accounted for" in html
    assert "Over a cap 1" in html
    assert "wrong" not in html


def test_what_does_not_add_up_is_red_first_and_leads_to_the_deliveries(
    staff: Client,
) -> None:
    offer = make_offer()
    add(make_rule(offer, name="Fine"), offer, matched=9, delivered=9)
    broken = make_rule(offer, name="Broken")
    add(broken, offer, matched=3, delivered=1)
    event = make_event(offer)
    lost = make_delivery(
        broken, event, id=id_at(NOON), state="delivered", finished_at=NOON
    )
    make_delivery(make_rule(offer), event, state="pending")

    html = page(staff)
    [link] = [part for part in html.split('"') if "explained=no" in part]
    listed = staff.get(link.replace("&amp;", "&"))

    assert "1 of 2 do not add up" in html
    assert html.index("Broken") < html.index("Fine")
    assert '<tr class="wrong">' in html
    assert list(listed.context["cl"].result_list) == [lost]


def test_the_days_are_those_asked_for_including_the_last(staff: Client) -> None:
    offer = make_offer()
    rule = make_rule(offer, name="Tracker")
    for hours, count in ((-13, 1), (11, 20), (12, 300)):
        add(rule, offer, NOON + timedelta(hours=hours), matched=count, delivered=count)

    [row] = rows_of(staff, "admin:reports_outcomehour_export", **DAY)

    assert row["Matched"] == "20"
    assert row["Unexplained"] == "0"
    assert row["postback"] == f"'#{rule.pk} Tracker".removeprefix("'")


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"first": "2026-03-02", "last": "2026-03-01"}, "ends before it begins"),
        ({"first": "2025-03-02", "last": "2026-03-01"}, "Choose 92 days at the most"),
        ({"first": "yesterday", "last": "2026-03-01"}, "Enter a valid date"),
    ],
)
def test_a_range_that_makes_no_sense_is_said_to_make_none(
    staff: Client, days: dict[str, str], said: str
) -> None:
    html = page(staff, **days)

    assert said in html
    assert "Shown are the last 7 days." in html


def test_partners_lead_to_their_postbacks(staff: Client) -> None:
    sunrise = make_offer("Solar", advertiser=make_advertiser("Sunrise"))
    vpn = make_offer()
    bright = make_affiliate("Bright")
    add(make_rule(sunrise, name="Solar rule"), sunrise, matched=2, delivered=2)
    add(make_rule(vpn, name="Vpn"), vpn, matched=1, delivered=1, affiliate=bright)

    by_affiliate = page(staff, by="affiliate")
    by_advertiser = page(staff, by="advertiser")
    of_sunrise = page(staff, by="rule", advertiser=sunrise.advertiser_id)
    organic = page(staff, by="rule", affiliate="none")

    assert "Bright" in by_affiliate
    assert "organic" in by_affiliate
    assert f"advertiser={sunrise.advertiser_id}" in by_advertiser
    for html in (of_sunrise, organic):
        assert "Solar rule" in html
        assert "Vpn" not in html
    assert "Only Sunrise." in of_sunrise


def test_nothing_matched_says_where_to_look(staff: Client) -> None:
    assert "Nothing matched in these days." in page(staff)


def test_what_the_nightly_check_found_is_shown(staff: Client) -> None:
    assert "Nothing found." in page(staff)
    Finding.objects.create(what="lost", text="3 deliveries are lost.", found_at=NOON)

    assert "3 deliveries are lost." in page(staff)


def test_nonsense_in_the_address_is_ignored(staff: Client) -> None:
    html = page(staff, by="password", affiliate="1 or 1", offer="9" * 40)

    assert "Shown are the last 7 days." in html


def test_the_page_costs_the_same_for_many_rules(staff: Client) -> None:
    offer = make_offer()
    add(make_rule(offer), offer, matched=1, delivered=1)
    with CaptureQueriesContext(connection) as few:
        page(staff)
    for _ in range(5):
        add(make_rule(offer), offer, matched=1, delivered=1)

    with CaptureQueriesContext(connection) as many:
        page(staff)

    assert len(many) == len(few) <= 10


def test_affiliates_do_not_see_it(sign_in: Callable[[User], Client]) -> None:
    """R224: it names partners and counts what is theirs."""
    client = sign_in(make_user("partner", affiliate=make_affiliate()))

    assert client.get(reverse(PAGE)).status_code == 403
    assert "Reconciliation" not in client.get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize("role", [r for r in Role if r != Role.AFFILIATE])
def test_staff_finds_it_in_the_menu(
    sign_in: Callable[[User], Client], role: Role
) -> None:
    html = sign_in(make_user(role.value, role=role)).get(reverse("admin:index"))

    assert reverse(PAGE) in html.content.decode()
