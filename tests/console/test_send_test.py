"""Send test: one real request by hand, request and answer side by side."""

from collections.abc import Iterator
from typing import Any

import pytest
from auditlog.models import LogEntry
from django.test import Client

from apps.core.adminkit.addresses import page_url
from apps.deliveries.models import Attempt, Delivery, RuleHealth
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from apps.tracking.models import Event
from tests.factories import (
    NOON,
    make_click,
    make_conversion,
    make_event,
    make_offer,
    make_rule,
)
from tests.sink import Sink, running_sink

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]


@pytest.fixture
def sink() -> Iterator[Sink]:
    """Return a partner's server."""
    with running_sink() as found:
        yield found


@pytest.fixture
def offer() -> Offer:
    """Return an offer with an event of its own."""
    found = make_offer()
    click = make_click(found, "t-9")
    make_event(found, click=click, transaction_id="t-9", category="engagement")
    return found


def make_tested(offer: Offer | None, sink: Sink, **fields: Any) -> PostbackRule:
    url = f"{sink.url}/pb?tid={{transaction_id}}&test={{test}}"
    fields.setdefault("categories", ["engagement"])
    return make_rule(offer, trigger="event", url=url, **fields)


def press(client: Client, rule: PostbackRule, about: Any = None) -> str:
    """Press the button; without ``about``, for the newest that happened."""
    about = about or Event.objects.earliest("-pk").pk
    answer = client.post(page_url(rule, "send-test"), {"about": str(about)})
    return answer.content.decode()


def test_request_and_answer_are_shown_side_by_side(
    staff: Client, offer: Offer, sink: Sink
) -> None:
    """R185: the destination gets one request with {test}=1, and nobody else any."""
    rule = make_tested(offer, sink)
    make_rule(offer, trigger="event", url=f"{sink.url}/other")

    page = press(staff, rule)

    assert [path for _, path, _ in sink.received] == ["/pb?tid=t-9&test=1"]
    assert f"GET {sink.url}/pb?tid=t-9&amp;test=1" in page
    assert "HTTP 200" in page
    assert "Delivered" in page


def test_it_is_logged_as_a_test_and_nothing_follows_from_it(
    staff: Client, offer: Offer, sink: Sink
) -> None:
    """R185: it may still fire for the same event; health does not change."""
    rule = make_tested(offer, sink)
    sink.answers = [(500, {})]

    page = press(staff, rule)

    delivery = Delivery.objects.get()
    assert (delivery.kind, delivery.state, delivery.attempts) == ("test", "failed", 1)
    assert Attempt.objects.get().response_status == 500
    assert RuleHealth.objects.count() == 0
    assert "500 Internal Server Error" in page
    entry = LogEntry.objects.get(object_pk=str(delivery.pk))
    assert entry.changes == {"by hand": ["sending", "test"]}


def test_a_test_may_be_repeated_but_not_without_end(
    staff: Client, offer: Offer, sink: Sink
) -> None:
    rule = make_tested(offer, sink)

    pages = [press(staff, rule) for _ in range(11)]

    assert len(sink.received) == 10
    assert "tested 10 times within a minute" in pages[-1]


def test_without_anything_that_happened_it_says_so(staff: Client, sink: Sink) -> None:
    page = staff.get(page_url(make_tested(make_offer(), sink), "send-test"))

    assert "There is nothing to try it on" in page.content.decode()


def test_only_what_the_page_offers_can_be_sent(
    staff: Client, offer: Offer, sink: Sink
) -> None:
    """An id typed into the request does not reach somebody else's transaction."""
    rule = make_tested(offer, sink)
    foreign = make_event(make_offer("Other"), transaction_id="t-foreign")

    page = press(staff, rule, foreign.pk)

    assert sink.received == []
    assert "Select a valid choice" in page


def test_looking_at_the_page_sends_nothing(
    staff: Client, offer: Offer, sink: Sink
) -> None:
    page = staff.get(page_url(make_tested(offer, sink), "send-test"))

    assert "t-9" in page.content.decode()
    assert sink.received == []


def test_a_change_of_status_can_be_tested_too(staff: Client, sink: Sink) -> None:
    offer = make_offer()
    conversion = make_conversion(offer, click=make_click(offer))
    change = conversion.changes.create(
        number=1,
        operation="create",
        new_status="approved",
        source="url",
        changed_at=NOON,
    )
    rule = make_rule(offer, url=f"{sink.url}/pb?status={{status}}")

    press(staff, rule, change.pk)

    assert [path for _, path, _ in sink.received] == ["/pb?status=approved"]
