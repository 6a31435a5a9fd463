"""/readyz names what fails, and nothing more; /healthz only says that it answers."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import Settings

from apps.deliveries import presence
from apps.deliveries.clock import database_now
from apps.reports.readiness import Readiness
from tests.factories import make_delivery, make_event, make_offer, make_rule

pytestmark = pytest.mark.django_db

OK = {"status": "ok", "failed": []}


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.reports.views.readiness", Readiness())


@pytest.fixture
def worker() -> None:
    now = database_now()
    presence.beat(UUID(int=1), started_at=now, now=now)


def make_late(minutes: float) -> None:
    """Leave a delivery that was due so long ago."""
    offer = make_offer()
    due_at = database_now() - timedelta(minutes=minutes)
    make_delivery(make_rule(offer), make_event(offer), due_at=due_at)


@pytest.mark.usefixtures("worker")
def test_an_installation_that_does_its_work_is_ready(client: Client) -> None:
    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()) == (200, OK)
    assert answer["Cache-Control"] == "no-store"


def test_without_a_living_worker_it_is_not_ready(client: Client) -> None:
    now = database_now()
    presence.beat(UUID(int=1), started_at=now, now=now - timedelta(seconds=31))

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"status": "failing", "failed": ["workers"]}


def test_a_stopped_worker_is_no_living_one(client: Client) -> None:
    now = database_now()
    presence.beat(UUID(int=1), started_at=now, now=now)
    presence.leave(UUID(int=1), now=now)

    assert client.get("/readyz").json()["failed"] == ["workers"]


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize(("minutes", "failed"), [(9.5, []), (10.5, ["backlog"])])
def test_what_waits_too_long_for_workers_is_named(
    client: Client, minutes: float, failed: list[str]
) -> None:
    make_late(minutes)

    assert client.get("/readyz").json()["failed"] == failed


@pytest.mark.usefixtures("worker")
def test_a_migration_that_is_not_applied_is_named_until_it_is(client: Client) -> None:
    applied = MigrationRecorder(connection)
    applied.record_unapplied("core", "0004_measures")

    before = client.get("/readyz")
    applied.record_applied("core", "0004_measures")
    again = client.get("/readyz?of=web")

    assert before.json()["failed"] == ["migrations"]
    assert again.json() == OK


def test_a_web_process_is_ready_though_nobody_sends(client: Client) -> None:
    make_late(60)

    everything = client.get("/readyz")
    of_web = client.get("/readyz?of=web")

    assert everything.json()["failed"] == ["backlog", "workers"]
    assert (of_web.status_code, of_web.json()) == (200, OK)


def test_a_database_that_is_away_is_named_while_the_process_is_healthy(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise OperationalError("connection to 10.1.2.3 as secret-user failed")

    monkeypatch.setattr("apps.reports.readiness.check_connection", away)

    ready, healthy = client.get("/readyz"), client.get("/healthz")

    assert ready.status_code == 503
    assert ready.json() == {"status": "failing", "failed": ["database"]}
    assert (healthy.status_code, healthy.content) == (200, b"ok")


def test_asking_often_asks_the_database_once(client: Client) -> None:
    client.get("/readyz")
    now = database_now()
    presence.beat(UUID(int=1), started_at=now, now=now)

    assert client.get("/readyz").json()["failed"] == ["workers"]


def test_probes_over_plain_http_are_not_sent_to_https(
    client: Client, settings: Settings
) -> None:
    settings.SECURE_SSL_REDIRECT = True

    asked = {path: client.get(path) for path in ("/healthz", "/readyz", "/metrics")}

    assert {path: answer.status_code for path, answer in asked.items()} == {
        "/healthz": 200,
        "/readyz": 503,
        "/metrics": 200,
    }
    assert client.get("/admin/").status_code == 301
