"""What is accepted at the doors, and what follows."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.deliveries.models import (
    Delivery,
)
from apps.events.categories import (
    RepeatPolicy,
)
from apps.ingest.models import RefusedRequest
from apps.offers.models import (
    Offer,
)
from apps.postbacks.services import set_rule_status
from apps.tracking.models import (
    Conversion,
    ConversionChange,
    Event,
)
from tests.factories import (
    SECRET,
    TRANSACTION,
    make_click,
    make_offer,
    make_offer_event,
    make_rule,
)
from tests.ingest.postbacks import refusal, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]


def test_a_base_conversion_is_accepted_with_its_change_and_delivery(
    client: Client,
    offer: Offer,
    no_wake_ups: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:
    """R32, R47, R104, R215, R216."""
    rule = make_rule(offer)

    with django_capture_on_commit_callbacks(execute=True):
        response = send(client, amount="99.90")

    event = Event.objects.get()
    conversion = Conversion.objects.get()
    change = ConversionChange.objects.get()
    delivery = Delivery.objects.get()
    assert response.status_code == 200
    assert response.json() == {
        "result": "accepted",
        "reason": None,
        "detail": None,
        "event": str(event.pk),
        "conversion": str(conversion.pk),
    }
    money = (event.category, event.payout, event.revenue)
    assert money == ("conversions", Decimal(5), Decimal(10))
    assert (conversion.status, conversion.sale_amount) == ("approved", Decimal("99.9"))
    assert (change.operation, change.new_status, change.event) == (
        "create",
        "approved",
        event,
    )
    assert (delivery.rule, delivery.trigger_id, delivery.state) == (
        rule,
        change.pk,
        "pending",
    )
    assert no_wake_ups.call_count == 1


def test_a_repeated_conversion_returns_the_first_ids_and_counts_nothing(
    client: Client, offer: Offer
) -> None:
    """R57: not counted, not paid, no outbound fire."""
    make_rule(offer)
    first = send(client).json()

    response = send(client)

    assert response.status_code == 200
    assert response.json()["result"] == "duplicate"
    assert response.json()["event"] == first["event"]
    assert response.json()["conversion"] == first["conversion"]
    assert (Event.objects.count(), Delivery.objects.count()) == (1, 1)
    assert (
        str(RefusedRequest.objects.get(reason="duplicate").first_event_id)
        == first["event"]
    )


def test_form_json_and_the_url_at_the_root_are_the_same_door(
    client: Client, offer: Offer
) -> None:
    """R44, R45, R208, R222."""
    make_offer_event(offer, repeat_policy=RepeatPolicy.UNLIMITED)
    send(client)
    values = {"transaction_id": TRANSACTION, "event_name": "purchase", "amount": "1.10"}

    form = client.post("/postback", {"secure": SECRET, **values})
    body = client.post(
        "/postback",
        {**values, "amount": 1.1, "extra": {"a": [1]}},
        content_type="application/json",
        headers={"Authorization": f"Bearer {SECRET}"},
    )
    root = client.get("/", {"secure": SECRET, **values})

    assert {r.json()["result"] for r in (form, body, root)} == {"accepted"}
    events = Event.objects.exclude(name="")
    assert {event.sale_amount for event in events} == {Decimal("1.1")}
    assert [event.params for event in events if event.params] == [{"extra": {"a": [1]}}]


def test_the_rest_api_creates_then_repeats(client: Client, offer: Offer) -> None:
    def post(**body: Any) -> Any:
        return client.post(
            "/api/v1/events",
            body,
            content_type="application/json",
            headers={"Authorization": f"Bearer {SECRET}"},
        )

    make_offer_event(offer)
    created = post(transaction_id=TRANSACTION, amount=5)
    repeated = post(transaction_id=TRANSACTION)
    event = post(transaction_id=TRANSACTION, event="purchase")
    refused = post(event="purchase")

    assert (created.status_code, repeated.status_code) == (201, 200)
    assert repeated.json()["event"] == created.json()["event"]
    assert event.status_code == 201
    assert refusal(refused) == (422, "transaction_required")
    assert set(Event.objects.values_list("source", flat=True)) == {"api"}


def test_a_rule_that_is_switched_off_counts_at_once(
    client: Client, offer: Offer
) -> None:
    """R75: the next request sees a committed change of configuration."""
    rule = make_rule(offer)
    make_click(offer, "tx-2")
    send(client)

    set_rule_status(
        rule_id=rule.pk,
        status="disabled",
        reason="",
        author=None,
        now=datetime.now(UTC),
    )
    send(client, transaction_id="tx-2")

    assert Delivery.objects.count() == 1


def test_what_a_paused_rule_misses_is_held(client: Client, offer: Offer) -> None:
    make_rule(offer, status="auto_disabled")

    send(client)

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.reason) == ("held", "rule_paused")


def test_a_click_is_stored_and_redirected(client: Client) -> None:
    offer = make_offer(
        landing_url="https://shop.example/?cid={transaction_id}&s={sub1}"
    )
    click = make_click(offer)

    response = client.get(
        f"/click/{offer.public_token}",
        {"affiliate": str(click.affiliate_id), "sub1": "a&b"},
    )

    stored = type(click).objects.exclude(pk=click.pk).get()
    assert response.status_code == 302
    assert response["Location"] == (
        f"https://shop.example/?cid={stored.transaction_id}&s=a%26b"
    )
    assert (stored.affiliate_id, stored.params["sub1"]) == (click.affiliate_id, "a&b")
