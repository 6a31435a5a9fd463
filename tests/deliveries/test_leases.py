"""Leases: one worker at a time, and nothing lost when one dies."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.deliveries import draining, sweeping
from apps.deliveries.claiming import claim_due
from apps.deliveries.models import (
    Attempt,
    Delivery,
)
from apps.deliveries.recording import record
from apps.deliveries.releasing import release_rule
from apps.deliveries.sending import attempt, load_revisions
from apps.deliveries.services import resend
from apps.offers.models import (
    Offer,
)
from tests.deliveries.steps import make_due, switch
from tests.factories import (
    NOON,
    make_delivery,
)
from tests.sink import Sink

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_wake_ups"),
]


def test_a_rule_that_was_switched_off_holds_its_deliveries_until_released(
    offer: Offer, sink: Sink
) -> None:
    """DESIGN §8: held, with its reason and a button."""
    delivery = make_due(offer, sink)
    switch(delivery.rule, "disabled")

    draining.work_shift()
    delivery.refresh_from_db()
    held = (delivery.state, delivery.reason, delivery.attempts)
    switch(delivery.rule, "active")
    released = release_rule(rule_id=delivery.rule_id)
    draining.work_shift()

    delivery.refresh_from_db()
    assert held == ("held", "rule_paused", 0)
    assert released == 1
    assert delivery.state == "delivered"


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


def test_a_lost_wake_up_is_made_up_for_by_the_sweep(
    offer: Offer, sink: Sink, no_wake_ups: Any
) -> None:
    make_due(offer, sink)

    sweeping.sweep(now=datetime.now(UTC))

    assert no_wake_ups.call_count == 1
