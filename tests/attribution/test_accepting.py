"""Accepted events become facts: in order, late, repeated, from whichever click."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.attribution.models import Fact, Period, Subject, SubjectEvent
from apps.events.models import EventType
from apps.tracking.models import Event
from tests.attribution.world import DAY, App, ledger, make_worked_app
from tests.factories import SECRET, make_offer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]

WORKED: list[tuple[float, str, str]] = [
    (0, "install", "click-a"),
    (10, "purchase", ""),
    (40, "launch", "click-b40"),
    (71, "launch", "click-b71"),
    (72, "purchase", ""),
    (73, "purchase", ""),
    (120, "install", ""),
    (121, "purchase", ""),
]
ANNOUNCED = [
    "install→A",
    "first_purchase→A",
    "first_purchase_ca→A",
    "purchase→A",
    "purchase_ca→A",
    "re_engagement→B",
    "first_purchase_ca→B",
    "purchase→A",
    "purchase_ca→B",
    "purchase→A",
    "purchase_ca→B",
    "re_install→organic",
    "first_purchase_ca→organic",
    "purchase→A",
    "purchase_ca→organic",
]


@pytest.fixture
def app() -> App:
    """Return an app with the clicks of the worked example."""
    return make_worked_app()


def play(app: App, client: Client, events: list[tuple[float, str, str]]) -> None:
    """Report events in the order given."""
    for day, kind, click in events:
        app.send(client, day, kind, transaction_id=click or app.organic)


def test_the_worked_example_is_announced_as_its_table_says(
    app: App, client: Client
) -> None:
    """R129, R132, R133, R134, R135, R154, R155, R156: the example, through the door."""
    play(app, client, WORKED)

    assert ledger() == ANNOUNCED
    assert list(
        Period.objects.order_by("started_at").values_list("cause", flat=True)
    ) == [
        "first",
        "re_engagement",
        "re_install",
    ]


def test_the_late_launch_retracts_four_facts_and_supersedes_a_period(
    app: App, client: Client
) -> None:
    """The last line of the example: nothing is sent twice."""
    play(app, client, WORKED)
    before = Fact.objects.count()

    late = app.send(client, 60, "launch")

    gone = Fact.objects.filter(state="retracted")
    assert sorted(gone.values_list("kind", flat=True)) == [
        "first_purchase_ca",
        "purchase_ca",
        "purchase_ca",
        "re_engagement",
    ]
    assert {str(one.retracted_by_id) for one in gone} == {late["event"]}
    assert Fact.objects.count() == before
    assert Period.objects.get(is_superseded=True).cause == "re_engagement"


def test_what_arrives_in_any_order_ends_with_the_same_periods(
    app: App, client: Client
) -> None:
    """The story is replayed when an event is late."""
    play(app, client, [WORKED[place] for place in (3, 0, 7, 1, 6, 2, 5, 4)])

    standing = Period.objects.filter(is_superseded=False).order_by("started_at")
    assert list(standing.values_list("cause", "affiliate__name")) == [
        ("first", "A"),
        ("re_engagement", "B"),
        ("re_install", None),
    ]


def test_a_repeated_report_changes_nothing(app: App, client: Client) -> None:
    """A duplicate is no event of the subject."""
    fields = {"order_id": "o-1"}
    app.send(client, 0, "purchase", **fields)
    again = {"secure": SECRET, "transaction_id": app.organic, "device_id": "D-1"}

    answer = client.get(
        "/postback", {**again, "event_name": "purchase_event", **fields}
    )

    assert answer.json()["result"] == "duplicate"
    assert SubjectEvent.objects.count() == 1
    assert ledger() == [
        "first_purchase→organic",
        "first_purchase_ca→organic",
        "purchase→organic",
        "purchase_ca→organic",
    ]


def test_device_and_user_have_stories_of_their_own(app: App, client: Client) -> None:
    """R120 to R124: the second device of a user brings no second new user."""
    app.send(client, 0, "install", user_id="U-1")
    app.send(client, 1, "install", user_id="U-1", device_id="D-2")

    assert ledger() == ["install→organic", "new_user→organic", "install→organic"]


def test_users_are_shared_by_the_offers_of_a_project_and_devices_are_not(
    app: App, client: Client
) -> None:
    """R118, R123: install once per device and app, new user once per project."""
    app.send(client, 0, "install", user_id="U-1")
    app.offer = make_offer("Second", project=app.project, platform="ios")
    install = EventType.objects.get(name="install_event")
    app.offer.offer_events.create(event_type=install)
    second = app.click("second", 1)

    app.send(client, 1, "install", user_id="U-1", transaction_id=second)

    assert ledger() == ["install→organic", "new_user→organic", "install→organic"]
    assert sorted(Subject.objects.values_list("kind", flat=True)) == [
        "device",
        "device",
        "user",
    ]


def test_users_of_offers_without_a_project_are_those_of_the_advertiser(
    app: App, client: Client
) -> None:
    """An offer without a project has an implicit one."""
    app.offer.project = None
    app.offer.save()

    # Without a project the lateness is 30 days.
    app.send(client, 149, "install", user_id="U-1")

    user = Subject.objects.get(kind="user")
    assert (user.project_id, user.advertiser_id) == (None, app.offer.advertiser_id)


def test_a_click_that_names_the_device_is_the_source_of_its_later_events(
    app: App, client: Client
) -> None:
    """A touch found by the device: the event belongs to another transaction."""
    body = {
        "offer": app.offer.public_token,
        "affiliate": str(app.affiliate("B").pk),
        "device_id": "D-1",
        "occurred_at": (app.start + 39 * DAY).isoformat(),
    }
    made: Any = client.post(
        "/api/v1/clicks",
        body,
        "application/json",
        headers={"authorization": f"Bearer {SECRET}"},
    )

    app.send(client, 0, "install")
    app.send(client, 40, "launch")

    assert made.status_code == 201
    assert ledger() == ["install→organic", "re_engagement→B"]
    assert str(Period.objects.get(cause="re_engagement").click_id) == made.json()["id"]


def test_a_touch_counts_within_the_look_back_only(app: App, client: Client) -> None:
    """Seven days, unless the project says otherwise."""
    app.send(client, 8, "install", transaction_id="click-a")

    assert ledger() == ["install→organic"]


def test_what_comes_too_late_is_stored_and_changes_no_facts(client: Client) -> None:
    """The project's maximum lateness."""
    app = App(max_lateness_days=10)

    app.send(client, 0, "install")

    assert ledger() == []
    assert SubjectEvent.objects.get().state == "too_late"
    assert Event.objects.count() == 1


