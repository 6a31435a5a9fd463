"""What was queued before its rule changed is sent as it was, unless it is cancelled."""

import pytest

from apps.deliveries import draining
from apps.deliveries.models import Attempt
from apps.deliveries.services import cancel
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from apps.postbacks.services import record_revision
from tests.deliveries.steps import make_due
from tests.factories import NOON, make_delivery, make_user
from tests.sink import Sink

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_wake_ups"),
]


def change_url(rule: PostbackRule, url: str) -> None:
    """Save another address, as the form does."""
    rule.settings = {**rule.settings, "url": url}
    rule.save()
    record_revision(rule=rule, author=make_user(), now=NOON)


def test_a_changed_rule_leaves_what_is_queued_alone(offer: Offer, sink: Sink) -> None:
    """R218: each keeps the request of its time; only cancelling keeps one from going."""
    old = make_due(offer, sink)
    assert old.event is not None
    cancelled = make_delivery(old.rule, old.event, trigger_id=old.pk)
    change_url(old.rule, f"{sink.url}/new")
    make_delivery(old.rule, old.event, trigger_id=cancelled.pk)
    cancel(delivery_ids=[cancelled.pk], now=NOON)

    draining.work_shift()

    assert sorted(path for _, path, _ in sink.received) == [
        "/new",
        "/pb?tid=tx-1&s=s-1&p=5.00",
    ]
    request = Attempt.objects.get(delivery=old).request
    assert request is not None
    assert request["url"] == f"{sink.url}/pb?tid=tx-1&s=s-1&p=5.00"
    cancelled.refresh_from_db()
    assert cancelled.state == "cancelled"
