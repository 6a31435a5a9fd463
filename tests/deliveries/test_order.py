"""The order guard: within a transaction, nothing overtakes what came before."""

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from apps.core.ids import uuid7
from apps.deliveries import draining
from apps.deliveries.claiming import claim_due
from apps.deliveries.models import Delivery, Destination
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from tests.factories import NOON, make_click, make_delivery, make_event, make_rule
from tests.sink import Sink

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_wake_ups"),
]

EVENTS, TRANSACTIONS = 10_000, 1_000


def ordered_rule(offer: Offer, sink: Sink) -> PostbackRule:
    url = f"{sink.url}/pb?tid={{transaction_id}}&n={{order_id}}"
    return make_rule(offer, url=url, keeps_order=True)


def test_the_later_waits_for_the_earlier(offer: Offer, sink: Sink) -> None:
    rule = ordered_rule(offer, sink)
    event = make_event(offer, click=make_click(offer))
    first = make_delivery(rule, event, order_key="tx-1")
    second = make_delivery(rule, event, trigger_id=uuid7(), order_key="tx-1")
    other = make_delivery(rule, event, trigger_id=uuid7(), order_key="tx-2")
    now = datetime.now(UTC)

    claimed = {row.id for row in claim_due(limit=9, now=now)}
    none = claim_due(limit=9, now=now)
    states = {}
    for state in ("retrying", "held", "failed"):
        finished = now if state == "failed" else None
        Delivery.objects.filter(pk=first.pk).update(
            state=state,
            reason="ambiguous" if state == "held" else "",
            due_at=now + timedelta(hours=1),
            finished_at=finished,
            lease_until=None,
            lease_token=None,
        )
        states[state] = [row.id for row in claim_due(limit=9, now=now)]

    assert claimed == {first.pk, other.pk}
    assert none == []
    assert states == {"retrying": [], "held": [], "failed": [second.pk]}


def test_rules_without_the_guard_do_not_wait(offer: Offer, sink: Sink) -> None:
    rule = make_rule(offer, url=f"{sink.url}/pb")
    event = make_event(offer)
    make_delivery(rule, event)
    make_delivery(rule, event, trigger_id=uuid7())

    assert len(claim_due(limit=9, now=datetime.now(UTC))) == 2


def test_planning_gives_the_transaction_to_a_rule_that_keeps_the_order(
    offer: Offer, sink: Sink
) -> None:
    rule = ordered_rule(offer, sink)

    assert rule.revisions.get(number=rule.revision).snapshot["keeps_order"] is True


def plan_shuffled(rule: PostbackRule, offer: Offer) -> None:
    """Plan ``EVENTS`` deliveries of ``TRANSACTIONS``, due in a random order."""
    dice = random.Random(5)
    events = {
        number: make_event(offer, order_id=str(number))
        for number in range(EVENTS // TRANSACTIONS)
    }
    revision = rule.revisions.get()
    destination = Destination.objects.get_or_create(
        key=revision.snapshot["destination"]
    )[0]
    rows = [
        Delivery(
            id=uuid7(),
            rule=rule,
            revision=revision,
            event=event,
            offer=offer,
            destination=destination,
            trigger_type="event",
            trigger_id=uuid7(),
            order_key=f"tx-{transaction}",
            due_at=NOON + timedelta(seconds=dice.random()),
            created_at=NOON,
        )
        for event in events.values()
        for transaction in range(TRANSACTIONS)
    ]
    dice.shuffle(rows)
    Delivery.objects.bulk_create(rows, batch_size=2_000)


def test_ten_thousand_shuffled_events_have_no_inversion(
    offer: Offer, sink: Sink
) -> None:
    """R 9 of reliability, with a partner that answers after random times."""
    rule = ordered_rule(offer, sink)
    plan_shuffled(rule, offer)
    sink.up_to_seconds = 0.01

    for _ in range(4):
        draining.work_shift()

    keys = dict(Delivery.objects.values_list("pk", "order_key"))
    seen: dict[str, list[int]] = defaultdict(list)
    for _, path, headers in sink.received:
        number = parse_qs(urlsplit(path).query)["n"][0]
        seen[keys[UUID(headers["X-Postback-Id"])]].append(int(number))
    assert len(sink.received) == EVENTS
    assert all(numbers == sorted(numbers) for numbers in seen.values())
