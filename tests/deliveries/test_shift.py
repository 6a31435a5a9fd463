"""A shift sends what is due, records what happened and decides what follows."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest

from apps.deliveries import draining, sweeping
from apps.deliveries.claiming import claim_due
from apps.deliveries.models import (
    Attempt,
    Delivery,
    WorkerShift,
)
from apps.deliveries.recording import record
from apps.deliveries.sending import attempt, load_revisions
from apps.deliveries.services import cancel, mark_delivered, release_rule, resend
from apps.deliveries.states import (
    DestinationState,
)
from apps.offers.models import (
    Offer,
)
from apps.postbacks.models import PostbackRule
from apps.postbacks.services import set_rule_status
from tests.factories import (
    NOON,
    make_click,
    make_conversion,
    make_delivery,
    make_event,
    make_offer,
    make_rule,
)
from tests.sink import Sink, running_sink

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_wake_ups"),
]


@pytest.fixture
def no_wake_ups() -> Iterator[Any]:
    """Keep messages out of the queue; what would be sent is counted."""
    with (
        patch("apps.deliveries.waking.wake") as wake,
        patch("apps.deliveries.waking.request_wake_up"),
    ):
        yield wake


@pytest.fixture
def sink() -> Iterator[Sink]:
    """Return a partner's server."""
    with running_sink() as found:
        yield found


@pytest.fixture
def offer() -> Offer:
    """Return an offer."""
    return make_offer()


def make_due(offer: Offer, sink: Sink, **settings: Any) -> Delivery:
    """Return a due delivery to the sink."""
    url = f"{sink.url}/pb?tid={{transaction_id}}&s={{sub1}}&p={{payout}}"
    rule = make_rule(offer, url=url, settings=settings)
    click = make_click(offer)
    conversion = make_conversion(offer, click=click)
    event = make_event(offer, click=click, conversion=conversion, payout=5)
    return make_delivery(rule, event)


def test_a_due_delivery_reaches_the_partner_once(offer: Offer, sink: Sink) -> None:
    delivery = make_due(offer, sink)

    draining.work_shift()

    delivery.refresh_from_db()
    tried = Attempt.objects.get()
    assert [path for _, path, _ in sink.received] == ["/pb?tid=tx-1&s=s-1&p=5.00"]
    assert sink.received[0][2]["X-Postback-Id"] == str(delivery.pk)
    assert (delivery.state, delivery.attempts, delivery.outcome) == (
        "delivered",
        1,
        "success",
    )
    assert (tried.number, tried.response_status, tried.response_body) == (1, 200, "OK")
    assert tried.request is not None
    assert tried.request["url"].endswith("/pb?tid=tx-1&s=s-1&p=5.00")
    assert WorkerShift.objects.get().ended_at is not None


def test_a_server_error_is_tried_again_in_five_seconds(
    offer: Offer, sink: Sink
) -> None:
    sink.answers = [(500, {})]
    delivery = make_due(offer, sink)

    _one_attempt()

    delivery.refresh_from_db()
    tried = Attempt.objects.get()
    wait = delivery.due_at - tried.started_at
    assert (delivery.state, tried.outcome) == ("retrying", "retry")
    assert timedelta(seconds=5) <= wait <= timedelta(seconds=6.5)


def test_retry_after_is_a_floor(offer: Offer, sink: Sink) -> None:
    sink.answers = [(429, {"Retry-After": "60"})]
    delivery = make_due(offer, sink)

    _one_attempt()

    delivery.refresh_from_db()
    assert delivery.state == "retrying"
    assert delivery.due_at >= Attempt.objects.get().started_at + timedelta(seconds=60)


def test_a_refusal_for_good_is_failed(offer: Offer, sink: Sink) -> None:
    sink.answers = [(404, {})]
    delivery = make_due(offer, sink)

    _one_attempt()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.response_status) == ("failed", 404)
    assert delivery.finished_at is not None


def test_gone_pauses_the_rule_and_later_deliveries_are_held(
    offer: Offer, sink: Sink
) -> None:
    sink.answers = [(410, {})]
    delivery = make_due(offer, sink)
    assert delivery.event is not None

    _one_attempt()
    second = make_delivery(delivery.rule, delivery.event, trigger_id=delivery.pk)
    draining.work_shift()

    rule = PostbackRule.objects.get()
    second.refresh_from_db()
    assert rule.status == "auto_disabled"
    assert (second.state, second.reason, second.attempts) == ("held", "rule_paused", 0)
    assert len(sink.received) == 1


def test_a_refused_connection_is_tried_again(offer: Offer, sink: Sink) -> None:
    delivery = make_due(offer, sink)
    with running_sink() as gone:
        nobody = gone.url
    revision = delivery.revision
    revision.snapshot["settings"]["url"] = f"{nobody}/pb"
    revision.save()

    _one_attempt()

    delivery.refresh_from_db()
    assert (delivery.state, Attempt.objects.get().code) == ("retrying", "not_sent")


