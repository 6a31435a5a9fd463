"""No screen grows with the data: what is shown is a page of it."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Affiliate
from apps.deliveries.models import Delivery
from apps.offers.models import Offer, OfferAffiliate
from apps.tracking.models import Click, Event
from tests.console.test_screens import REGISTERED, urls_of
from tests.factories import (
    NOON,
    make_advertiser,
    make_click,
    make_delivery,
    make_event,
    make_offer,
    make_offer_event,
    make_rule,
)

pytestmark = pytest.mark.django_db

MANY = 220
MOST_BYTES = 150 * 1024


@pytest.fixture
def many() -> None:
    """Store more of everything than a page of a list shows."""
    make_rule(None, name="Everything")
    advertiser = make_advertiser()
    affiliates = Affiliate.objects.bulk_create(
        Affiliate(name=f"An affiliate with quite a long name {n:03}")
        for n in range(MANY)
    )
    offers = Offer.objects.bulk_create(
        Offer(name=f"An offer with quite a long name {n:03}", advertiser=advertiser)
        for n in range(MANY)
    )
    offer = make_offer("The busy offer")
    OfferAffiliate.objects.bulk_create(
        OfferAffiliate(offer=offer, affiliate=affiliate) for affiliate in affiliates[:5]
    )
    make_offer_event(offer)
    for number, other in enumerate(offers[:60]):
        make_rule(other, name=f"A postback with quite a long name {number:03}")
    rule = make_rule(offer)
    for number in range(60):
        _history(offer, rule, f"a-long-transaction-id-of-the-tracker-{number:03}")


def _history(offer: Offer, rule: Any, transaction_id: str) -> None:
    click = make_click(offer, transaction_id)
    event = make_event(
        offer, click=click, transaction_id=transaction_id, revenue=Decimal(3)
    )
    make_delivery(rule, event, state="failed", finished_at=NOON, message="No. " * 100)


def test_every_list_and_page_is_small_however_many_rows_there_are(
    staff: Client, many: None
) -> None:
    assert min(m.objects.count() for m in (Event, Click, Delivery)) >= 60
    addresses = [reverse("admin:index")]
    for model in REGISTERED:
        addresses += list(urls_of(model))[:9]
    large = {
        url: len(answer.content)
        for url in addresses
        if len((answer := staff.get(url)).content) > MOST_BYTES
    }

    assert large == {}
