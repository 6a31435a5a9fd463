"""Up to a thousand events at once, under the rules of one by one."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.deliveries.models import Delivery
from apps.events.categories import RepeatPolicy
from apps.events.models import EventLimit, SeenEventName
from apps.ingest.models import RefusedRequest
from apps.offers.models import Offer
from apps.tracking.models import Conversion, Event
from tests.factories import (
    SECRET,
    TRANSACTION,
    make_click,
    make_event_type,
    make_offer_event,
    make_rule,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]


def send_batch(client: Client, events: Any, secret: str = SECRET) -> Any:
    return client.post(
        "/api/v1/events/batch",
        {"events": events},
        "application/json",
        headers={"authorization": f"Bearer {secret}"},
    )


def results(answer: Any) -> list[tuple[str, int]]:
    """Return what became of each item: result or reason, and status."""
    return [
        (item["reason"] or item["result"], item["status"])
        for item in answer.json()["results"]
    ]


def test_one_bad_item_does_not_spoil_the_others(client: Client, offer: Offer) -> None:
    """DESIGN §5: per-item results, in the order of the items."""
    make_rule(offer)
    answer = send_batch(
        client,
        [
            {"transaction_id": TRANSACTION},
            {"transaction_id": "nobody"},
            "no object",
            {"transaction_id": TRANSACTION, "amount": "many"},
            {"transaction_id": TRANSACTION, "note": {"a": "\x00"}},
            {"transaction_id": TRANSACTION},
        ],
    )

    assert answer.status_code == 200
    assert results(answer) == [
        ("accepted", 201),
        ("unknown_transaction", 404),
        ("bad_field:events", 422),
        ("bad_amount", 422),
        ("bad_field:note", 422),
        ("duplicate", 200),
    ]
    body = answer.json()
    assert [body[n] for n in ("accepted", "duplicate", "refused")] == [1, 1, 4]
    assert body["results"][5]["event"] == body["results"][0]["event"]
    assert Event.objects.count() == Delivery.objects.count() == 1
    assert RefusedRequest.objects.count() == 5


def test_an_event_may_stand_on_a_conversion_of_the_same_batch(
    client: Client, offer: Offer
) -> None:
    """R37, R222: the same rules as one by one."""
    make_offer_event(offer)
    event = {"transaction_id": TRANSACTION, "event": "purchase"}

    answer = send_batch(client, [event, {"transaction_id": TRANSACTION}, event])

    assert results(answer) == [
        ("conversion_required", 409),
        ("accepted", 201),
        ("accepted", 201),
    ]
    stored = Event.objects.get(name="purchase")
    assert stored.conversion == Conversion.objects.get()


def test_limits_outcomes_and_statuses_hold_in_a_batch(
    client: Client, offer: Offer
) -> None:
    """R222."""
    visit = make_event_type("visit", category="views", needs_conversion=False)
    make_offer_event(offer, visit, repeat_policy=RepeatPolicy.UNLIMITED)
    EventLimit.objects.create(offer=offer, event_type=visit, maximum=1, period="day")
    refund = make_event_type("refund")
    make_offer_event(offer, refund, maps_to_status="rejected")
    base = {"transaction_id": TRANSACTION}

    answer = send_batch(
        client,
        [
            {**base, "event": "visit"},
            {**base, "status": "pending"},
            {**base, "event": "visit"},
            {**base, "status": "approved"},
            {**base, "event": "refund"},
        ],
    )

    assert results(answer) == [
        ("accepted", 201),
        ("accepted", 201),
        ("filtered:1_per_day", 200),
        ("accepted", 201),
        ("accepted", 201),
    ]
    assert Conversion.objects.get().status == "rejected"
    assert SeenEventName.objects.get(name="visit").filtered_count == 1


def test_a_large_batch_takes_as_many_queries_as_a_small_one(
    client: Client, offer: Offer
) -> None:
    """No query in a loop."""
    make_rule(offer)
    counts = []
    for size, name in ((2, "a"), (50, "b")):
        for number in range(size):
            make_click(offer, f"{name}{number}")
        items = [{"transaction_id": f"{name}{number}"} for number in range(size)]
        items += [{"transaction_id": "nobody"}] * size
        with CaptureQueriesContext(connection) as captured:
            answer = send_batch(client, items)
        assert answer.json()["accepted"] == answer.json()["refused"] == size
        counts.append(len(captured))

    assert counts[0] >= counts[1]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], (422, "bad_field:events")),
        ("x", (422, "bad_field:events")),
        ([{}] * 1_001, (413, "payload_too_large")),
    ],
)
def test_a_batch_that_is_none_is_refused_whole_and_kept(
    client: Client, offer: Offer, events: Any, expected: tuple[int, str]
) -> None:
    answer = send_batch(client, events)

    assert (answer.status_code, answer.json()["reason"]) == expected
    assert RefusedRequest.objects.get().reason == expected[1]


def test_a_bad_token_refuses_the_whole_batch(client: Client, offer: Offer) -> None:
    answer = send_batch(client, [{"transaction_id": TRANSACTION}], secret="wrong")

    assert (answer.status_code, answer.json()["reason"]) == (401, "bad_token")
    assert not Event.objects.exists()
    assert RefusedRequest.objects.get().reason == "bad_token"
