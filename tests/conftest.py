"""What every test may use."""

import pytest
from django.db import connection

pytest_plugins = ["tests.left_out"]


@pytest.fixture(autouse=True)
def _config_version_row(request: pytest.FixtureRequest) -> None:
    """Put back the row that a migration made: a transactional test truncates it."""
    if not {"db", "transactional_db"} & set(request.fixturenames):
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_configversion (id, version) VALUES (1, 1) "
            "ON CONFLICT DO NOTHING"
        )
