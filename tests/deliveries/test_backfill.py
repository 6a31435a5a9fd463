"""A new rule is told what already happened, once."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest

from apps.core.ids import uuid7_from
from apps.deliveries import draining
from apps.deliveries.models import Delivery
from apps.offers.models import Offer
from apps.postbacks.services import record_revision
from tests.deliveries.replays import make_replay, now, run
from tests.factories import NOON, make_delivery, make_event, make_rule
from tests.sink import Sink

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_wake_ups"),
]


@pytest.fixture(autouse=True)
def _no_messages() -> Any:
    with patch("apps.deliveries.replay_queue.enqueue"):
        yield


def make_past(offer: Offer, count: int) -> None:
    """Store events that happened over the last hours, for no rule."""
    for number in range(count):
        at = now() - timedelta(hours=3) + timedelta(seconds=number)
        make_event(
            offer,
            id=uuid7_from(at),
            transaction_id=f"past-{number}",
            occurred_at=at,
            received_at=at,
        )


def test_a_new_rule_is_told_what_already_happened(offer: Offer, sink: Sink) -> None:
    make_past(offer, 7)
    url = f"{sink.url}/new?t={{transaction_id}}"
    rule = make_rule(offer, trigger="event", categories=["conversions"], url=url)
    replay = make_replay(rule, kind="backfill", states=[])

    run(replay)
    draining.work_shift()
    again = make_replay(rule, kind="backfill", states=[])
    run(again)

    assert (replay.total, replay.examined, replay.planned) == (7, 7, 7)
    assert sorted(path for _, path, _ in sink.received) == [
        f"/new?t=past-{number}" for number in range(7)
    ]
    assert (again.total, again.planned, again.skipped) == (0, 0, 7)
    assert set(Delivery.objects.values_list("kind", flat=True)) == {"replay"}


def test_what_the_rule_was_told_live_is_not_told_again(
    offer: Offer, sink: Sink
) -> None:
    make_past(offer, 3)
    rule = make_rule(offer, trigger="event", categories=["conversions"])
    event = offer.events.earliest("received_at")
    make_delivery(rule, event)

    replay = run(make_replay(rule, kind="backfill", states=[]))

    assert (replay.total, replay.planned, replay.skipped) == (2, 2, 1)


def test_caps_count_where_it_happened(offer: Offer, sink: Sink) -> None:
    make_past(offer, 5)
    rule = make_rule(offer, trigger="event", categories=["conversions"])
    rule.caps.create(period="total", maximum=2)
    record_revision(rule=rule, author=None, now=NOON)

    replay = run(make_replay(rule, kind="backfill", states=[]))

    assert replay.planned == 2
    assert Delivery.objects.filter(state="suppressed", reason="cap:total").count() == 3
