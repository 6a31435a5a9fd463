"""How fast one sender may ask."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import ApiToken
from apps.ingest.models import RefusedRequest
from apps.ingest.throttling import forget_senders
from apps.offers.models import Offer
from tests.factories import SECRET, make_token
from tests.ingest.postbacks import refusal, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]


@pytest.fixture(autouse=True)
def _three_a_second(settings: Any) -> Iterator[None]:
    settings.SENDER_REQUESTS_PER_SECOND = 3
    forget_senders()
    yield
    forget_senders()


def test_a_sender_that_asks_too_often_waits_and_no_other(
    client: Client, offer: Offer
) -> None:
    """429 with Retry-After, per token."""
    other = "other-token-0123456789abcdefghijklmnopqrstuv"
    make_token(offer, secret=other)

    answers = [send(client) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert refusal(answers[3]) == (429, "throttled")
    assert int(answers[3].headers["Retry-After"]) >= 1
    assert send(client, secure=other).status_code == 200


def test_a_flood_is_not_handed_on_to_the_database(client: Client, offer: Offer) -> None:
    for _ in range(10):
        send(client, secure="wrong")

    assert RefusedRequest.objects.count() == 3


def test_reading_is_throttled_too(client: Client, offer: Offer) -> None:
    """A list is asked for like an event is reported, with the same token."""
    bearer = {"authorization": f"Bearer {SECRET}"}

    answers = [client.get("/api/v1/offers", headers=bearer) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert int(answers[3].headers["Retry-After"]) >= 1


def test_the_use_of_a_token_is_dated_to_the_minute(
    client: Client, offer: Offer
) -> None:
    """Whoever cleans up tokens sees which one is in use."""
    send(client)
    first = ApiToken.objects.get().last_used_at
    client.get("/api/v1/offers", headers={"authorization": f"Bearer {SECRET}"})

    assert first is not None
    assert ApiToken.objects.get().last_used_at == first
