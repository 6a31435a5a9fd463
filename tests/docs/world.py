"""The one business that all documents speak of: the demo's, on a live server."""

from datetime import UTC, datetime
from importlib import import_module

from django.apps import apps
from django.db import connection

from apps.accounts.roles import sync_roles
from apps.console.demo_data import load_demo_data
from tests.lists.making import make_value_list

BEGINNINGS = ("0004_common_events", "0008_reserved_names")


def begin() -> None:
    """Store what every installation begins with; other tests empty the tables."""
    with connection.schema_editor() as editor:
        for name in BEGINNINGS:
            import_module(f"apps.events.migrations.{name}").create(apps, editor)
    sync_roles()


def build_world(receiver_url: str) -> None:
    """Store the demo's rows, and a list that programs may change."""
    begin()
    load_demo_data(receiver_url=receiver_url, now=datetime.now(UTC))
    make_value_list(allows_api=True)