def test_a_rule_that_was_switched_off_holds_its_deliveries_until_released(
    offer: Offer, sink: Sink
) -> None:
    """DESIGN §8: held, with its reason and a button."""
    delivery = make_due(offer, sink)
    _switch(delivery.rule, "disabled")

    draining.work_shift()
    delivery.refresh_from_db()
    held = (delivery.state, delivery.reason, delivery.attempts)
    _switch(delivery.rule, "active")
    released = release_rule(rule_id=delivery.rule_id, now=datetime.now(UTC))
    draining.work_shift()

    delivery.refresh_from_db()
    assert held == ("held", "rule_paused", 0)
    assert released == 1
    assert delivery.state == "delivered"


def test_a_paused_destination_holds(offer: Offer, sink: Sink) -> None:
    delivery = make_due(offer, sink)
    delivery.destination.state = DestinationState.PAUSED
    delivery.destination.save()

    draining.work_shift()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == ("held", "destination_paused")
    assert sink.received == []


def test_an_expired_lease_becomes_an_unknown_attempt_and_is_sent_again(
    offer: Offer, sink: Sink
) -> None:
    """DESIGN §4.3: an attempt is recorded for every claim."""
    delivery = make_due(offer, sink)
    claim_due(limit=10, now=NOON)

    returned = sweeping.sweep(now=datetime.now(UTC))
    draining.work_shift()

    delivery.refresh_from_db()
    outcomes = Attempt.objects.order_by("number").values_list("number", "outcome")
    assert returned == 1
    assert list(outcomes) == [(1, "unknown"), (2, "success")]
    assert delivery.state == "delivered"


def test_an_action_that_must_not_run_twice_is_held_instead(
    offer: Offer, sink: Sink
) -> None:
    """DESIGN §4.4."""
    delivery = make_due(offer, sink, on_ambiguous="hold")
    claim_due(limit=10, now=NOON)

    sweeping.sweep(now=datetime.now(UTC))
    draining.work_shift()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == ("held", "ambiguous")
    assert sink.received == []


def test_a_slow_worker_cannot_overwrite_what_its_successor_did(
    offer: Offer, sink: Sink
) -> None:
    delivery = make_due(offer, sink)
    [late] = claim_due(limit=10, now=NOON)
    sweeping.sweep(now=datetime.now(UTC))
    draining.work_shift()
    sink.answers = [(404, {})]

    load_revisions([late.revision_id])
    record([attempt(late, {})])

    delivery.refresh_from_db()
    outcomes = Attempt.objects.order_by("number").values_list("number", "outcome")
    assert delivery.state == "delivered"
    assert list(outcomes) == [(1, "permanent"), (2, "success")]


def test_a_claimed_delivery_is_not_claimed_again(offer: Offer, sink: Sink) -> None:
    make_due(offer, sink)

    first = claim_due(limit=10, now=NOON)
    second = claim_due(limit=10, now=NOON)

    assert (len(first), len(second)) == (1, 0)


def test_first_attempts_go_before_retries(offer: Offer, sink: Sink) -> None:
    old = make_due(offer, sink)
    assert old.event is not None
    resend(delivery_ids=[old.pk], now=NOON)
    Delivery.objects.filter(pk=old.pk).update(
        state="retrying", due_at=NOON - timedelta(days=1)
    )
    new = make_delivery(old.rule, old.event, trigger_id=old.pk)

    [claimed] = claim_due(limit=1, now=NOON)

    assert claimed.id == new.pk


def test_people_can_resend_mark_and_cancel(offer: Offer, sink: Sink) -> None:
    delivery = make_due(offer, sink)
    Delivery.objects.update(state="held", reason="ambiguous")
    now = datetime.now(UTC)

    marked = mark_delivered(delivery_ids=[delivery.pk], now=now)
    cancelled = cancel(delivery_ids=[delivery.pk], now=now)
    resent = resend(delivery_ids=[delivery.pk], now=now)
    cancelled_now = cancel(delivery_ids=[delivery.pk], now=now)

    delivery.refresh_from_db()
    assert (marked, cancelled, resent, cancelled_now) == (1, 0, 1, 1)
    assert delivery.state == "cancelled"


def test_a_lost_wake_up_is_made_up_for_by_the_sweep(
    offer: Offer, sink: Sink, no_wake_ups: Any
) -> None:
    make_due(offer, sink)

    sweeping.sweep(now=datetime.now(UTC))

    assert no_wake_ups.call_count == 1


def _one_attempt() -> None:
    """Make the attempts that are due now and no retry of them."""
    rows = claim_due(limit=10, now=datetime.now(UTC))
    load_revisions({row.revision_id for row in rows})
    record([attempt(row, {}) for row in rows])


def _switch(rule: PostbackRule, status: str) -> None:
    set_rule_status(
        rule_id=rule.pk, status=status, reason="", author=None, now=datetime.now(UTC)
    )
