"""What people switch, and what it does to deliveries."""

from datetime import UTC, datetime

import pytest

from apps.deliveries import draining
from apps.deliveries.models import (
    Delivery,
)
from apps.deliveries.services import cancel, mark_delivered, resend
from apps.deliveries.states import (
    DestinationState,
)
from apps.offers.models import (
    Offer,
)
from apps.postbacks.models import PostbackRule
from tests.deliveries.steps import make_due, one_attempt
from tests.factories import (
    make_delivery,
)
from tests.sink import Sink

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_wake_ups"),
]


def test_gone_pauses_the_rule_and_later_deliveries_are_held(
    offer: Offer, sink: Sink
) -> None:
    sink.answers = [(410, {})]
    delivery = make_due(offer, sink)
    assert delivery.event is not None

    one_attempt()
    second = make_delivery(delivery.rule, delivery.event, trigger_id=delivery.pk)
    draining.work_shift()

    rule = PostbackRule.objects.get()
    second.refresh_from_db()
    assert rule.status == "auto_disabled"
    assert (second.state, second.reason, second.attempts) == ("held", "rule_paused", 0)
    assert len(sink.received) == 1


def test_a_paused_destination_holds(offer: Offer, sink: Sink) -> None:
    delivery = make_due(offer, sink)
    delivery.destination.state = DestinationState.PAUSED
    delivery.destination.save()

    draining.work_shift()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason) == ("held", "destination_paused")
    assert sink.received == []


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
