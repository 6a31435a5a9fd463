"""No screen reads a whole log, however long it is."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.core.adminkit.addresses import list_url
from apps.deliveries.models import Delivery, Destination
from apps.ingest.models import RefusedRequest, Result
from apps.offers.models import Offer
from tests.factories import (
    NOON,
    make_affiliate,
    make_delivery,
    make_event,
    make_offer,
    make_rule,
    make_user,
)

pytestmark = pytest.mark.django_db

TABLES = ("tracking_event", "deliveries_delivery", "ingest_refusedrequest")
NEW = {
    "tracking_event": ("id", "transaction_id"),
    "deliveries_delivery": ("id", "trigger_id", "event_id"),
    "ingest_refusedrequest": ("id", "transaction_id"),
}
ROWS = 40_000
ADDRESSES = (
    "/admin/",
    "/admin/reports/outcomehour/",
    "/admin/reports/eventhour/",
    "/admin/find/?q=tx-77",
    "/admin/tracking/event/",
    "/admin/tracking/event/?q=tx-77",
    "/admin/tracking/event/?sent=failed",
    "/admin/tracking/event/?sent=waiting",
    "/admin/tracking/event/?received_at__gte=2031-01-01T00:00",
    "/admin/deliveries/delivery/",
    "/admin/deliveries/delivery/?q=tx-77",
    "/admin/deliveries/delivery/?state__exact=failed",
    "/admin/deliveries/delivery/?state__exact=held",
    "/admin/deliveries/delivery/?explained=no",
    "/admin/deliveries/delivery/?created_at__gte=2031-01-01T00:00",
    "/admin/ingest/refusedrequest/",
    "/admin/ingest/refusedrequest/?q=tx-77",
    "/admin/ingest/refusedrequest/?result__exact=duplicate",
    "/admin/ingest/refusedrequest/?offer__isnull=True",
)


def copy_rows() -> None:
    """Make many of the one event, delivery and refusal, each with its own ids."""
    RefusedRequest.objects.create(
        result=Result.REFUSED, received_at=NOON, offer=Offer.objects.get()
    )
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT * FROM {table} LIMIT 0")
            names = [column.name for column in cursor.description]
            values = ", ".join(_value(table, name) for name in names)
            cursor.execute(
                f"INSERT INTO {table} ({', '.join(names)}) "
                f"SELECT {values} FROM {table}, generate_series(1, {ROWS}) n"
            )
            cursor.execute(f"ANALYZE {table}")


def _value(table: str, name: str) -> str:
    """Return what a copy has in a column; ids of an event and its delivery agree."""
    if name not in NEW[table]:
        return name
    if name == "transaction_id":
        return "'tx-' || n"
    kind = "e" if name == "event_id" or table == "tracking_event" else "d"
    return f"overlay(md5('{kind}' || n) placing '01956000' from 1)::uuid"


def plans(client: Client, address: str) -> Iterator[str]:
    """Yield the plan of every query of a screen."""
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code in (200, 302)
    with connection.cursor() as cursor:
        for query in queries:
            if query["sql"].startswith(("SELECT", "WITH")):
                cursor.execute(f"EXPLAIN {query['sql']}")
                yield "\n".join(row[0] for row in cursor.fetchall())


def reads_all(plan: str) -> bool:
    """Tell whether a plan reads a log to its end.

    A scan under a limit ends early, unless it has a filter that little passes.
    """
    scan = re.search(rf"Seq Scan on ({'|'.join(TABLES)}).*\n?(.*)", plan)
    return scan is not None and ("Filter:" in scan[2] or "Limit" not in plan)


def test_no_screen_reads_a_whole_log(staff: Client) -> None:
    """R201, R206 with very many events."""
    offer = make_offer()
    fields: dict[str, Any] = {"state": "delivered", "attempts": 1, "finished_at": NOON}
    make_delivery(make_rule(offer), make_event(offer), **fields)
    copy_rows()

    for address in ADDRESSES:
        for plan in plans(staff, address):
            assert not reads_all(plan), f"{address}\n{plan}"


def test_what_is_not_there_is_looked_for_once(staff: Client) -> None:
    """The count says so; the rows are not asked for."""
    with CaptureQueriesContext(connection) as queries:
        staff.get("/admin/tracking/event/?sent=all")

    asked = [q["sql"] for q in queries if 'FROM "tracking_event"' in q["sql"]]
    assert [sql for sql in asked if "COUNT" in sql]
    assert not [sql for sql in asked if '"params"' in sql]


def test_the_list_of_what_has_no_deliveries_walks_past_none(staff: Client) -> None:
    """Of an offer and of a destination that were used long ago, or never."""
    offer = make_offer()
    fields: dict[str, Any] = {"state": "delivered", "attempts": 1, "finished_at": NOON}
    make_delivery(make_rule(offer), make_event(offer), **fields)
    copy_rows()
    quiet = Destination.objects.create(key="https://quiet.example:443")

    for wanted in (
        {"offer__id__exact": make_offer("Quiet").pk},
        {"destination__id__exact": quiet.pk},
    ):
        for plan in plans(staff, list_url(Delivery, **wanted)):
            assert not reads_all(plan), plan
            assert "deliveries_delivery_pkey on" not in plan, plan


def test_nor_does_a_screen_of_an_affiliate(sign_in: Callable[[User], Client]) -> None:
    """Whose own postbacks led to few of very many deliveries."""
    offer = make_offer()
    fields: dict[str, Any] = {"state": "delivered", "attempts": 1, "finished_at": NOON}
    make_delivery(make_rule(offer), make_event(offer), **fields)
    copy_rows()
    user = make_user("partner", affiliate=make_affiliate())
    make_rule(offer, author=user)
    client = sign_in(user)

    for address in ADDRESSES:
        if "reports" in address or "refused" in address:
            continue
        for plan in plans(client, address):
            assert not reads_all(plan), f"{address}\n{plan}"
            # Walked from its end, past everybody else's rows.
            assert "deliveries_delivery_pkey on" not in plan, f"{address}\n{plan}"