def test_history_is_attributed_and_not_announced(app: App, client: Client) -> None:
    """A batch of history; what follows later is told as usual."""
    events = [
        {
            "transaction_id": "click-a",
            "event_name": "install_event",
            "device_id": "D-1",
            "occurred_at": app.start.isoformat(),
        }
    ]
    answer = client.post(
        "/api/v1/events/batch",
        {"history": True, "events": events},
        "application/json",
        headers={"authorization": f"Bearer {SECRET}"},
    )

    app.send(client, 1, "purchase")

    assert answer.json()["accepted"] == 1
    assert ledger()[:2] == ["install→A suppressed", "first_purchase→A"]


def test_an_event_that_names_nobody_costs_no_statement_more(
    app: App, client: Client
) -> None:
    """The hot path: reading and writing."""
    app.click("now", 149)
    app.organic = "now"
    app.send(client, 0, "launch", device_id="")

    with CaptureQueriesContext(connection) as queries:
        app.send(client, 0, "launch", device_id="")

    assert not [one for one in queries if "attribution_" in one["sql"]]
    assert Subject.objects.count() == 0


def test_invites_and_events_of_ones_own_are_custom_events(
    app: App, client: Client
) -> None:
    """R151, R152: told to the first source, and to the current one."""
    app.add_event("invite_event", "invite")

    app.send(client, 0, "invite", transaction_id="click-a")
    app.send(client, 1, "tutorial")

    assert ledger() == ["custom_event→A", "custom_event_ca→A"] * 2


def test_a_website_counts_the_last_visit(client: Client) -> None:
    """R157."""
    app = App(platform="web")
    app.click("click-a", 0, "A")
    app.click("click-b", 3, "B")

    app.send(client, 0, "visit", transaction_id="click-a")
    app.send(client, 3, "visit", transaction_id="click-b")
    app.send(client, 4, "custom_revenue")

    assert ledger() == [
        "custom_revenue→A",
        "custom_revenue_ca→B",
        "first_custom_revenue→A",
        "first_custom_revenue_ca→B",
    ]
