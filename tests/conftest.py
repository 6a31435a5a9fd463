"""What every test may use."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

pytest_plugins = ["tests.left_out"]


@pytest.fixture(autouse=True)
def _config_version_row(request: pytest.FixtureRequest) -> None:
    """Put back the row that a migration made: a transactional test truncates it."""
    marker = request.node.get_closest_marker("django_db")
    is_transactional = marker is not None and marker.kwargs.get("transaction", False)
    asks_for_it = {"db", "transactional_db"} & set(request.fixturenames)
    if not is_transactional and not asks_for_it:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_configversion (id, version) VALUES (1, 1) "
            "ON CONFLICT DO NOTHING"
        )


@pytest.fixture
def no_wake_ups() -> Any:
    """Keep the wake-up thread out: it would open its own connection."""
    with patch("apps.deliveries.waking.request_wake_up") as requested:
        yield requested


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[None]:
    """End what is left of killed workers and live servers before the database goes."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
