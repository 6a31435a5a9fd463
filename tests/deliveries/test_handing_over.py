"""A shift that ends hands over at once, not when its last answer has come."""

import os
from typing import Any
from unittest.mock import patch

import pytest
from pytest_django import Settings

from apps.deliveries import draining, stopping
from apps.deliveries.clock import DatabaseClock
from apps.deliveries.draining import Shift
from apps.deliveries.models import Attempt
from apps.deliveries.pool import process_pool
from apps.offers.models import Offer
from tests.deliveries.clusters import plan_deliveries
from tests.deliveries.steps import make_due
from tests.sink import Sink

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_successor_is_woken_before_the_last_answer_comes(
    sink: Sink, settings: Settings, no_wake_ups: Any
) -> None:
    # A partner that never answered before gets half of them.
    settings.DELIVERY_THREADS = 2
    settings.DELIVERY_SHIFT_SECONDS = 0.2
    sink.seconds = 1.0
    plan_deliveries(sink, 2)
    answers_when_woken: list[int] = []
    no_wake_ups.side_effect = lambda: answers_when_woken.append(len(sink.received))

    with patch("apps.deliveries.waking.wake_one_more"):
        draining.work_shift()

    assert answers_when_woken == [0, 1]


def test_a_process_that_is_told_to_stop_claims_nothing(
    offer: Offer, sink: Sink, settings: Settings, no_wake_ups: Any
) -> None:
    make_due(offer, sink)
    pipe = stopping.StopPipe()
    settings.WORKER_STOP_PIPE = pipe.reader
    pipe.tell()

    draining.work_shift()

    pipe.close()
    assert (sink.received, Attempt.objects.count()) == ([], 0)
    assert no_wake_ups.call_count == 1


def test_a_stop_is_seen_by_all_and_not_used_up(settings: Settings) -> None:
    pipe = stopping.StopPipe()
    settings.WORKER_STOP_PIPE = pipe.reader

    before = stopping.is_told()
    pipe.tell()
    after = [stopping.is_told(), stopping.is_told()]

    pipe.close()
    assert (before, after) == (False, [True, True])


def test_a_supervisor_that_was_killed_told_nothing(settings: Settings) -> None:
    reader, writer = os.pipe()
    settings.WORKER_STOP_PIPE = reader
    os.close(writer)

    assert not stopping.is_told()
    os.close(reader)


def test_what_waits_too_long_for_a_thread_is_given_back(
    offer: Offer, sink: Sink
) -> None:
    """Its lease must outlast its attempt; giving it back is no attempt."""
    delivery = make_due(offer, sink)

    with patch("apps.deliveries.pool.START_WITHIN_SECONDS", -1.0):
        Shift(process_pool(), DatabaseClock(), seconds=0.3, slots=4).run()
    delivery.refresh_from_db()

    assert (delivery.state, delivery.attempts) == ("pending", 0)
    assert sink.received == []
