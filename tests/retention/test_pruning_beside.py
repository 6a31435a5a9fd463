"""Pruning beside the traffic: killed, interrupted, kept waiting."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django_q.models import OrmQ

from apps.offers.models import Offer
from apps.retention import batches, pruning
from apps.retention.models import LogTable, Pruning
from apps.retention.pruning import AlreadyPruningError, prune
from apps.retention.tasks import prune_log
from apps.tracking.models import Event
from tests.factories import make_offer
from tests.moments import id_at
from tests.retention.test_pruning import ids, run, went
from tests.retention.threads import holding, in_another_connection
from tests.retention.world import DAY, NOW, OLD, clock_at, event_at

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def offer() -> Offer:
    return make_offer()


@pytest.fixture
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    small = {name: replace(one, size=2) for name, one in batches.BATCHES.items()}
    monkeypatch.setattr(pruning, "BATCHES", small)


@pytest.mark.usefixtures("small_pages")
def test_whoever_was_killed_is_followed_by_one_who_goes_on(offer: Offer) -> None:
    """Each page and how far it came are one transaction."""
    for number in range(9):
        event_at(offer, OLD, transaction_id=f"t-{number}")
    pages = 0
    remove: Callable[[Pruning], Any] = pruning._remove_page

    def killed(one: Pruning) -> Any:
        nonlocal pages
        pages += one.table == LogTable.EVENTS
        page = remove(one)
        if pages == 3:
            raise KeyboardInterrupt
        return page

    with (
        patch.object(pruning, "_remove_page", killed),
        pytest.raises(KeyboardInterrupt),
    ):
        run()
    left = Event.objects.count()
    run()

    assert (left, Event.objects.count()) == (5, 0)
    assert went() == {"events": 9}


@pytest.mark.usefixtures("small_pages")
def test_a_shift_ends_and_its_successor_goes_on(offer: Offer) -> None:
    for number in range(5):
        event_at(offer, OLD, transaction_id=f"t-{number}")

    ends = [prune(clock=lambda: NOW, seconds=0), run()]

    assert ends == [False, True]
    assert Event.objects.count() == 0


def test_the_task_asks_for_a_successor_while_something_is_left(offer: Offer) -> None:
    event_at(offer, OLD)
    OrmQ.objects.all().delete()

    with patch("apps.retention.tasks.SHIFT_SECONDS", 0.0):
        prune_log()
    asked = OrmQ.objects.count()
    prune_log()

    assert (asked, OrmQ.objects.count()) == (1, 1)
    assert not Event.objects.exists()


def test_only_one_process_prunes_at_a_time(offer: Offer) -> None:
    event_at(offer, OLD)

    with holding(f"SELECT pg_advisory_lock({pruning.LOCK})"):
        with pytest.raises(AlreadyPruningError, match="pruned already"):
            run()
        with pytest.raises(CommandError, match="Wait until it is done"):
            call_command("prune")
        prune_log()

    assert Event.objects.count() == 1


def test_a_row_that_somebody_holds_is_left_for_another_night(offer: Offer) -> None:
    held = event_at(offer, OLD)
    event_at(offer, OLD, transaction_id="free")

    with holding(f"SELECT 1 FROM tracking_event WHERE id = '{held.pk}' FOR UPDATE"):
        run()
    left = ids(Event.objects)
    prune(clock=lambda: NOW + DAY)

    assert (left, Event.objects.count()) == ({held.pk}, 0)


def test_ingestion_is_not_kept_waiting_while_rows_go(offer: Offer) -> None:
    """Events are stored all the while; none of them waits for as long as a second."""
    store(offer, OLD, 3_000)

    with in_another_connection(lambda n: event_at(offer, NOW, order_id=str(n))) as it:
        run()

    assert went() == {"events": 3_000}
    assert Event.objects.count() == it.count > 0
    assert it.longest_seconds < 1


def test_new_rows_have_the_space_of_those_that_went(offer: Offer) -> None:
    """Three rounds of the same many rows; the table is as large as after the first."""
    sizes = []
    for round_ in range(3):
        moment = OLD + round_ * DAY
        store(offer, moment, 2_000)
        prune(clock=clock_at(moment + 402 * DAY))
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_relation_size('tracking_event')")
            sizes.append(cursor.fetchone()[0])

    assert Event.objects.count() == 0
    assert sizes[2] <= sizes[0] * 1.1


def store(offer: Offer, moment: Any, count: int) -> None:
    Event.objects.bulk_create(
        Event(
            offer=offer,
            source="url",
            transaction_id=f"old-{number}",
            category="conversions",
            occurred_at=moment,
            received_at=moment,
            id=id_at(moment),
        )
        for number in range(count)
    )
