"""Attempts lie in days: each number once, none lost, and reading asks few days."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.deliveries import sweeping
from apps.deliveries.attempt_log import load_attempts
from apps.deliveries.claiming import claim_due
from apps.deliveries.models import Attempt, Delivery
from apps.deliveries.recording import Finished, record
from apps.deliveries.sending import attempt, load_revisions
from apps.offers.models import Offer
from tests.deliveries.steps import make_due, one_attempt
from tests.factories import NOON, make_delivery, make_event, make_offer, make_rule
from tests.retention.threads import holding
from tests.sink import Sink

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_wake_ups"),
]
MIGRATION = import_module("apps.deliveries.migrations.0016_attempts_by_day")
DAY = timedelta(days=1)


def partitions() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits "
            "WHERE inhparent = 'deliveries_attempt'::regclass ORDER BY 1"
        )
        return [name for (name,) in cursor.fetchall()]


def rows_in(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def today() -> datetime:
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


@pytest.fixture
def whole_table() -> Iterator[Any]:
    """Give the table as it was before the migration; partition it again at the end."""
    with connection.schema_editor() as editor:
        MIGRATION.join(apps, editor)
    yield
    Attempt.objects.all().delete()
    with connection.schema_editor(atomic=False) as editor:
        MIGRATION.join(apps, editor)
        MIGRATION.partition(apps, editor)


def make_attempts(*moments: datetime) -> list[Attempt]:
    delivery = make_delivery(make_rule(offer := make_offer()), make_event(offer))
    return [
        Attempt.objects.create(
            delivery=delivery, number=number, started_at=moment, outcome="retry"
        )
        for number, moment in enumerate(moments, 1)
    ]


def test_the_rows_of_an_installation_become_a_partition_and_none_is_copied(
    whole_table: Any,
) -> None:
    made = make_attempts(NOON, NOON + DAY, datetime.now(UTC))

    with connection.schema_editor(atomic=False) as editor:
        MIGRATION.partition(apps, editor)
        MIGRATION.partition(apps, editor)
    new = Attempt.objects.create(
        delivery=made[0].delivery,
        number=4,
        started_at=today() + 3 * DAY + timedelta(hours=1),
        outcome="success",
    )

    assert rows_in("deliveries_attempt_before") == 3
    assert rows_in(f"deliveries_attempt_{today() + 3 * DAY:%Y%m%d}") == 1
    assert list(Attempt.objects.order_by("pk")) == [*made, new]
    assert new.pk == made[-1].pk + 1


def test_a_migration_that_was_killed_in_the_middle_begins_anew(
    whole_table: Any,
) -> None:
    make_attempts(NOON)
    with connection.cursor() as cursor:
        for statement in MIGRATION.PREPARE:
            cursor.execute(statement.format(bound=NOON + DAY))

    with connection.schema_editor(atomic=False) as editor:
        MIGRATION.partition(apps, editor)

    assert rows_in("deliveries_attempt_before") == 1
    assert rows_in("deliveries_attempt") == 1


def test_attempts_of_days_without_a_partition_are_kept_in_the_default_one() -> None:
    made = make_attempts(NOON, today() + 400 * DAY)

    assert rows_in("deliveries_attempt_default") == 2
    assert list(Attempt.objects.order_by("pk")) == made


@pytest.mark.parametrize("_round", range(5))
def test_the_late_worker_and_the_sweep_store_one_attempt_between_them(
    offer: Offer, sink: Sink, _round: int
) -> None:
    """In whichever order they come, (delivery, number) is stored once (ADR 16)."""
    make_due(offer, sink)
    [late] = claim_due(limit=10, now=NOON)
    load_revisions([late.revision_id])
    done = attempt(late, {})

    run_together(
        lambda: record([done]),
        lambda: sweeping.return_expired(now=datetime.now(UTC)),
    )

    found = list(Attempt.objects.values_list("number", "outcome"))
    assert found == [(1, "success")]


def run_together(*calls: Any) -> None:
    """Run all at the same time, each with a connection of its own."""
    barrier = threading.Barrier(len(calls))

    def run(call: Any) -> None:
        barrier.wait(timeout=10)
        try:
            call()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)


def test_what_is_recorded_while_its_day_is_made_is_stored_in_that_day(
    offer: Offer, sink: Sink
) -> None:
    """The row waits for the default partition and is refused by it afterwards."""
    make_due(offer, sink)
    [claimed] = claim_due(limit=10, now=datetime.now(UTC))
    load_revisions([claimed.revision_id])
    done = replace(attempt(claimed, {}), started_at=today() + 90 * DAY)
    name = f"deliveries_attempt_{today() + 90 * DAY:%Y%m%d}"
    make = f"""CREATE TABLE {name} PARTITION OF deliveries_attempt
        FOR VALUES FROM ('{today() + 90 * DAY}') TO ('{today() + 91 * DAY}')"""

    recorder = threading.Thread(target=lambda: run_together(lambda: record([done])))
    with holding(make):
        recorder.start()
        time.sleep(0.5)
    recorder.join(timeout=10)

    stored = rows_in(name)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {name}")
    assert stored == 1


def test_only_who_holds_the_lease_stores_an_attempt(offer: Offer, sink: Sink) -> None:
    make_due(offer, sink)
    [claimed] = claim_due(limit=10, now=datetime.now(UTC))
    load_revisions([claimed.revision_id])
    done: Finished = attempt(claimed, {})

    record([done])
    record([done])

    assert list(Attempt.objects.values_list("number", "outcome")) == [(1, "success")]


def test_the_attempts_of_a_finished_delivery_are_read_from_its_own_days(
    offer: Offer, sink: Sink
) -> None:
    """Of some forty partitions, those of its time and a day around it."""
    delivery = make_due(offer, sink)
    now = datetime.now(UTC)
    Delivery.objects.filter(pk=delivery.pk).update(created_at=now)
    one_attempt()
    delivery.refresh_from_db()

    with CaptureQueriesContext(connection) as queries:
        load_attempts([delivery])

    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {queries[0]['sql']}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    named = {name for name in partitions() if f" on {name}" in plan}
    days = {f"deliveries_attempt_{today() + n * DAY:%Y%m%d}" for n in (-1, 0, 1)}
    assert named - {"deliveries_attempt_default"} == days & set(partitions())
    assert [one.number for one in delivery.attempt_log.all()] == [1]
