"""Many requests at the same time about the same transaction."""

from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from apps.deliveries.models import Delivery
from apps.events.categories import RepeatPolicy
from apps.events.models import EventLimit, EventLimitCount
from apps.ingest.compiling import current_configuration
from apps.offers.models import Offer
from apps.postbacks.services import record_revision
from apps.tracking.models import Conversion, ConversionChange, Event
from tests.factories import (
    NOON,
    SECRET,
    TRANSACTION,
    make_click,
    make_conversion,
    make_event_type,
    make_offer,
    make_offer_event,
    make_rule,
    make_token,
)
from tests.ingest.postbacks import send

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("transactional_db", "no_wake_ups"),
]
THREADS = 16


@pytest.fixture
def offer() -> Offer:
    """Return an offer with a click; the database is emptied before, not rolled back."""
    found = make_offer()
    make_token(found)
    make_click(found)
    make_rule(found)
    return found


def at_once(calls: Iterable[Callable[[Client], Any]]) -> list[Any]:
    """Make all calls from many threads; return the answers."""
    current_configuration()

    def run(call: Callable[[Client], Any]) -> Any:
        try:
            return call(Client())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(run, calls))


def test_fifty_identical_reports_are_one_event(offer: Offer) -> None:
    """49 duplicates, each with the id of the one; DESIGN §4.2."""
    answers = at_once([send] * 50)

    bodies = [answer.json() for answer in answers]
    assert Counter(body["result"] for body in bodies) == {
        "accepted": 1,
        "duplicate": 49,
    }
    assert {body["event"] for body in bodies} == {str(Event.objects.get().pk)}
    assert {body["conversion"] for body in bodies} == {str(Conversion.objects.get().pk)}
    assert Delivery.objects.count() == 1


def mixed(number: int) -> Callable[[Client], Any]:
    """Return one of several ways to report something of the same transaction."""

    def event(client: Client) -> Any:
        return send(client, event_name="visit")

    def move(client: Client) -> Any:
        return send(client, event_name="refund", order_id=str(number))

    def status(client: Client) -> Any:
        wanted = ("approved", "rejected")[number % 2]
        return send(client, status=wanted, scope=("", "transaction")[number % 3 == 0])

    def batch(client: Client) -> Any:
        names = ("visit", "sold", "refund")
        items = [
            {"transaction_id": TRANSACTION, "event": name, "order_id": f"b{number}"}
            for name in names[number % 3 :] + names[: number % 3]
        ]
        return client.post(
            "/api/v1/events/batch",
            {"events": [{"transaction_id": TRANSACTION}, *items]},
            "application/json",
            headers={"authorization": f"Bearer {SECRET}"},
        )

    return (send, event, move, status, batch)[number % 5]


def test_two_hundred_mixed_reports_of_one_transaction_go_through(offer: Offer) -> None:
    """No deadlock, no server error, and the limit is exact."""
    visit = make_event_type("visit", category="views", needs_conversion=False)
    make_offer_event(offer, visit, repeat_policy=RepeatPolicy.UNLIMITED)
    limit = EventLimit.objects.create(
        offer=offer, event_type=visit, maximum=20, period="day"
    )
    repeated = {"repeat_policy": RepeatPolicy.UNLIMITED}
    refund = make_event_type("refund", **repeated)
    make_offer_event(offer, refund, maps_to_status="rejected", **repeated)
    sold = make_event_type("sold", is_affiliate_conversion=True, **repeated)
    make_offer_event(offer, sold, **repeated)

    answers = at_once(mixed(number) for number in range(200))

    assert {answer.status_code for answer in answers} <= {200, 409, 422}
    assert Event.objects.filter(event_type=visit).count() == limit.maximum
    assert EventLimitCount.objects.get().count == limit.maximum
    assert Conversion.objects.filter(event_type=None).count() == 1
    for conversion in Conversion.objects.all():
        changes = list(conversion.changes.order_by("number"))
        assert [change.number for change in changes] == list(
            range(1, conversion.version + 1)
        )
        assert changes[-1].new_status == conversion.status
    assert ConversionChange.objects.exists()


def test_a_cap_is_exact_when_all_come_at_once(offer: Offer) -> None:
    """Of conversions and of changes of status, also those of whole transactions."""
    rule = make_rule(offer, name="capped")
    rule.caps.create(period="day", maximum=10)
    record_revision(rule=rule, author=rule.author, now=NOON)
    for number in range(60):
        make_click(offer, transaction_id=f"c-{number}")

    def one(number: int) -> Callable[[Client], Any]:
        status = ("approved", "pending")[number % 2]
        return lambda client: send(client, transaction_id=f"c-{number}", status=status)

    def approved(number: int) -> Callable[[Client], Any]:
        scope = ("", "transaction")[number % 3 == 0]
        return lambda client: send(
            client, transaction_id=f"c-{number}", status="approved", scope=scope
        )

    answers = at_once([one(number) for number in range(60)])
    answers += at_once([approved(number) for number in range(1, 60, 2)])

    assert {answer.json()["result"] for answer in answers} == {"accepted"}
    states = Counter(Delivery.objects.filter(rule=rule).values_list("state", flat=True))
    assert states == {"pending": 10, "suppressed": 50}


def test_a_conversion_without_its_event_is_repeated_by_all(offer: Offer) -> None:
    """Outside of a transaction too: there is nothing to take back."""
    conversion = make_conversion(offer)

    answers = at_once([send] * 8)

    assert {answer.json()["conversion"] for answer in answers} == {str(conversion.pk)}
    assert {answer.json()["result"] for answer in answers} == {"duplicate"}
    assert not Event.objects.exists()
