"""Many threads about the same devices and users: no deadlock, no doubled fact."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from random import Random

import pytest
from django.db import OperationalError, connection, connections
from django.test import Client

from apps.attribution.models import Fact, Subject, SubjectEvent
from apps.ingest.compiling import current_configuration
from apps.tracking.models import Event
from tests.attribution.world import App
from tests.factories import SECRET

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("transactional_db", "no_wake_ups"),
]
THREADS, EVENTS = 24, 240
KINDS = ("install", "launch", "purchase", "custom_revenue", "registration")


def deadlocks() -> int:
    """Return how many the database counted since it was made."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        )
        return int(cursor.fetchone()[0])


def test_24_threads_send_every_event_twice_without_a_deadlock() -> None:
    """240 events of 12 devices and 6 users, each sent twice, in random order."""
    app = App()
    current_configuration()
    before = deadlocks()
    random = Random(7)
    pairs = list(product(range(12), range(6)))
    reports = [
        {
            "secure": SECRET,
            "transaction_id": app.organic,
            "event_name": f"{random.choice(KINDS)}_event",
            "order_id": f"o-{number}",
            "device_id": f"D-{random.choice(pairs)[0]}",
            "user_id": f"U-{random.choice(pairs)[1]}",
            "occurred_at": (app.start.replace(hour=number % 24)).isoformat(),
        }
        for number in range(EVENTS)
    ] * 2
    random.shuffle(reports)

    def report(fields: dict[str, str]) -> str:
        try:
            return str(Client().get("/postback", fields).json()["result"])
        except OperationalError as error:
            return str(error)

    with ThreadPoolExecutor(THREADS, initializer=connections.close_all) as pool:
        results = Counter(pool.map(report, reports))

    assert results == {"accepted": EVENTS, "duplicate": EVENTS}
    assert deadlocks() == before
    assert Event.objects.count() == EVENTS
    assert SubjectEvent.objects.count() == 2 * EVENTS
    assert Subject.objects.count() == 18
    told = Fact.objects.filter(slot="lt").exclude(state="suppressed")
    counts = Counter(told.values_list("subject", "kind"))
    assert set(counts.values()) == {1}
    assert sum(kind == "new_user" for _, kind in counts) == 6
