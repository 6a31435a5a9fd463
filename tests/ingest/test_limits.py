"""Limits of offers: what exceeds them is counted as seen, and filtered."""

from collections.abc import Iterator
from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from django.test import Client

from apps.events.categories import RepeatPolicy
from apps.events.models import EventLimit, EventLimitCount, SeenEventName
from apps.ingest.models import RefusedRequest
from apps.offers.models import Offer
from apps.tracking.models import Event
from tests.factories import make_event_type, make_offer_event
from tests.ingest.postbacks import send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]


@pytest.fixture
def clock() -> Iterator[list[datetime]]:
    """Let the doors read the time from the first entry of this list."""
    now = [datetime(2026, 3, 1, 12, 59, 59, tzinfo=UTC)]
    with patch("apps.ingest.views.timezone.now", side_effect=lambda: now[0]):
        yield now


def make_visit(offer: Offer) -> None:
    visit = make_event_type("visit", category="views", needs_conversion=False)
    make_offer_event(offer, visit, repeat_policy=RepeatPolicy.UNLIMITED)
    EventLimit.objects.create(offer=offer, event_type=visit, maximum=2, period="hour")


def test_an_event_over_the_limit_is_filtered_and_the_next_hour_begins_anew(
    client: Client, offer: Offer, clock: list[datetime]
) -> None:
    """DESIGN §5: answered 200 with refused and filtered:<limit>."""
    make_visit(offer)

    answers = [send(client, event_name="visit") for _ in range(3)]
    clock[0] = datetime(2026, 3, 1, 13, tzinfo=UTC)
    later = send(client, event_name="visit")

    assert [answer.json()["result"] for answer in answers] == [
        *("accepted", "accepted", "refused"),
    ]
    assert answers[2].status_code == 200
    assert answers[2].json()["reason"] == "filtered:2_per_hour"
    assert later.json()["result"] == "accepted"
    assert Event.objects.count() == 3


def test_a_filtered_event_is_counted_for_its_name_and_kept(
    client: Client, offer: Offer
) -> None:
    """R33, R232."""
    make_visit(offer)
    for _ in range(3):
        send(client, event_name="visit")

    seen = SeenEventName.objects.get(name="visit")
    kept = RefusedRequest.objects.get()
    assert (seen.accepted_count, seen.filtered_count, seen.refused_count) == (2, 1, 0)
    assert (kept.reason, kept.offer) == ("filtered:2_per_hour", offer)


def test_a_duplicate_takes_nothing_from_a_limit(client: Client, offer: Offer) -> None:
    EventLimit.objects.create(offer=offer, maximum=5, period="day")

    results = [send(client).json()["result"] for _ in range(3)]

    assert results == ["accepted", "duplicate", "duplicate"]
    assert EventLimitCount.objects.get().count == 1


def test_a_limit_of_another_event_does_not_count(client: Client, offer: Offer) -> None:
    make_visit(offer)

    assert send(client).json()["result"] == "accepted"
    assert not EventLimitCount.objects.exists()
