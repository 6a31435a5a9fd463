"""Replays send again what failed, and tell what happened before there was a rule."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from threading import Thread
from typing import Any
from unittest.mock import patch

import pytest
from django.db import IntegrityError, connection
from django.db.models import F

from apps.deliveries import draining, replay_queue, replaying
from apps.deliveries.models import Delivery, Replay
from apps.deliveries.replay_tasks import replay as replay_task
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from apps.postbacks.services import record_revision
from tests.deliveries.replays import DAY, make_failed, make_replay, now, run
from tests.factories import (
    NOON,
)
from tests.sink import Sink

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_wake_ups"),
]


@pytest.fixture(autouse=True)
def _no_messages() -> Any:
    with patch("apps.deliveries.replay_queue.enqueue"):
        yield


def test_all_failed_of_a_rule_are_counted_and_sent_again(
    offer: Offer, sink: Sink
) -> None:
    rule = make_failed(offer, sink, 5)
    replay = make_replay(rule)

    run(replay)
    draining.work_shift()

    assert (replay.total, replay.planned, replay.state) == (5, 5, "done")
    assert len(sink.received) == 6  # and the one that was pending
    states = Counter(
        Delivery.objects.filter(replay=replay).values_list("state", flat=True)
    )
    assert states == {"delivered": 5}


def test_a_second_run_sends_nothing(offer: Offer, sink: Sink) -> None:
    rule = make_failed(offer, sink, 5)
    run(make_replay(rule))

    again = make_replay(rule)
    run(again)

    assert (again.total, again.planned) == (0, 0)


def test_a_replay_that_lost_its_place_sends_nothing_twice(
    offer: Offer, sink: Sink
) -> None:
    """Whatever interrupts it: what it had sent it passes over."""
    rule = make_failed(offer, sink, 5)
    replay = run(make_replay(rule, states=["failed", "delivered"]))
    of_it = Delivery.objects.filter(replay=replay)
    of_it.update(state="delivered", finished_at=NOON)
    Replay.objects.update(state="running", finished_at=None, last_id=None)

    replay_task(str(replay.pk))

    replay.refresh_from_db()
    assert replay.planned == 6
    assert set(of_it.values_list("state", flat=True)) == {"delivered"}


def test_only_the_range_and_the_states_are_sent(offer: Offer, sink: Sink) -> None:
    rule = make_failed(offer, sink, 4)
    ids = list(Delivery.objects.filter(state="failed").values_list("pk", flat=True))
    Delivery.objects.filter(pk__in=ids[:2]).update(created_at=now() - 5 * DAY)

    replay = make_replay(rule, starts_at=now() - DAY)
    run(replay)

    assert (replay.total, replay.planned) == (2, 2)


@pytest.mark.parametrize("is_current", [True, False])
def test_with_the_current_or_the_original_configuration(
    is_current: bool, offer: Offer, sink: Sink
) -> None:
    rule = make_failed(offer, sink, 2)
    PostbackRule.objects.filter(pk=rule.pk).update(
        settings={"method": "GET", "url": f"{sink.url}/mended?t={{transaction_id}}"}
    )
    record_revision(rule=PostbackRule.objects.get(pk=rule.pk), author=None, now=now())

    run(make_replay(rule, uses_current=is_current))
    Delivery.objects.filter(replay=None).delete()
    draining.work_shift()

    paths = {path.split("?")[0] for _, path, _ in sink.received}
    assert paths == ({"/mended"} if is_current else {"/pb"})


def test_a_limited_rate_spreads_what_is_sent(offer: Offer, sink: Sink) -> None:
    rule = make_failed(offer, sink, 5)
    replay = make_replay(rule, per_minute=2)
    start = now()

    replaying.start(replay_id=replay.pk, now=start)
    while replaying.replay_slice(replay.pk, start):
        pass
    due = sorted(
        Delivery.objects.filter(replay=replay).values_list("due_at", flat=True)
    )
    asked = replay_queue.go_on(now=start + timedelta(seconds=60))
    while replaying.replay_slice(replay.pk, start + timedelta(seconds=60)):
        pass

    gaps = {later - earlier for earlier, later in pairwise(due)}
    assert gaps == {timedelta(seconds=30)}
    assert len(due) == 4
    assert asked == 1
    assert Delivery.objects.filter(replay=replay).count() == 5


def test_pause_holds_resume_goes_on_and_cancel_ends(offer: Offer, sink: Sink) -> None:
    rule = make_failed(offer, sink, 5)
    replay = make_replay(rule, per_minute=2)
    replaying.start(replay_id=replay.pk, now=now())
    replaying.replay_slice(replay.pk, now())
    of_it = Delivery.objects.filter(replay=replay)

    paused = replaying.pause(replay_id=replay.pk, now=now())
    held = set(of_it.values_list("state", "reason"))
    more_while_paused = replaying.replay_slice(replay.pk, now())
    resumed = replaying.resume(replay_id=replay.pk, now=now())
    going = set(of_it.values_list("state", flat=True))
    cancelled = replaying.cancel(replay_id=replay.pk, now=now())

    assert (paused, resumed, cancelled) == (2, 2, 2)
    assert held == {("held", "replay_paused")}
    assert more_while_paused is False
    assert going == {"retrying"}
    assert set(of_it.values_list("state", flat=True)) == {"cancelled"}
    with pytest.raises(replaying.ReplayStateError, match="is cancelled"):
        replaying.resume(replay_id=replay.pk, now=now())


def test_one_replay_of_a_rule_at_a_time(offer: Offer, sink: Sink) -> None:
    rule = make_failed(offer, sink, 2)
    first, second = make_replay(rule, per_minute=1), make_replay(rule)
    replaying.start(replay_id=first.pk, now=now())

    with pytest.raises(IntegrityError, match="replay_one_at_a_time"):
        replaying.start(replay_id=second.pk, now=now())


def test_two_workers_take_no_part_twice(offer: Offer, sink: Sink) -> None:
    rule = make_failed(offer, sink, 40)
    replay = make_replay(rule)
    replaying.start(replay_id=replay.pk, now=now())

    def work() -> None:
        with patch.object(replaying, "SLICE", 3):
            replay_task(str(replay.pk))
        connection.close()

    with patch.object(replaying, "SLICE", 3):
        workers = [Thread(target=work) for _ in range(2)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        replay_task(str(replay.pk))

    replay.refresh_from_db()
    assert (replay.state, replay.planned) == ("done", 40)
    of_it = Delivery.objects.filter(replay=replay)
    assert of_it.filter(attempts_before=F("attempts")).count() == 40


COPIES = """
INSERT INTO deliveries_delivery
       (id, rule_id, revision_id, trigger_type, trigger_id, kind, event_id, click_id,
        offer_id, destination_id, state, reason, attempts, due_at, outcome, message,
        created_at, finished_at)
