"""Each fact of the catalogue as its definition says, through the door."""

from typing import Any

import pytest
from django.test import Client

from apps.attribution.models import Fact, Period
from apps.deliveries.models import Delivery
from apps.events.models import EventType
from apps.offers.models import Offer
from tests.attribution.world import App, ledger, make_worked_app
from tests.factories import SECRET, make_offer, make_offer_event, make_rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]

Story = list[tuple[float, str, dict[str, str]]]


@pytest.fixture
def app() -> App:
    """Return an app with the clicks of the worked example."""
    found = make_worked_app()
    found.add_event("authorization_event", "authorization")
    return found


def play(app: App, client: Client, story: Story) -> None:
    """Report events in order, each with fields of its own."""
    for day, kind, fields in story:
        app.send(client, day, kind, **fields)


def sources(kind: str, **which: Any) -> list[str]:
    """Return who was told of a kind of fact, by time."""
    told = Fact.objects.filter(kind=kind, state="announced", **which)
    rows = told.select_related("affiliate").order_by("event__occurred_at")
    return [str(one.affiliate or "organic") for one in rows]


@pytest.mark.parametrize("subject", ["device", "user"])
@pytest.mark.parametrize("kind", ["purchase", "custom_revenue"])
def test_a_payment_is_the_first_ever_the_first_of_an_attribution_or_any(
    app: App, client: Client, kind: str, subject: str
) -> None:
    """R132, R133, R134, R135, R137, R138, R139, R140, R154, R156: B brings A's back."""
    user = {"user_id": "U-1"}
    story: Story = [
        (0, "install", {**user, "transaction_id": "click-a"}),
        (1, kind, user),
        (2, kind, user),
        (71, "launch", {**user, "transaction_id": "click-b71"}),
        (72, kind, user),
        (73, kind, user),
    ]

    play(app, client, story)

    of = {"subject__kind": subject}
    assert sources(f"first_{kind}", **of) == ["A"]
    assert sources(f"first_{kind}_ca", **of) == ["A", "B"]
    assert sources(kind, **of) == ["A", "A", "A", "A"]
    assert sources(f"{kind}_ca", **of) == ["A", "A", "B", "B"]


@pytest.mark.parametrize("kind", ["registration", "authorization"])
def test_registrations_and_authorizations_are_facts_of_the_device(
    app: App, client: Client, kind: str
) -> None:
    """R141, R143, R144, R145, R146, R148, R149: two accounts, one first of its kind."""
    story: Story = [
        (0, "install", {"transaction_id": "click-a"}),
        (1, kind, {"user_id": "U-1"}),
        (2, kind, {"user_id": "U-2"}),
        (3, kind, {"user_id": "U-1"}),
        (71, "launch", {"transaction_id": "click-b71"}),
        (72, kind, {"user_id": "U-1"}),
    ]

    play(app, client, story)

    assert sources(f"first_{kind}") == ["A"]
    assert sources(kind) == ["A", "A", "A", "A"]
    assert sources(f"{kind}_ca") == ["A", "A", "A", "B"]
    of_users = Fact.objects.filter(subject__kind="user")
    assert set(of_users.values_list("kind", flat=True)) == {
        "new_user",
        "re_engagement",
    }


def test_somebody_known_from_elsewhere_is_authorized_first_on_each_device(
    app: App, client: Client
) -> None:
    """R146, R147: unique per device, whoever it is."""
    user = {"user_id": "U-1"}
    story: Story = [
        (0, "authorization", user),
        (1, "authorization", user),
        (2, "authorization", {**user, "device_id": "D-2"}),
    ]

    play(app, client, story)

    first = Fact.objects.filter(kind="first_authorization")
    assert sorted(first.values_list("subject__external_id", flat=True)) == [
        "D-1",
        "D-2",
    ]


