"""Destinations with limits, dead ones and paused ones; all workers together."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from apps.core.ids import uuid7
from apps.deliveries import draining, sweeping
from apps.deliveries.breaker import FAILURES_TO_OPEN
from apps.deliveries.claiming import claim_due
from apps.deliveries.lanes import next_at
from apps.deliveries.models import Attempt, Delivery, Destination
from apps.deliveries.releasing import resume_destination
from apps.deliveries.services import close_breaker, pause_destination
from apps.offers.models import Offer
from tests.deliveries.steps import make_due, one_attempt
from tests.factories import make_delivery
from tests.sink import Sink

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_wake_ups"),
]


def make_many(offer: Offer, sink: Sink, count: int, **settings: Any) -> Destination:
    """Return the destination of ``count`` due deliveries."""
    first = make_due(offer, sink, **settings)
    assert first.event is not None
    for _ in range(count - 1):
        make_delivery(first.rule, first.event, trigger_id=uuid7())
    return first.destination


def now() -> datetime:
    return datetime.now(UTC)


def test_a_dead_destination_is_asked_a_few_times_and_then_left_alone(
    offer: Offer, sink: Sink
) -> None:
    """DESIGN §8: the breaker opens; waiting uses up no attempt."""
    sink.answers = [(500, {})]
    destination = make_many(offer, sink, 40)

    for _ in range(6):
        one_attempt()
    destination.refresh_from_db()

    assert destination.breaker == "open"
    assert len(sink.received) <= FAILURES_TO_OPEN + 10
    assert Attempt.objects.count() == len(sink.received)
    assert Delivery.objects.filter(attempts=0, state="pending").count() >= 20
    assert next_at(now()) == destination.retry_at


def test_one_request_tries_a_dead_destination_again(offer: Offer, sink: Sink) -> None:
    destination = make_many(offer, sink, 5)
    past = now() - timedelta(seconds=1)
    Destination.objects.update(breaker="open", failures=10, trips=1, retry_at=past)

    first = claim_due(limit=5, now=now())
    second = claim_due(limit=5, now=now())

    destination.refresh_from_db()
    assert (len(first), len(second)) == (1, 0)
    assert destination.breaker == "half_open"


def test_an_answer_closes_the_breaker_and_everything_goes(
    offer: Offer, sink: Sink
) -> None:
    destination = make_many(offer, sink, 30)
    past = now() - timedelta(seconds=1)
    Destination.objects.update(breaker="open", failures=10, trips=1, retry_at=past)

    draining.work_shift()

    destination.refresh_from_db()
    assert (destination.breaker, destination.failures) == ("closed", 0)
    assert Delivery.objects.filter(state="delivered").count() == 30


def test_refusals_do_not_open_the_breaker(offer: Offer, sink: Sink) -> None:
    """A partner that answers 404 works: it is the postback that is wrong."""
    sink.answers = [(404, {})]
    destination = make_many(offer, sink, 20)

    for _ in range(2):
        one_attempt()

    destination.refresh_from_db()
    assert destination.breaker == "closed"


def test_a_person_closes_a_breaker(offer: Offer, sink: Sink) -> None:
    destination = make_many(offer, sink, 3)
    Destination.objects.update(
        breaker="open", failures=10, trips=3, retry_at=now() + timedelta(hours=1)
    )

    close_breaker(destination_id=destination.pk)

    assert len(claim_due(limit=5, now=now())) == 3


def test_workers_together_keep_the_concurrency_of_a_destination(
    offer: Offer, sink: Sink
) -> None:
    """DESIGN §8: eight workers that claim at the same moment take 3 in all."""
    make_many(offer, sink, 30)
    Destination.objects.update(maximum_concurrency=3)
    taken: list[int] = []
    together = Barrier(8)

    def work() -> None:
        together.wait()
        taken.extend(len(claim_due(limit=10, now=now())) for _ in range(3))
        connection.close()

    workers = [Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sum(taken) == 3
    assert Delivery.objects.filter(state="sending").count() == 3


def test_a_rate_is_kept_by_all_workers_together(offer: Offer, sink: Sink) -> None:
    """DESIGN §8: a token bucket; waiting for it uses up no attempt."""
    make_many(offer, sink, 60)
    Destination.objects.update(rate_per_second=10.0)
    start = now()

    counts = [
        len(claim_due(limit=60, now=start + timedelta(seconds=second)))
        for second in (0, 0, 0.5, 1.0, 1.0, 30)
    ]

    assert counts == [10, 0, 5, 5, 0, 10]
    assert Counter(Delivery.objects.values_list("attempts", flat=True)) == {
        0: 30,
        1: 30,
    }


def test_a_rate_below_one_lets_one_go_now_and_then(offer: Offer, sink: Sink) -> None:
    make_many(offer, sink, 3)
    Destination.objects.update(rate_per_second=0.5)
    start = now()

    first, second, third = (
        len(claim_due(limit=9, now=start + timedelta(seconds=s))) for s in (0, 1, 2)
    )

    assert (first, second, third) == (1, 0, 1)
    assert next_at(start + timedelta(seconds=2)) == start + timedelta(seconds=4)


def test_a_paused_destination_holds_and_a_resumed_one_sends(
    offer: Offer, sink: Sink
) -> None:
    destination = make_many(offer, sink, 4)
    pause_destination(destination_id=destination.pk, reason="maintenance")

    draining.work_shift()
    held = Counter(Delivery.objects.values_list("state", "reason"))
    count = resume_destination(destination_id=destination.pk)
    draining.work_shift()

    assert held == {("held", "destination_paused"): 4}
    assert (count, len(sink.received)) == (4, 4)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}


def test_a_pause_ends_by_itself(offer: Offer, sink: Sink) -> None:
    destination = make_many(offer, sink, 2)
    soon = now() + timedelta(minutes=5)
    pause_destination(destination_id=destination.pk, reason="maintenance", until=soon)
    draining.work_shift()

    sweeping.sweep(now=soon + timedelta(seconds=1))
    draining.work_shift()

    destination.refresh_from_db()
    assert (destination.state, destination.paused_reason) == ("open", "")
    assert len(sink.received) == 2


def test_what_waits_for_a_dead_destination_keeps_nobody_from_a_healthy_one(
    offer: Offer, sink: Sink
) -> None:
    """R 8 of reliability: 500 older ones of a dead destination are not even looked at."""
    make_many(offer, sink, 500)
    dead = Destination.objects.create(
        key="http://dead.example:80",
        breaker="open",
        failures=10,
        trips=1,
        retry_at=now() + timedelta(hours=1),
    )
    ids = list(Delivery.objects.order_by("pk").values_list("pk", flat=True)[:480])
    Delivery.objects.filter(pk__in=ids).update(
        destination=dead, due_at=now() - timedelta(days=1)
    )

    draining.work_shift()

    assert len(sink.received) == 20
    assert Delivery.objects.filter(destination=dead, attempts=0).count() == 480