SELECT gen_random_uuid(), rule_id, revision_id, trigger_type, gen_random_uuid(), kind,
       event_id, click_id, offer_id, destination_id, state, '', attempts, due_at,
       'permanent', '', created_at, finished_at
  FROM deliveries_delivery, generate_series(1, %s) WHERE state = 'failed'
"""


def test_a_hundred_thousand_are_replayed_without_skips_or_repeats(
    offer: Offer, sink: Sink
) -> None:
    """R 18 of reliability: no hidden cap."""
    rule = make_failed(offer, sink, 1)
    ids = "overlay(id::text placing '01a1fdc9' from 1 for 8)::uuid"
    with connection.cursor() as cursor:
        cursor.execute(COPIES, [99_999])
        cursor.execute(
            f"UPDATE deliveries_delivery SET id = {ids} WHERE outcome = 'permanent'"
        )
    starts_at = datetime(2020, 1, 1, tzinfo=UTC)
    replay = make_replay(rule, starts_at=starts_at, ends_at=now() + 900 * DAY)

    run(replay)

    assert (replay.total, replay.planned, replay.state) == (100_000, 100_000, "done")
    assert Delivery.objects.filter(replay=replay, state="retrying").count() == 100_000


def test_what_was_handed_over_can_still_be_stopped(offer: Offer, sink: Sink) -> None:
    """Handing over takes seconds, sending may take hours."""
    replay = run(make_replay(make_failed(offer, sink, 5)))
    of_it = Delivery.objects.filter(replay=replay)

    paused = replaying.pause(replay_id=replay.pk, now=now())
    resumed = replaying.resume(replay_id=replay.pk, now=now())
    replay_task(str(replay.pk))
    cancelled = replaying.cancel(replay_id=replay.pk, now=now())

    replay.refresh_from_db()
    assert (paused, resumed, cancelled) == (5, 5, 5)
    assert (replay.state, replay.planned) == ("cancelled", 5)
    assert set(of_it.values_list("state", flat=True)) == {"cancelled"}


def test_what_is_over_stays_over(offer: Offer, sink: Sink) -> None:
    replay = run(make_replay(make_failed(offer, sink, 2)))
    draining.work_shift()

    for stop in (replaying.pause, replaying.cancel):
        with pytest.raises(replaying.ReplayStateError, match="is done"):
            stop(replay_id=replay.pk, now=now())
