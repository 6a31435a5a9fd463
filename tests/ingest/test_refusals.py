"""What is refused, under which name, and what it does not reveal."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from apps.ingest.models import RefusedRequest
from apps.offers.models import (
    Offer,
)
from apps.tracking.models import (
    Event,
)
from tests.factories import (
    SECRET,
    make_click,
    make_event_type,
    make_offer,
    make_offer_event,
    make_token,
)
from tests.ingest.postbacks import refusal, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]


def test_an_unknown_name_is_refused_with_the_near_miss(
    client: Client, offer: Offer
) -> None:
    """R209, R43, R29: names match exactly, the answer names what was probably meant."""
    make_offer_event(offer)
    send(client)

    response = send(client, event_name="Purchase")

    assert refusal(response) == (422, "unknown_event")
    assert "«purchase»" in response.json()["detail"]


def test_an_event_of_another_offer_is_not_enabled_here(
    client: Client, offer: Offer
) -> None:
    make_event_type("refund")
    send(client)

    assert refusal(send(client, event_name="refund")) == (409, "event_not_enabled")


def test_a_bad_token_learns_nothing_about_the_transaction(
    client: Client, offer: Offer
) -> None:
    """R46: DESIGN §4.6: both answers are the same to the letter."""
    known = send(client, secure="wrong")
    unknown = send(client, secure="wrong", transaction_id="nobody")

    assert refusal(known) == (401, "bad_token")
    assert known.content == unknown.content


def test_a_token_of_another_advertiser_cannot_tell_that_a_transaction_exists(
    client: Client, offer: Offer
) -> None:
    other = make_offer("Other", advertiser=None)
    other.advertiser_id = type(offer.advertiser).objects.create(name="Rival").pk
    other.save()
    other.refresh_from_db()
    make_token(other, secret="rival-token-0123456789abcdefghijklmnopqrstu")

    rival = "rival-token-0123456789abcdefghijklmnopqrstu"
    known = send(client, secure=rival)
    unknown = send(client, secure=rival, transaction_id="nobody")

    assert refusal(known) == (404, "unknown_transaction")
    assert known.content == unknown.content


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"transaction_id": ""}, (422, "transaction_required")),
        ({"transaction_id": "nobody"}, (404, "unknown_transaction")),
        ({"amount": "12,50"}, (422, "bad_amount")),
        ({"amount": "-1"}, (422, "bad_amount")),
        ({"amount": "NaN"}, (422, "bad_amount")),
        ({"currency": "EURO"}, (422, "bad_currency")),
        ({"status": "done"}, (422, "bad_status")),
        ({"event_id": "999999"}, (422, "unknown_event")),
        ({"event_id": "٣"}, (422, "unknown_event")),
        ({"order_id": "x" * 121}, (422, "bad_field:order_id")),
        ({"note": "a\x00b"}, (422, "bad_field:note")),
        ({"note": "x" * 9_000}, (422, "bad_field:note")),
    ],
)
def test_wrong_input_is_refused_by_name_and_kept(
    client: Client, offer: Offer, fields: dict[str, str], expected: tuple[int, str]
) -> None:
    """R232."""
    response = send(client, **fields)

    kept = RefusedRequest.objects.get()
    assert refusal(response) == expected
    assert (kept.reason, kept.result) == (expected[1], "refused")
    assert SECRET not in str(kept.fields) + str(kept.headers)
    assert not Event.objects.exists()


def test_an_expired_click_converts_no_more(client: Client) -> None:
    offer = make_offer()
    make_token(offer)
    now = datetime.now(UTC)
    make_click(offer, clicked_at=now - timedelta(days=31), expires_at=now)

    assert refusal(send(client)) == (409, "click_expired")


def test_a_network_that_is_not_allowed_is_refused(client: Client, offer: Offer) -> None:
    offer.ip_allowlist = ["203.0.113.0/24"]
    offer.save()

    assert refusal(send(client)) == (403, "ip_denied")


def test_a_paused_offer_refuses(client: Client, offer: Offer) -> None:
    offer.status = "paused"
    offer.save()

    assert refusal(send(client)) == (409, "offer_inactive")


def test_a_huge_body_is_refused_unread(client: Client, offer: Offer) -> None:
    response = client.post(
        "/postback", "x" * (256 * 1024 + 1), content_type="application/json"
    )

    assert refusal(response) == (413, "payload_too_large")


def test_the_rest_api_without_a_token_answers_in_the_same_form(client: Client) -> None:
    response = client.post("/api/v1/events", {}, content_type="application/json")

    assert refusal(response) == (401, "bad_token")
