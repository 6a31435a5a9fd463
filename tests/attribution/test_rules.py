"""Postbacks that listen to facts: who is told of what, and with whose click."""

from typing import Any

import pytest
from django.test import Client

from apps.attribution.catalogue import ABOUT, FactKind, SubjectKind, facts_of
from apps.deliveries.claiming import load_one
from apps.deliveries.context import MacroValues
from apps.deliveries.models import Delivery
from apps.ingest.attributing import settle_due
from apps.postbacks.copying import duplicate_rules
from apps.postbacks.explain import explain_event
from apps.postbacks.models import PostbackRule
from apps.tracking.models import Event
from tests.attribution.test_accepting import WORKED, play
from tests.attribution.world import DAY, App, make_worked_app
from tests.factories import NOON, make_offer, make_rule, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]


@pytest.fixture
def app() -> App:
    """Return an app with the clicks of the worked example."""
    return make_worked_app()


def listen(app: App, *facts: str, **fields: Any) -> PostbackRule:
    """Return a rule of the app's offer that listens to facts of devices."""
    given = {"trigger": "attribution", "facts": list(facts), "subject_kind": "device"}
    return make_rule(app.offer, **{**given, **fields})


def told(rule: PostbackRule) -> list[str]:
    """Return whom ``rule`` was told about, by time: the affiliate and the click."""
    rows = Delivery.objects.filter(rule=rule).select_related("affiliate", "click")
    return [
        f"{one.affiliate or 'organic'} {one.click or '-'}"
        for one in rows.order_by("event__occurred_at")
    ]


def macros(delivery: Delivery) -> MacroValues:
    """Return the values of macros of a delivery."""
    return MacroValues(load_one(delivery.pk), send_as="", is_test=False)


def test_every_mode_of_sending_tells_whom_it_says(app: App, client: Client) -> None:
    """R111, R136: attributed to one partner, to any partner, everybody's."""
    b = app.affiliate("B")
    of_b = listen(app, "purchase_ca", affiliate=b, sending_mode="attributed")
    of_any = listen(app, "purchase_ca", sending_mode="attributed")
    everything = listen(app, "purchase_ca", affiliate=b, sending_mode="all")
    off = listen(app, "purchase_ca", status="disabled")

    play(app, client, WORKED)

    of_a_and_b = ["A click-a", "B click-b71", "B click-b71"]
    assert told(of_b) == ["B click-b71", "B click-b71"]
    assert told(of_any) == of_a_and_b
    assert told(everything) == [*of_a_and_b, "organic -"]
    assert told(off) == []


def test_a_partner_gets_its_own_click_and_the_name_of_the_fact(
    app: App, client: Client
) -> None:
    """The event belongs to another transaction than the click that counts."""
    rule = listen(
        app, "re_engagement", affiliate=app.affiliate("B"), sending_mode="attributed"
    )

    play(app, client, WORKED)

    found = macros(Delivery.objects.get(rule=rule))
    assert found["transaction_id"] == "click-b71"
    assert (found["fact"], found["operation"]) == ("re_engagement", "create")
    assert found["affiliate_name"] == "B"


def test_only_who_listens_to_delete_is_told_of_a_retraction(
    app: App, client: Client
) -> None:
    """A retracted fact fires nothing by itself."""
    silent = listen(app, "re_engagement")
    both = listen(app, "re_engagement", operations=["create", "delete"])
    corrections = listen(app, "re_engagement", operations=["delete"])
    play(app, client, WORKED)

    app.send(client, 60, "launch")

    assert len(told(silent)) == 1
    assert told(corrections) == ["B click-b71"]
    assert sorted(
        macros(one)["operation"] for one in Delivery.objects.filter(rule=both)
    ) == ["create", "delete"]
    retraction = Delivery.objects.get(rule=corrections)
    assert retraction.trigger_type == "fact_retraction"
    assert macros(retraction)["fact"] == "re_engagement"


def test_device_and_user_facts_are_told_apart(app: App, client: Client) -> None:
    """R127: re-engagement by device and by user."""
    of_device = listen(app, "purchase")
    of_user = listen(app, "purchase", subject_kind="user")

    app.send(client, 0, "purchase", user_id="U-1")
    app.send(client, 1, "purchase", user_id="")

    assert len(told(of_device)) == 2
    assert len(told(of_user)) == 1


