"""The funnel: how far people came by category, from sums, offer by offer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Role, User
from apps.core.adminkit.addresses import change_url, list_url
from apps.offers.models import Offer
from apps.reports.models import EventHour
from apps.reports.rollups import roll_up
from tests.console.test_exports import rows_of
from tests.factories import NOON, make_affiliate, make_event, make_offer, make_user
from tests.moments import id_at

pytestmark = pytest.mark.django_db

PAGE = "admin:reports_eventhour_changelist"
FILE = "admin:reports_eventhour_export"
DAY = {"first": "2026-03-01", "last": "2026-03-01"}


def add(offer: Offer, hours: int = 0, accepted: int = 0, **counts: int) -> None:
    """Store the counts of one hour."""
    EventHour.objects.create(
        hour=NOON + timedelta(hours=hours),
        offer=offer,
        accepted=accepted or sum(counts.values()),
        **counts,
    )


def page(client: Client, **query: Any) -> str:
    """Return the page in one line."""
    response = client.get(reverse(PAGE), {**DAY, **query})
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def cells(client: Client, **query: Any) -> list[list[tuple[str, str]]]:
    """Return count and percentage of each category, by line, the total last."""
    context = client.get(reverse(PAGE), {**DAY, **query}).context
    return [
        [(count, percent) for _, count, percent, _ in row["cells"]]
        for row in (*context["lines"], context["total"])
    ]


def test_each_step_is_a_share_of_the_step_before_it(staff: Client) -> None:
    """R20: click-through, drop-off and orders of two offers, and of both."""
    add(
        make_offer("Shop"),
        views=200,
        engagement=50,
        progress=20,
        conversions=5,
        partial_conversions=3,
        uncategorized=2,
    )
    add(make_offer("App"), views=40, engagement=40, conversions=10)

    shop, app, total = cells(staff)

    beside = [("3", ""), ("2", "")]
    steps = [("200", ""), ("50", "25.0 %"), ("20", "40.0 %"), ("5", "25.0 %")]
    assert shop == [*steps, *beside]
    # Nothing was progress: what follows is a share of the nearest step with events.
    assert app[:4] == [("40", ""), ("40", "100.0 %"), ("0", "0.0 %"), ("10", "25.0 %")]
    steps = [("240", ""), ("90", "37.5 %"), ("20", "22.2 %"), ("15", "75.0 %")]
    assert total == [*steps, *beside]


def test_where_nothing_comes_before_there_is_no_share(staff: Client) -> None:
    """R20."""
    add(make_offer(), conversions=7)

    [line, _] = cells(staff)

    assert [percent for _, percent in line] == [""] * 6


def test_the_events_of_the_log_are_counted_where_the_log_has_them(
    staff: Client,
) -> None:
    """R20: each number leads to the events it counts."""
    offer = make_offer()
    for category, count in (("views", 3), ("engagement", 2), ("conversions", 1)):
        for number in range(count):
            at = NOON + timedelta(seconds=number)
            make_event(offer, id=id_at(at), received_at=at, category=category)
    roll_up(now=NOON + timedelta(minutes=1))

    response = staff.get(reverse(PAGE), DAY)
    [line] = response.context["lines"]
    linked = {
        count: staff.get(url).context["cl"].result_count
        for _, count, _, url in line["cells"]
        if url
    }

    assert [count for _, count, _, _ in line["cells"]] == list("320100")
    assert linked == {"3": 3, "2": 2, "1": 1}


def test_the_days_are_those_of_who_asks_and_the_last_is_included(
    sign_in: Callable[[User], Client],
) -> None:
    offer = make_offer()
    for hours, views in ((-13, 1), (-12, 20), (10, 300), (11, 4000)):
        add(offer, hours, views=views)
    in_utc = sign_in(make_user("ada", role=Role.VIEWER, time_zone="UTC"))
    [utc] = rows_of(in_utc, FILE, **DAY)
    in_berlin = sign_in(make_user("bo", role=Role.VIEWER, time_zone="Europe/Berlin"))
    [berlin] = rows_of(in_berlin, FILE, **DAY)

    assert (utc["Views"], berlin["Views"]) == ("4320", "321")


def test_the_file_has_numbers_and_no_formula(staff: Client) -> None:
    add(make_offer("=SUM(A1)"), accepted=12, views=8, conversions=1)

    [row] = rows_of(staff, FILE, **DAY)

    assert row["offer"] == "'=SUM(A1)"
    assert row["Conversions"] == "1"
    assert row["Conversions, % of the step before"] == "12.5"
    assert row["Progress, % of the step before"] == "0.0"
    assert row["Counted before categories were"] == "3"


def test_one_offer_is_narrowed_to_from_its_page_and_back(staff: Client) -> None:
    """R20."""
    offer, other = make_offer("Shop"), make_offer("App")
    add(offer, views=5)
    add(other, views=7)
    address = list_url(EventHour, offer=offer.pk)

    assert address in staff.get(change_url(offer)).content.decode()
    html = page(staff, offer=offer.pk)
    assert "Only this offer:" in html
    assert change_url(offer) in html
    assert ">App<" not in html
    assert ">App<" in page(staff)
    assert "There is no such offer." in page(staff, offer=10**9)


def test_what_was_counted_before_categories_were_is_said(staff: Client) -> None:
    add(make_offer(), accepted=9)

    assert "Counted before categories were" in page(staff)
    EventHour.objects.update(views=9)

    assert "Counted before categories were" not in page(staff)


def test_no_events_say_what_to_do(staff: Client) -> None:
    html = page(staff)

    assert "No events were accepted in these days." in html
    assert reverse("admin:ingest_refusedrequest_changelist") in html


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"first": "2026-03-02"}, "ends before it begins"),
        ({"first": "2025-03-02"}, "Choose 92 days at the most"),
        ({"first": "yesterday"}, "Enter a valid date"),
    ],
)
def test_a_range_that_makes_no_sense_is_said_to_make_none(
    staff: Client, query: dict[str, str], said: str
) -> None:
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    EventHour.objects.create(hour=hour, offer=make_offer("Shop"), accepted=1, views=1)

    html = page(staff, **query, offer="1 or 1")

    assert said in html
    assert "Shown are the last 7 days." in html
    assert ">Shop<" in html


def test_the_page_costs_the_same_for_many_offers(staff: Client) -> None:
    add(make_offer(), views=1)
    with CaptureQueriesContext(connection) as few:
        page(staff)
    for number in range(5):
        add(make_offer(f"Offer {number}"), views=1)

    with CaptureQueriesContext(connection) as many:
        page(staff)

    assert len(many) == len(few) <= 8


def test_many_offers_are_summed_and_the_rest_is_in_the_file(staff: Client) -> None:
    for number in range(102):
        add(make_offer(f"Offer {number}"), views=10)

    assert "2 more are in the sum and in the file." in page(staff)
    assert cells(staff)[-1][0] == ("1,020", "")
    assert len(rows_of(staff, FILE, **DAY)) == 102


def test_affiliates_do_not_see_it(sign_in: Callable[[User], Client]) -> None:
    """R224: it counts what other affiliates bring, too."""
    client = sign_in(make_user("partner", affiliate=make_affiliate()))

    for name in (PAGE, FILE):
        assert client.get(reverse(name)).status_code == 403
    assert reverse(PAGE) not in client.get(reverse("admin:index")).content.decode()


@pytest.mark.parametrize("role", [r for r in Role if r != Role.AFFILIATE])
def test_staff_finds_it_beside_the_reconciliation(
    sign_in: Callable[[User], Client], role: Role
) -> None:
    html = sign_in(make_user(role.value, role=role)).get(reverse("admin:index"))

    reconciliation = reverse("admin:reports_outcomehour_changelist")
    assert reconciliation in html.content.decode().partition(reverse(PAGE))[0]


def test_a_single_hour_leads_to_the_page(staff: Client) -> None:
    add(make_offer(), views=1)

    answer = staff.get(change_url(EventHour.objects.get()))

    assert (answer.status_code, answer["Location"]) == (302, reverse(PAGE))
