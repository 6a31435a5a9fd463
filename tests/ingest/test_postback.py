"""The postback URL: what is accepted, repeated and refused, and what follows."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

from apps.deliveries.models import Delivery
from apps.events.models import RepeatPolicy, SeenEventName
from apps.ingest.models import RefusedRequest
from apps.offers.models import Offer
from apps.postbacks.services import set_rule_status
from apps.tracking.models import Conversion, ConversionChange, Event
from tests.factories import (
    SECRET,
    TRANSACTION,
    make_click,
    make_event_list,
    make_event_type,
    make_offer,
    make_offer_event,
    make_rule,
    make_token,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]


@pytest.fixture
def no_wake_ups() -> Any:
    """Keep the wake-up thread out: it would open its own connection."""
    with patch("apps.deliveries.waking.request_wake_up") as requested:
        yield requested


@pytest.fixture
def offer() -> Offer:
    """Return an offer with a token and one click."""
    found = make_offer()
    make_token(found)
    make_click(found)
    return found


def send(client: Client, **fields: str) -> Any:
    """Send a postback; ``secure`` and the transaction are set unless given."""
    return client.get(
        "/postback", {"secure": SECRET, "transaction_id": TRANSACTION, **fields}
    )


def refusal(response: Any) -> tuple[int, str]:
    """Return status and reason of an answer that must say «refused»."""
    body = response.json()
    assert body["result"] == "refused"
    assert body["detail"]
    return response.status_code, body["reason"]


def test_a_base_conversion_is_accepted_with_its_change_and_delivery(
    client: Client, offer: Offer, no_wake_ups: Any
) -> None:
    """R47, R104, R216."""
    rule = make_rule(offer)

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
    assert (event.category, event.payout, event.revenue) == ("conversions", 5, 10)
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


def test_an_event_by_name_needs_a_conversion_first(
    client: Client, offer: Offer
) -> None:
    """R37, R41."""
    make_offer_event(offer)

    refused = send(client, event_name="purchase")
    send(client)
    accepted = send(client, event_name="purchase")

    assert refusal(refused) == (409, "conversion_required")
    assert accepted.json()["result"] == "accepted"


def test_a_rejected_conversion_does_not_count_as_one(
    client: Client, offer: Offer
) -> None:
    """R37: in any status except rejected."""
    make_offer_event(offer)
    send(client, status="rejected")

    assert refusal(send(client, event_name="purchase")) == (409, "conversion_required")


def test_an_event_that_happens_before_needs_no_conversion(
    client: Client, offer: Offer
) -> None:
    """R10: a page view is recorded when it happens."""
    make_offer_event(
        offer, make_event_type("page_view", category="views", needs_conversion=False)
    )

    response = send(client, event_name="page_view")

    assert response.json()["result"] == "accepted"
    assert Event.objects.get().category == "views"


def test_number_and_name_must_name_the_same_event(client: Client, offer: Offer) -> None:
    """R40, R42, R43."""
    first = make_offer_event(offer).event_type
    make_offer_event(offer, make_event_type("refund"))
    send(client)

    both = send(client, event_id=str(first.pk), event_name="purchase")
    mismatch = send(client, event_id=str(first.pk), event_name="refund")

    assert both.json()["result"] == "accepted"
    assert refusal(mismatch) == (422, "event_mismatch")


def test_an_unknown_name_is_refused_with_the_near_miss(
    client: Client, offer: Offer
) -> None:
    """R43, R29: names match exactly, the answer names what was probably meant."""
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


def test_an_advertiser_name_with_spaces_is_understood(
    client: Client, offer: Offer
) -> None:
    """R50: AppsFlyer names have spaces and capitals."""
    make_offer_event(offer, advertiser_event_name="Level 5 Done")
    send(client)

    assert send(client, event_name="Level 5 Done").json()["result"] == "accepted"
    assert Event.objects.exclude(name="").get().name == "purchase"


def test_an_event_list_counts_at_once(client: Client, offer: Offer) -> None:
    """R197: a live reference, not a copy."""
    event_type = make_event_type("signup2")
    send(client)
    before = send(client, event_name="signup2")

    make_event_list(event_type, offers=[offer])
    after = send(client, event_name="signup2")

    assert refusal(before) == (409, "event_not_enabled")
    assert after.json()["result"] == "accepted"


def test_an_event_may_repeat_when_it_is_allowed_but_not_the_same_order(
    client: Client, offer: Offer
) -> None:
    """R56, R58."""
    make_offer_event(offer, repeat_policy=RepeatPolicy.UNLIMITED)
    send(client)

    results = [
        send(client, event_name="purchase", **order).json()["result"]
        for order in ({}, {}, {"order_id": "o-1"}, {"order_id": "o-1"})
    ]

    assert results == ["accepted", "accepted", "accepted", "duplicate"]


def test_once_per_transaction_holds_whatever_the_order(
    client: Client, offer: Offer
) -> None:
    """R57, R178."""
    make_offer_event(offer)
    send(client)

    results = [
        send(client, event_name="purchase", order_id=order).json()["result"]
        for order in ("o-1", "o-2")
    ]

    assert results == ["accepted", "duplicate"]


def test_a_bad_token_learns_nothing_about_the_transaction(
    client: Client, offer: Offer
) -> None:
    """DESIGN §4.6: both answers are the same to the letter."""
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


def test_the_dedicated_url_names_offer_and_event(client: Client, offer: Offer) -> None:
    """R59, R60."""
    event_type = make_offer_event(offer).event_type
    send(client)

    response = client.get(
        f"/postback/{offer.public_token}/{event_type.pk}",
        {"secure": SECRET, "transaction_id": TRANSACTION},
    )

    assert response.json()["result"] == "accepted"


def test_form_json_and_the_url_at_the_root_are_the_same_door(
    client: Client, offer: Offer
) -> None:
    """R44, R222."""
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


def test_custom_fields_are_required_and_typed(client: Client, offer: Offer) -> None:
    """R189 to R193."""
    offer_event = make_offer_event(offer)
    offer_event.fields.create(name="plan", is_required=True)
    offer_event.fields.create(name="seats", type="number")
    send(client)

    missing = send(client, event_name="purchase")
    bad = send(client, event_name="purchase", plan="pro", seats="many")
    good = send(client, event_name="purchase", plan="pro", seats="3")

    assert refusal(missing) == (422, "missing_field:plan")
    assert refusal(bad) == (422, "bad_field:seats")
    assert good.json()["result"] == "accepted"
    assert Event.objects.exclude(name="").get().fields == {"plan": "pro", "seats": "3"}


def test_a_percentage_needs_an_amount_and_rounds_half_even(
    client: Client, offer: Offer
) -> None:
    """R54, R217."""
    make_offer_event(
        offer,
        revenue_type="cps",
        revenue_value=10,
        payout_type="cps",
        payout_value=5,
    )
    send(client)

    refused = send(client, event_name="purchase")
    send(client, event_name="purchase", amount="0.50")

    event = Event.objects.exclude(name="").get()
    assert refusal(refused) == (422, "bad_amount")
    assert (event.revenue, event.payout) == (Decimal("0.05"), Decimal("0.02"))


def test_received_names_are_counted(client: Client, offer: Offer) -> None:
    make_offer_event(offer)
    send(client)

    for name in ("purchase", "purchase", "unheard"):
        send(client, event_name=name)

    counts = SeenEventName.objects.values_list(
        "name", "accepted_count", "refused_count"
    )
    assert set(counts) == {("purchase", 1, 0), ("unheard", 0, 1)}


def test_a_huge_body_is_refused_unread(client: Client, offer: Offer) -> None:
    response = client.post(
        "/postback", "x" * (256 * 1024 + 1), content_type="application/json"
    )

    assert refusal(response) == (413, "payload_too_large")


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


def test_the_rest_api_without_a_token_answers_in_the_same_form(client: Client) -> None:
    response = client.post("/api/v1/events", {}, content_type="application/json")

    assert refusal(response) == (401, "bad_token")


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
