"""What an event earns and costs: the most specific terms, frozen, rounded once."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.events.models import OfferEventPayout
from apps.offers.models import Offer, OfferAffiliate
from apps.tracking.models import Click, Event
from tests.factories import (
    make_affiliate,
    make_click,
    make_event_list,
    make_event_type,
    make_offer_event,
)
from tests.ingest.postbacks import refusal, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]


def amounts() -> tuple[Any, ...]:
    """Return what the last event earned and costs, and in which currency."""
    event = Event.objects.latest("id")
    return event.revenue, event.payout, event.currency


def set_own_payout(offer: Offer, value: int) -> None:
    OfferAffiliate.objects.filter(offer=offer).update(
        payout_type="cpa", payout_value=value
    )


def test_the_affiliates_payout_wins_over_the_offers(
    client: Client, offer: Offer
) -> None:
    """Domain §6."""
    set_own_payout(offer, 7)

    send(client)

    assert amounts() == (Decimal(10), Decimal(7), "USD")


def test_the_events_terms_win_over_the_affiliates(client: Client, offer: Offer) -> None:
    set_own_payout(offer, 7)
    make_offer_event(offer)
    send(client)

    send(client, event_name="purchase")

    assert amounts() == (Decimal(3), Decimal(2), "USD")


def test_the_affiliates_payout_for_the_event_wins_over_everything(
    client: Client, offer: Offer
) -> None:
    set_own_payout(offer, 7)
    event = make_offer_event(offer)
    OfferEventPayout.objects.create(
        offer_event=event,
        affiliate=make_affiliate(),
        payout_type="cps",
        payout_value=Decimal("12.5"),
    )
    send(client)

    send(client, event_name="purchase", amount="0.60")

    assert amounts() == (Decimal(3), Decimal("0.08"), "USD")


@pytest.mark.parametrize(
    ("makes_a_conversion", "expected"),
    [(True, (Decimal(10), Decimal(5), "USD")), (False, (None, None, ""))],
)
def test_a_listed_event_takes_the_offers_terms_only_when_it_makes_a_conversion(
    client: Client, offer: Offer, makes_a_conversion: bool, expected: tuple[Any, ...]
) -> None:
    listed = make_event_type("sold", is_affiliate_conversion=makes_a_conversion)
    make_event_list(listed, offers=[offer])
    send(client)

    send(client, event_name="sold")

    assert amounts() == expected


def test_organic_traffic_earns_no_payout(client: Client, offer: Offer) -> None:
    make_click(offer, "organic")
    Click.objects.filter(transaction_id="organic").update(affiliate=None)

    send(client, transaction_id="organic")

    assert amounts() == (Decimal(10), Decimal(0), "USD")
    assert not Event.objects.get().is_payable


@pytest.mark.parametrize(
    ("currency", "amount", "payout"),
    [
        ("USD", "0.25", "0.12"),
        ("USD", "0.35", "0.18"),
        ("JPY", "101", "50"),
        ("KWD", "0.0015", "0.001"),
    ],
)
def test_a_payout_is_rounded_half_even_to_the_minor_unit(
    client: Client, offer: Offer, currency: str, amount: str, payout: str
) -> None:
    """Domain §6; the original currency is kept."""
    Offer.objects.update(
        revenue_type="cps", revenue_value=100, payout_type="cps", payout_value=50
    )

    send(client, amount=amount, currency=currency)

    event = Event.objects.get()
    assert (event.payout, event.currency) == (Decimal(payout), currency)
    assert (event.sale_amount, event.sale_currency) == (Decimal(amount), currency)


def test_a_percentage_of_revenue(client: Client, offer: Offer) -> None:
    """R51, R52, R53."""
    Offer.objects.update(payout_type="cps", payout_value=30, percent_of="revenue")

    send(client)

    assert amounts() == (Decimal(10), Decimal(3), "USD")


def test_a_percentage_of_nothing_is_refused(client: Client, offer: Offer) -> None:
    Offer.objects.update(revenue_type="cps", revenue_value=10)

    assert refusal(send(client)) == (422, "bad_amount")


def test_terms_that_change_later_leave_the_event_alone(
    client: Client, offer: Offer
) -> None:
    """R217."""
    send(client)
    offer.payout_value = Decimal(9)
    offer.save()

    assert amounts() == (Decimal(10), Decimal(5), "USD")