def test_custom_events_are_told_by_their_names(app: App, client: Client) -> None:
    """R151: a rule with names hears of these only."""
    app.add_event("basket_event", "")
    named = listen(app, "custom_event", custom_events={"tutorial": "done"})
    every = listen(app, "custom_event")

    app.send(client, 0, "tutorial")
    app.send(client, 1, "basket")

    assert (len(told(named)), len(told(every))) == (1, 2)


def test_a_rule_on_every_offer_is_not_told_what_a_platform_has_not(
    client: Client,
) -> None:
    """R115: purchases are no facts of websites."""
    app = App(platform="web")
    rule = make_rule(
        None,
        trigger="attribution",
        facts=["purchase", "custom_revenue"],
        subject_kind="device",
    )

    app.send(client, 0, "purchase")
    app.send(client, 1, "custom_revenue")

    assert len(told(rule)) == 1


def test_the_catalogue_has_twenty_facts_and_the_platforms_theirs() -> None:
    """R113, R114, R115, R150."""
    assert len(FactKind) == 20
    assert len(facts_of("ios")) == 20
    assert len(facts_of("web")) == 12
    assert facts_of("vk_mini_app") == frozenset()
    assert {k for k, of in ABOUT.items() if of == {SubjectKind.USER}} == {"new_user"}


def test_history_tells_nobody(app: App, client: Client) -> None:
    """Neither facts nor the events themselves."""
    listen(app, "install")
    make_rule(app.offer, trigger="event", categories=["partial_conversions"])
    events = [
        {
            "transaction_id": "click-a",
            "event_name": "install_event",
            "device_id": "D-1",
            "occurred_at": app.start.isoformat(),
        }
    ]
    secret = "test-token-0123456789abcdefghijklmnopqrstuvw"

    client.post(
        "/api/v1/events/batch",
        {"history": True, "events": events},
        "application/json",
        headers={"authorization": f"Bearer {secret}"},
    )

    assert Event.objects.get().source == "import"
    assert Delivery.objects.count() == 0


def test_what_settles_is_told_then(client: Client) -> None:
    """The settle window delays facts, not the event."""
    app = App(settle_seconds=3600)
    app.start += 150 * DAY
    rule = listen(app, "install")
    app.send(client, -0.01, "install")
    before = told(rule)

    settle_due(app.start + DAY)

    assert (before, told(rule)) == ([], ["organic -"])


def test_the_explanation_tells_why_a_fact_was_not_told(
    app: App, client: Client
) -> None:
    """Each fact is a trigger of its own on the trace."""
    listen(app, "purchase", affiliate=app.affiliate("B"), sending_mode="attributed")
    app.send(client, 0, "purchase", transaction_id="click-a")

    found = [
        one.verdict
        for one in explain_event(Event.objects.get())
        if one.trigger.fact == "purchase"
    ]

    (verdict,) = found
    unmet = [
        (one.name, one.wanted[:1], one.got[:1]) for one in verdict.checks if not one.ok
    ]
    assert unmet == [("affiliate", "B", "A")]


def test_a_copy_listens_to_the_same_facts(app: App) -> None:
    """R101: copied to another offer."""
    rule = listen(app, "install", "purchase", subject_kind="device")

    (copied,) = duplicate_rules(
        rules=[rule], offer=make_offer("Other"), author=make_user(), now=NOON
    )

    copy = PostbackRule.objects.get(pk=copied.rule.pk)
    assert (copy.facts, copy.subject_kind) == (["install", "purchase"], "device")


def test_custom_event_postbacks_are_as_many_as_the_reports_events(
    app: App, client: Client
) -> None:
    """R160: Events and Events CA equal the postbacks of a rule that sends all."""
    events, events_ca = listen(app, "custom_event"), listen(app, "custom_event_ca")

    for day in range(7):
        app.send(client, day, "tutorial")

    assert (len(told(events)), len(told(events_ca))) == (7, 7)