@pytest.mark.parametrize(
    ("metric", "name", "kind"),
    [
        ("mt_registration", "registration", "registration"),
        ("mt_login", "login", "authorization"),
    ],
)
def test_a_vendors_own_name_of_the_metric_is_taken_for_the_fact(
    app: App, client: Client, metric: str, name: str, kind: str
) -> None:
    """R142, R145, R146, R148: nothing has to be set up for it."""
    make_offer_event(app.offer, EventType.objects.get(name=name))

    app.send(client, 0, kind, event_name=metric)

    assert set(ledger()) == {
        f"{kind}→organic",
        f"{kind}_ca→organic",
        f"first_{kind}→organic",
    }


def test_an_advertiser_may_have_another_name_for_the_metric(
    app: App, client: Client
) -> None:
    event = app.offer.offer_events.get(event_type__name="registration_event")
    event.advertiser_event_name = "vendor_signup"
    event.save()

    app.send(client, 0, "registration", event_name="vendor_signup")

    assert "first_registration→organic" in ledger()


def test_somebody_may_return_and_install_again_many_times(
    app: App, client: Client
) -> None:
    """R128, R129, R130: each after a pause, the installs being installs again."""
    story: Story = [
        (0, "install", {}),
        (31, "launch", {}),
        (62, "install", {}),
        (63, "install", {}),
        (94, "launch", {}),
        (125, "install", {}),
    ]

    play(app, client, story)

    assert ledger() == [
        "install→organic",
        "re_engagement→organic",
        "re_install→organic",
        "re_engagement→organic",
        "re_install→organic",
    ]


def test_a_click_alone_installs_nothing(app: App, client: Client) -> None:
    """R117: the install is registered with the report that follows the launch."""
    body = {
        "offer": app.offer.public_token,
        "affiliate": str(app.affiliate("A").pk),
        "device_id": "D-1",
        "occurred_at": app.start.isoformat(),
    }
    headers = {"authorization": f"Bearer {SECRET}"}

    made: Any = client.post("/api/v1/clicks", body, "application/json", headers=headers)
    before = ledger()
    app.send(client, 1, "install")

    assert made.status_code == 201
    assert (before, ledger()) == ([], ["install→A"])


def test_an_earlier_purchase_that_comes_late_is_no_second_first_one(
    app: App, client: Client
) -> None:
    """R229: the postback on the first purchase was sent, and is sent once."""
    rule = make_rule(
        app.offer,
        trigger="attribution",
        facts=["first_purchase"],
        subject_kind="device",
    )
    first = app.send(client, 5, "purchase")

    app.send(client, 2, "purchase")

    assert str(Delivery.objects.get(rule=rule).event_id) == first["event"]
    told = Fact.objects.filter(kind="first_purchase").order_by("event__occurred_at")
    assert list(told.values_list("state", "reason")) == [
        ("suppressed", "slot_taken"),
        ("retracted", ""),
    ]


def second_app(app: App) -> Offer:
    """Return another app of the same project, with the same events."""
    found = make_offer("Second", project=app.project, platform="ios")
    for event_type in EventType.objects.filter(offer_events__offer=app.offer):
        make_offer_event(found, event_type)
    return found


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, ["install→A"]),
        ({"inactivity_window_days": 10}, ["install→A", "re_engagement→organic"]),
        (
            {"inactivity_window_days": 10, "reattribution_to_organic": False},
            ["install→A", "re_engagement→A"],
        ),
    ],
)
def test_the_window_and_the_organic_option_hold_for_all_apps_of_the_project(
    client: Client, settings: dict[str, Any], told: list[str]
) -> None:
    """R162: an organic return after eleven days, in either app."""
    app = App(**settings)
    offers = [app.offer, second_app(app)]

    for offer in offers:
        app.offer = offer
        paid = app.click(f"paid-{offer.pk}", 0, "A")
        organic = app.click(f"organic-{offer.pk}", 0)
        app.send(client, 0, "install", transaction_id=paid)
        app.send(client, 11, "launch", transaction_id=organic)

    assert [ledger(event__offer=offer) for offer in offers] == [told, told]
    periods = Period.objects.filter(subject__offer=offers[1])
    assert periods.count() == (2 if told[-1].endswith("organic") else 1)
