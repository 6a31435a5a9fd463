"""Filters and pages of the lists."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.core.ids import uuid7_from
from apps.tracking.models import Event
from tests.factories import NOON, make_event, make_event_type
from tests.rest.world import Side, make_world, read

pytestmark = pytest.mark.django_db


@pytest.fixture
def sides() -> tuple[Side, Side]:
    """Return our side and a stranger's."""
    return make_world()


def ids(answer: Any) -> list[str]:
    return [str(row["id"]) for row in answer.json()["results"]]


def make_event_at(side: Side, minutes: int, **fields: Any) -> Event:
    """Return an event of so many minutes after noon, with an id of that time."""
    moment = NOON + timedelta(minutes=minutes)
    return make_event(side.offer, id=uuid7_from(moment), received_at=moment, **fields)


def test_events_are_filtered(client: Client, sides: tuple[Side, Side]) -> None:
    ours, theirs = sides
    sold = make_event_type("sold")
    first = make_event_at(ours, 0, transaction_id="a")
    second = make_event_at(ours, 10, event_type=sold, name="sold", transaction_id="b")
    cases: list[tuple[dict[str, Any], set[Event]]] = [
        ({"offer": theirs.offer.pk}, {theirs.event}),
        ({"event_type": sold.pk}, {second}),
        ({"transaction_id": "a"}, {first}),
        (
            {
                "received_from": "2026-03-01T12:00:00Z",
                "received_to": "2026-03-01T12:10:00Z",
                "transaction_id": "a",
            },
            {first},
        ),
        (
            {"received_from": "2026-03-01T12:00:01Z", "transaction_id": "b"},
            {second},
        ),
        ({"received_to": "2026-03-01T12:00:00Z"}, set()),
    ]
    for query, expected in cases:
        found = ids(read(client, "events", "account", **query))
        assert set(found) == {str(event.pk) for event in expected}, query


def test_the_other_lists_are_filtered(client: Client, sides: tuple[Side, Side]) -> None:
    ours, theirs = sides
    theirs.conversion.status = "rejected"
    theirs.conversion.save()
    cases: list[tuple[str, dict[str, Any], Any]] = [
        ("conversions", {"status": "rejected"}, theirs.conversion),
        ("conversions", {"offer": ours.offer.pk}, ours.conversion),
        ("deliveries", {"rule": ours.rule.pk}, ours.delivery),
        ("deliveries", {"event": theirs.event.pk}, theirs.delivery),
        ("deliveries", {"transaction_id": "ours-tx"}, ours.delivery),
        ("offers", {"advertiser": theirs.offer.advertiser_id}, theirs.offer),
        ("rules", {"offer": ours.offer.pk, "status": "active"}, ours.rule),
    ]
    for name, query, expected in cases:
        answer = read(client, name, "account", **query)
        assert ids(answer) == [str(expected.pk)], (name, query)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"offer": "x"}, "offer"),
        ({"offer": "9" * 30}, "offer"),
        ({"transaction_id": "a\x00"}, "transaction_id"),
        ({"received_from": "yesterday"}, "received_from"),
        ({"received_from": "2026-03-01T12:00:00"}, "received_from"),
        ({"received_to": "9999-12-31T23:59:59Z"}, "received_to"),
        ({"page_size": "0"}, "page_size"),
        ({"page_size": "501"}, "page_size"),
        ({"cursor": "x"}, "cursor"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused_by_name(
    client: Client, sides: tuple[Side, Side], query: dict[str, str], field: str
) -> None:
    answer = read(client, "events", "account", **query)

    assert (answer.status_code, answer.json()["reason"]) == (422, f"bad_field:{field}")


def test_pages_hold_every_row_once_newest_first(
    client: Client, sides: tuple[Side, Side]
) -> None:
    for number in range(7):
        make_event(sides[0].offer, transaction_id=f"p{number}")
    found: list[str] = []
    answer = read(client, "events", "advertiser", page_size=3)
    while True:
        found += ids(answer)
        following = answer.json()["next"]
        if following is None:
            break
        path, _, query = following.removeprefix("/api/v1/").partition("?")
        pairs = dict(pair.split("=") for pair in query.split("&"))
        answer = read(client, path, "advertiser", **pairs)

    own = Event.objects.filter(offer=sides[0].offer).order_by("-pk")
    assert found == [str(event.pk) for event in own]


def test_a_long_list_takes_as_many_queries_as_a_short_one(
    client: Client, sides: tuple[Side, Side]
) -> None:
    read(client, "events", "account")
    counts = []
    for number in range(2):
        with CaptureQueriesContext(connection) as captured:
            read(client, "events", "account")
        counts.append(len(captured))
        for extra in range(30):
            make_event(sides[0].offer, transaction_id=f"q{number}-{extra}")

    assert counts[0] == counts[1]
