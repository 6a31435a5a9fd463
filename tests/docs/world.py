"""The one business that all documents speak of: the demo's, on a live server."""

from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from django.apps import apps
from django.db import connection

from apps.accounts.roles import sync_roles
from apps.console.demo_data import load_demo_data
from tests.lists.making import make_value_list

CURL_SETTINGS = "silent\nshow-error\nfail-with-body\nmax-time = 20\n"
NUMBERED = ("events_eventtype", "postbacks_postbackrule")
BEGINNINGS = ("0004_common_events", "0008_reserved_names")


def begin() -> None:
    """Store what every installation begins with; other tests empty the tables."""
    with connection.schema_editor() as editor:
        for name in BEGINNINGS:
            import_module(f"apps.events.migrations.{name}").create(apps, editor)
    sync_roles()


def build_world(receiver_url: str) -> None:
    """Store the demo's rows, and a list that programs may change."""
    _number_from_one()
    begin()
    load_demo_data(receiver_url=receiver_url, now=datetime.now(UTC))
    make_value_list(allows_api=True)


def _number_from_one() -> None:
    """Give event types and rules the numbers that they have after ``make run``.

    Others go on: processes know revisions by number, and none may come twice.
    """
    with connection.cursor() as cursor:
        for table in NUMBERED:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, 'id'), 1, false)", [table]
            )


def environment_of(host: str, folder: Path) -> dict[str, str]:
    """Return what commands need: the server, curl's settings, the test's database."""
    (folder / ".curlrc").write_text(CURL_SETTINGS)
    database = connection.settings_dict
    socket = database["HOST"] or database["OPTIONS"].get("host", "")
    user = f"{database['USER']}:{database['PASSWORD']}"
    port = f":{database['PORT']}" if database["PORT"] else ""
    return {
        "HOST": host,
        "CURL_HOME": str(folder),
        "DATABASE_URL": f"postgres://{user}@{port}/{database['NAME']}?host={socket}",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "LOG_LEVEL": "ERROR",
    }
