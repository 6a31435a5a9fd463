"""What a sender sees while the database is away, and after it was restarted."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

import psycopg
import pytest
from django.db import InterfaceError, InternalError, connection
from django.test import Client
from psycopg import sql

from apps.tracking.models import Event
from tests.factories import make_click, make_offer, make_token
from tests.ingest.postbacks import send

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("transactional_db", "no_wake_ups"),
]


def end_sessions() -> None:
    """End every session of the test database, as a restart of the server does."""
    with _maintenance() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = %s",
            [connection.settings_dict["NAME"]],
        )


@contextmanager
def database_away() -> Iterator[None]:
    """Let nobody connect to the test database for a while."""
    name = sql.Identifier(connection.settings_dict["NAME"])
    allow = sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS {}")
    with _maintenance() as cursor:
        cursor.execute(allow.format(name, sql.SQL("false")))
    end_sessions()
    try:
        yield
    finally:
        with _maintenance() as cursor:
            cursor.execute(allow.format(name, sql.SQL("true")))
        connection.close()


@contextmanager
def _maintenance() -> Iterator[psycopg.Cursor[tuple[object, ...]]]:
    parameters = {**connection.get_connection_params(), "dbname": "postgres"}
    parameters = {
        name: parameters[name]
        for name in ("dbname", "host", "port", "user", "password")
        if parameters.get(name)
    }
    with psycopg.connect(**parameters, autocommit=True) as session:
        yield session.cursor()


def test_a_restart_of_the_database_costs_no_postback(client: Client) -> None:
    """The doors connect anew instead of refusing what comes first."""
    offer = make_offer()
    make_token(offer)
    make_click(offer)
    end_sessions()

    assert send(client).json()["result"] == "accepted"


def test_an_outage_is_told_as_such_and_stores_nothing(client: Client) -> None:
    """DESIGN §5: 503 with Retry-After, never 200."""
    offer = make_offer()
    make_token(offer)
    make_click(offer)
    with database_away():
        answers = [send(client), client.post("/api/v1/events", {}, "application/json")]

    for answer in answers:
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]
        assert answer.json()["reason"] == "unavailable"
    assert not Event.objects.exists()
    assert send(client).json()["result"] == "accepted"


@pytest.mark.parametrize("trouble", [InternalError, InterfaceError])
def test_a_full_disk_is_unavailable_and_no_mistake_of_the_sender(
    trouble: type[Exception], client: Client
) -> None:
    """DESIGN §5: 503 with Retry-After, never 200: the sender reports it again."""
    make_token(offer := make_offer())
    make_click(offer)

    with patch("apps.ingest.storage.write_events", side_effect=trouble("full")):
        answer = send(client)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
