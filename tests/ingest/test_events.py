"""Events after a conversion: names, repeats, fields and terms."""

from decimal import Decimal

import pytest
from django.test import Client

from apps.events.categories import (
    RepeatPolicy,
)
from apps.events.models import (
    SeenEventName,
)
from apps.offers.models import (
    Offer,
)
from apps.tracking.models import (
    Event,
)
from tests.factories import (
    SECRET,
    TRANSACTION,
    make_click,
    make_event_list,
    make_event_type,
    make_offer,
    make_offer_event,
)
from tests.ingest.postbacks import refusal, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]


def test_an_event_by_name_needs_a_conversion_first(
    client: Client, offer: Offer
) -> None:
    """R62, R37, R41."""
    make_offer_event(offer)

    refused = send(client, event_name="purchase")
    send(client)
    accepted = send(client, event_name="purchase")

    assert refusal(refused) == (409, "conversion_required")
    assert accepted.json()["result"] == "accepted"


def test_a_rejected_conversion_does_not_count_as_one(
    client: Client, offer: Offer
) -> None:
    """R219, R37: in any status except rejected."""
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


def test_an_advertiser_name_with_spaces_is_understood(
    client: Client, offer: Offer
) -> None:
    """R50: AppsFlyer names have spaces and capitals."""
    make_offer_event(offer, advertiser_event_name="Level 5 Done")
    send(client)

    assert send(client, event_name="Level 5 Done").json()["result"] == "accepted"
    assert Event.objects.exclude(name="").get().name == "purchase"


def test_an_event_list_counts_at_once(client: Client, offer: Offer) -> None:
    """R194, R197: a live reference, not a copy."""
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
    """R16, R56, R58, R210."""
    make_offer_event(offer, repeat_policy=RepeatPolicy.UNLIMITED)
    send(client)

    results = [
        send(client, event_name="purchase", **order).json()["result"]
        for order in ({}, {}, {"order_id": "o-1"}, {"order_id": "o-1"})
    ]

    assert results == ["accepted", "accepted", "accepted", "duplicate"]


def test_one_order_counts_once_across_transactions(
    client: Client, offer: Offer
) -> None:
    """R58: an advertiser's order is paid for once."""
    make_click(offer, transaction_id="t-2")

    first = send(client, order_id="o-1").json()
    second = send(client, order_id="o-1", transaction_id="t-2").json()

    assert first["result"] == "accepted"
    assert second["result"] == "duplicate"
    assert second["event"] == first["event"]


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


def test_the_dedicated_url_names_offer_and_event(client: Client, offer: Offer) -> None:
    """R39, R59, R60, R61."""
    event_type = make_offer_event(offer).event_type
    send(client)

    response = client.get(
        f"/postback/{offer.public_token}/{event_type.pk}",
        {"secure": SECRET, "transaction_id": TRANSACTION},
    )

    assert response.json()["result"] == "accepted"


def test_custom_fields_are_required_and_typed(client: Client, offer: Offer) -> None:
    """R189, R190, R191, R192, R193."""
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
    """R209."""
    make_offer_event(offer)
    send(client)

    for name in ("purchase", "purchase", "unheard"):
        send(client, event_name=name)

    counts = SeenEventName.objects.values_list(
        "name", "accepted_count", "refused_count"
    )
    assert set(counts) == {("purchase", 1, 0), ("unheard", 0, 1)}


def test_what_an_offer_changed_about_an_event_survives_its_list(
    client: Client, offer: Offer
) -> None:
    """R227: off the list it is not offered; back on it, its terms are there."""
    event_type = make_event_type("renewal")
    event_list = make_event_list(event_type, offers=[offer])
    make_offer_event(offer, event_type, source="list", payout_value=Decimal(7))
    send(client)

    event_list.event_types.remove(event_type)
    refused = send(client, event_name="renewal")
    event_list.event_types.add(event_type)
    accepted = send(client, event_name="renewal")

    assert refusal(refused) == (409, "event_not_enabled")
    assert accepted.json()["result"] == "accepted"
    assert Event.objects.get(name="renewal").payout == Decimal(7)


def test_one_event_is_used_by_two_offers_each_in_its_own_way(
    client: Client, offer: Offer
) -> None:
    """R165, R166: other terms, and another answer to its repetition."""
    renewal, other = make_event_type("renewal"), make_offer("Other")
    make_click(other, "tx-2")
    make_offer_event(offer, renewal)
    own = {"payout_value": Decimal(9), "repeat_policy": RepeatPolicy.UNLIMITED}
    make_offer_event(other, renewal, **own)

    results = [
        send(client, transaction_id=transaction, **event).json()["result"]
        for transaction in (TRANSACTION, "tx-2")
        for event in ({}, {"event_name": "renewal"}, {"event_name": "renewal"})
    ]

    assert results == [*["accepted"] * 2, "duplicate", *["accepted"] * 3]
    payouts = Event.objects.filter(name="renewal").order_by("id")
    assert list(payouts.values_list("payout", flat=True)) == [2, 9, 9]


def test_a_disabled_event_of_a_list_is_refused(client: Client, offer: Offer) -> None:
    """R197: effective are own and listed events without those switched off."""
    event_type = make_event_type("renewal")
    make_event_list(event_type, offers=[offer])
    make_offer_event(offer, event_type, source="list", is_enabled=False)
    send(client)

    refused = send(client, event_name="renewal")

    assert refusal(refused) == (409, "event_not_enabled")


def test_a_former_name_is_still_understood(client: Client, offer: Offer) -> None:
    make_offer_event(offer, make_event_type("order", aliases=["bought"]))
    send(client)

    assert send(client, event_name="bought").json()["result"] == "accepted"
    assert Event.objects.exclude(name="").get().name == "order"
