"""Alerts of connections, destinations, the backlog and the workers."""

import pytest
from pytest_django import Settings

from apps.connections.models import Connection
from apps.core.ids import uuid7
from apps.deliveries.models import Alert, Delivery, Destination, WorkerShift
from tests.deliveries.alarms import (
    MINUTE,
    look,
    make_mail,
    make_shift,
    make_waiting,
    make_watched_rule,
    stop_answering,
)
from tests.factories import NOON, make_delivery, make_event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _channel() -> None:
    make_mail()


def refused(held: int) -> Connection:
    """Return a connection whose credentials were refused, with held deliveries."""
    connection = Connection.objects.create(
        name="Meta", kind="ping_url", state="auth_error", last_error="Token expired."
    )
    rule = make_watched_rule(connection=connection)
    assert rule.offer is not None
    event = make_event(rule.offer)
    for _ in range(held):
        make_delivery(
            rule, event, trigger_id=uuid7(), state="held", reason="connection_auth"
        )
    return connection


def test_refused_credentials_are_told_once_with_what_is_held() -> None:
    """R 19 of reliability: the next step is named."""
    refused(held=3)

    texts = look()

    assert texts == [
        (
            "Connection Meta: the provider refused the credentials: «Token expired.». "
            "3 deliveries of its postbacks are held. Mend the credentials and press «Test "
            "connection»: what is held is then sent."
        )
    ]
    assert look(1) == []


def test_held_deliveries_are_counted_up_to_a_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("apps.deliveries.troubles.COUNTED", 2)
    refused(held=5)

    [text] = look()

    assert "2 or more deliveries of its postbacks are held." in text


def test_credentials_that_work_again_are_told() -> None:
    connection = refused(held=0)
    look()
    Connection.objects.filter(pk=connection.pk).update(state="ok")

    assert look(1) == ["Connection Meta is refused no more."]


def test_a_destination_that_does_not_answer_for_minutes_is_told() -> None:
    stop_answering("https://fine.example:443", trips=2)
    stop_answering("https://dead.example:443", trips=3)

    texts = look()

    assert texts == [
        (
            "https://dead.example:443 does not answer: 12 failures in a row. Its "
            "deliveries wait and are not lost. It is tried again by itself."
        )
    ]


def test_a_destination_that_answers_again_is_told() -> None:
    destination = stop_answering("https://dead.example:443", trips=3)
    look()
    Destination.objects.filter(pk=destination.pk).update(
        breaker="closed", failures=0, trips=0, retry_at=None
    )

    assert look(1) == ["https://dead.example:443 answers again."]


def test_deliveries_that_wait_too_long_are_told_and_then_that_they_are_sent() -> None:
    """R 19 of reliability: backlog age."""
    make_waiting()
    make_shift("a/1", NOON + 20 * MINUTE, ended_at=NOON + 20 * MINUTE)

    early, late = look(9), look(11)
    Delivery.objects.update(state="delivered", finished_at=NOON)

    assert early == []
    assert late == [
        (
            "Deliveries wait for too long: the oldest is due since 2026-03-01 12:00 UTC. "
            "Look whether all workers run, and whether they are enough."
        )
    ]
    assert look(12) == ["Deliveries are sent in time again."]


def test_how_late_is_too_late_is_a_setting(settings: Settings) -> None:
    settings.ALERT_BACKLOG_MINUTES = 30
    make_waiting()
    make_shift("a/1", NOON + 40 * MINUTE, ended_at=NOON + 40 * MINUTE)

    assert (look(29), len(look(31))) == ([], 1)


@pytest.mark.parametrize(
    "fields",
    [
        {"maximum_concurrency": 1},
        {"rate_per_second": 0.1},
        {"breaker": "open", "retry_at": NOON + 90 * MINUTE},
        {"state": "paused", "paused_reason": "maintenance"},
    ],
)
def test_what_waits_for_its_destination_is_no_backlog(
    fields: dict[str, object],
) -> None:
    make_waiting()
    Destination.objects.update(**fields)
    make_shift("a/1", NOON + 60 * MINUTE, ended_at=NOON + 60 * MINUTE)

    assert look(60) == []


def test_a_worker_that_died_is_told_until_others_replaced_it() -> None:
    """R 19 of reliability: its row alone must not alert for ever."""
    make_shift("host-a/7", NOON)

    alive, dead, still = look(1), look(3), look(120)
    make_shift("host-a/8", NOON + 121 * MINUTE, ended_at=NOON + 121 * MINUTE)

    assert alive == []
    assert dead == [
        (
            "Worker host-a/7 died without ending the shift, last seen 2026-03-01 12:00 "
            "UTC. What was being sent is tried again or held."
        )
    ]
    assert still == []
    assert look(122) == ["Workers on host-a: none is missing any more."]


def test_another_worker_does_not_hide_a_death_at_once() -> None:
    make_shift("host-a/7", NOON)
    make_shift("host-a/8", NOON + 3 * MINUTE)

    assert len(look(4)) == 1


def test_the_workers_of_one_host_are_one_alert() -> None:
    for number in range(3):
        make_shift(f"host-a/{number}", NOON)
    make_shift("host-b/1", NOON)

    texts = look(3)

    assert [text.split(" died")[0] for text in texts] == [
        "3 workers on host-a",
        "Worker host-b/1",
    ]


def test_deliveries_that_nobody_sends_are_told() -> None:
    make_waiting()

    early, late = look(1.5), look(3)
    make_shift("host-a/1", NOON + 4 * MINUTE)

    assert early == []
    assert late == [
        (
            "Nobody sends: deliveries are due, and no worker was seen at all. Start one "
            "with «manage.py worker»."
        )
    ]
    assert look(4) == ["Workers: none is missing any more."]


def test_a_worker_that_rests_because_nothing_is_due_is_not_dead() -> None:
    make_shift("host-a/7", NOON, ended_at=NOON)

    assert look(600) == []
    assert not Alert.objects.exists()
    assert WorkerShift.objects.count() == 1
