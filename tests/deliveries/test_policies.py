"""What a rule says about sending: schedule, hours, freshness, switching off."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from unittest.mock import patch

import pytest

from apps.actions.base import CheckLevel, CheckLine
from apps.actions.kinds.ping_url import PingUrl
from apps.connections.models import Connection
from apps.core import secret_box
from apps.core.ids import uuid7
from apps.deliveries import draining
from apps.deliveries.claiming import claim_due
from apps.deliveries.models import Attempt, Delivery, RuleHealth
from apps.deliveries.services import check_connection, resend
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule, RuleWindow
from apps.postbacks.services import record_revision
from tests.deliveries.steps import make_due, one_attempt
from tests.factories import NOON, make_delivery
from tests.sink import Sink

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_wake_ups"),
]


def revised(delivery: Delivery, **fields: Any) -> Delivery:
    """Give the rule of ``delivery`` other settings, and it the new revision."""
    PostbackRule.objects.filter(pk=delivery.rule_id).update(**fields)
    rule = PostbackRule.objects.get(pk=delivery.rule_id)
    delivery.revision = record_revision(rule=rule, author=None, now=NOON)
    delivery.save()
    return delivery


def test_a_rule_has_a_schedule_of_its_own(offer: Offer, sink: Sink) -> None:
    """DESIGN §8: overridable per rule; after the last one it has failed."""
    sink.answers = [(500, {})]
    delivery = revised(make_due(offer, sink), retry_delays=[90])

    one_attempt()
    delivery.refresh_from_db()
    wait = delivery.due_at - Attempt.objects.get().started_at
    Delivery.objects.update(due_at=NOON)
    one_attempt()

    delivery.refresh_from_db()
    assert timedelta(seconds=90) <= wait <= timedelta(seconds=100)
    assert (delivery.state, delivery.attempts) == ("failed", 2)


def test_a_rule_that_never_tries_again(offer: Offer, sink: Sink) -> None:
    sink.answers = [(500, {})]
    delivery = revised(make_due(offer, sink), retry_delays=[])

    one_attempt()

    delivery.refresh_from_db()
    assert delivery.state == "failed"


def test_what_a_person_sends_again_has_its_retries_anew(
    offer: Offer, sink: Sink
) -> None:
    sink.answers = [(500, {})]
    delivery = revised(make_due(offer, sink), retry_delays=[60])
    for _ in range(2):
        one_attempt()
        Delivery.objects.update(due_at=NOON)

    resend(delivery_ids=[delivery.pk], now=datetime.now(UTC))
    one_attempt()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("retrying", 3)


def closed_now(rule_id: int) -> datetime:
    """Let a rule send in one hour of the week only; return when that begins."""
    opens = (datetime.now(UTC) + timedelta(days=2)).replace(
        hour=9, minute=0, second=0, microsecond=0
    )
    RuleWindow.objects.create(
        rule_id=rule_id,
        weekday=opens.weekday(),
        opens_at=time(9),
        closes_at=time(10),
    )
    return opens


def test_what_comes_to_its_turn_outside_of_the_hours_waits(
    offer: Offer, sink: Sink
) -> None:
    """A backlog may reach its turn at night; it uses up no attempt."""
    delivery = make_due(offer, sink)
    opens = closed_now(delivery.rule_id)
    revised(delivery)

    draining.work_shift()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("pending", 0)
    assert delivery.due_at == opens
    assert sink.received == []


def test_a_retry_waits_for_the_hours(offer: Offer, sink: Sink) -> None:
    sink.answers = [(500, {})]
    delivery = make_due(offer, sink)
    opens = closed_now(delivery.rule_id)
    revised(delivery)

    one_attempt()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.due_at) == ("retrying", opens)


def test_what_is_too_old_for_the_provider_is_not_sent(offer: Offer, sink: Sink) -> None:
    """DESIGN §8: freshness limits per action end it; counted from when it happened."""
    delivery = make_due(offer, sink)

    with patch.object(PingUrl, "freshness_limit", timedelta(days=7)):
        one_attempt()

    delivery.refresh_from_db()
    tried = Attempt.objects.get()
    assert (delivery.state, tried.code, tried.outcome) == (
        "failed",
        "too_old",
        "permanent",
    )
    assert "7 days" in delivery.message
    assert sink.received == []


def make_connected(offer: Offer, sink: Sink) -> Delivery:
    """Return a delivery of a rule whose connection has credentials."""
    connection = Connection.objects.create(
        name="Partner",
        kind="ping_url",
        settings={"auth": "bearer"},
        sealed_secrets=secret_box.seal({"token": "t0ken"}),
    )
    return revised(make_due(offer, sink), connection=connection)


def test_refused_credentials_hold_and_a_successful_check_releases(
    offer: Offer, sink: Sink
) -> None:
    """Everything of the connection is held at once, and later sent oldest first."""
    sink.answers = [(401, {})]
    first = make_connected(offer, sink)
    assert first.event is not None
    draining.work_shift()
    hours = (2, 1, 3)
    others = [
        make_delivery(
            first.rule,
            first.event,
            trigger_id=uuid7(),
            due_at=NOON - timedelta(days=2) + timedelta(hours=hour),
        )
        for hour in hours
    ]
    draining.work_shift()
    held = set(Delivery.objects.values_list("state", "reason"))
    state = Connection.objects.get().state

    _, count = check_connection(connection=Connection.objects.get(), now=NOON)
    [oldest] = claim_due(limit=1, now=datetime.now(UTC))

    assert held == {("held", "connection_auth")}
    assert len(sink.received) == 1
    assert (state, Connection.objects.get().state) == ("auth_error", "ok")
    assert (count, oldest.id) == (4, others[1].pk)


def test_a_failed_check_releases_nothing(offer: Offer, sink: Sink) -> None:
    delivery = make_connected(offer, sink)
    Delivery.objects.update(state="held", reason="connection_auth")
    wrong = [CheckLine(CheckLevel.ERROR, "The token is wrong.")]

    with patch.object(PingUrl, "check", return_value=wrong):
        check_connection(connection=Connection.objects.get(), now=NOON)

    delivery.refresh_from_db()
    connection = Connection.objects.get()
    assert delivery.state == "held"
    assert (connection.state, connection.last_error) == (
        "auth_error",
        "The token is wrong.",
    )


def fail_often(delivery: Delivery, count: int, **fields: Any) -> None:
    assert delivery.event is not None
    for _ in range(count):
        make_delivery(delivery.rule, delivery.event, trigger_id=uuid7(), **fields)


def test_a_rule_that_only_fails_is_switched_off(offer: Offer, sink: Sink) -> None:
    sink.answers = [(404, {})]
    delivery = revised(make_due(offer, sink), disable_after=5)
    fail_often(delivery, 4)

    one_attempt()
    fail_often(delivery, 1)
    draining.work_shift()

    rule = PostbackRule.objects.get()
    assert rule.status == "auto_disabled"
    assert rule.status_reason.startswith("5 attempts failed in a row.")
    assert Delivery.objects.filter(state="held", reason="rule_paused").count() == 1


def test_a_success_forgets_the_failures(offer: Offer, sink: Sink) -> None:
    sink.answers = [(404, {}), (404, {}), (404, {}), (200, {})]
    delivery = revised(make_due(offer, sink), disable_after=4)
    for _ in range(4):
        one_attempt()
        fail_often(delivery, 1)

    health = RuleHealth.objects.get()
    assert (health.failures, health.failing_since) == (0, None)
    assert PostbackRule.objects.get().status == "active"


@pytest.mark.parametrize("kind", ["test", "replay"])
def test_tests_and_replays_never_switch_a_rule_off(
    kind: str, offer: Offer, sink: Sink
) -> None:
    sink.answers = [(404, {})]
    delivery = revised(make_due(offer, sink), disable_after=1)
    Delivery.objects.update(kind=kind)

    one_attempt()

    assert PostbackRule.objects.get(pk=delivery.rule_id).status == "active"
    assert not RuleHealth.objects.exists()


def test_zero_never_switches_off(offer: Offer, sink: Sink) -> None:
    sink.answers = [(404, {})]
    revised(make_due(offer, sink), disable_after=0)

    one_attempt()

    assert PostbackRule.objects.get().status == "active"
    assert RuleHealth.objects.get().failures == 1
