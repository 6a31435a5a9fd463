"""Categories decide which events a postback hears of, and custom events add to them."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from apps.deliveries.models import Delivery
from apps.events.models import OfferEventPayout
from apps.offers.models import Offer
from apps.postbacks.models import USE_CASE_CATEGORIES, PostbackRule
from apps.tracking.models import Click, Event
from tests.factories import (
    make_affiliate,
    make_click,
    make_event_type,
    make_offer_event,
    make_rule,
)
from tests.ingest.postbacks import send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]

EVENTS = {
    "page_view": "views",
    "add_to_cart": "engagement",
    "checkout": "progress",
    "order": "conversion",
    "spin": "uncategorized",
}
"""Events that happen at any time, and the categories of their types."""


@pytest.fixture
def events(offer: Offer) -> Offer:
    """Return an offer with an event of each category; all pay 2."""
    for name, category in EVENTS.items():
        event_type = make_event_type(name, category=category, needs_conversion=False)
        make_offer_event(offer, event_type)
    return offer


def listen(offer: Offer, use_case: str = "", **fields: Any) -> PostbackRule:
    """Return a rule on events, with the categories of a use case unless told."""
    categories = USE_CASE_CATEGORIES.get(use_case, [])
    given = {"use_case": use_case, "categories": categories, **fields}
    return make_rule(offer, trigger="event", **given)


def told(rule: PostbackRule) -> list[tuple[str, str]]:
    """Return what the rule was told of: names and categories."""
    rows = Delivery.objects.filter(rule=rule).order_by("event_id")
    return list(rows.values_list("event__name", "event__category"))


def report_all(client: Client, offer: Offer) -> None:
    """Report every event, and the order once more without a partner who is paid."""
    make_click(offer, "organic")
    Click.objects.filter(transaction_id="organic").update(affiliate=None)
    for name in EVENTS:
        assert send(client, event_name=name).json()["result"] == "accepted"
    organic = send(client, event_name="order", transaction_id="organic")
    assert organic.json()["result"] == "accepted"


def test_a_use_case_tells_of_its_orders_and_of_nothing_else(
    client: Client, events: Offer
) -> None:
    """R4, R5, R6, R9: billable ones, partial ones too, or every event of every type."""
    rules = {name: listen(events, name) for name in ("billable", "touched", "all")}

    report_all(client, events)

    orders = [("order", "conversions"), ("order", "partial_conversions")]
    assert told(rules["billable"]) == orders[:1]
    assert told(rules["touched"]) == orders
    assert told(rules["all"]) == [
        ("page_view", "views"),
        ("add_to_cart", "engagement"),
        ("checkout", "progress"),
        ("order", "conversions"),
        ("spin", "uncategorized"),
        ("order", "partial_conversions"),
    ]


def test_custom_events_extend_what_the_categories_choose(
    client: Client, events: Offer
) -> None:
    """R1: one category and one event of the program."""
    rule = listen(events, categories=["engagement"], custom_events={"spin": ""})

    report_all(client, events)

    assert told(rule) == [("add_to_cart", "engagement"), ("spin", "uncategorized")]


def test_payability_to_the_affiliate_decides_each_time_not_the_type(
    client: Client, events: Offer
) -> None:
    """R13, R14, R15: the same event of two affiliates; one is paid nothing for it."""
    make_click(events, "tx-2", affiliate=make_affiliate("Unpaid"))
    OfferEventPayout.objects.create(
        offer_event=events.offer_events.get(event_type__name="order"),
        affiliate=make_affiliate("Unpaid"),
        payout_type="cpa",
        payout_value=Decimal(0),
    )
    full = listen(events, categories=["conversions"])
    partial = listen(events, categories=["partial_conversions"])

    for transaction in ("tx-1", "tx-2"):
        send(client, event_name="order", transaction_id=transaction)

    rows = Event.objects.order_by("id").values_list(
        "affiliate__name", "category", "is_payable", "payout"
    )
    assert list(rows) == [
        ("Bright", "conversions", True, Decimal(2)),
        ("Unpaid", "partial_conversions", False, Decimal(0)),
    ]
    assert told(full) == [("order", "conversions")]
    assert told(partial) == [("order", "partial_conversions")]


@pytest.mark.parametrize("signals", [True, False])
def test_an_affiliate_conversion_event_is_told_as_a_conversion(
    client: Client, offer: Offer, signals: bool
) -> None:
    """R176: the setting on the event makes postbacks on conversions fire."""
    event_type = make_event_type(
        "sold", is_affiliate_conversion=signals, needs_conversion=False
    )
    make_offer_event(offer, event_type)
    rule = make_rule(offer, trigger="conversion_done")

    answer = send(client, event_name="sold").json()

    assert answer["result"] == "accepted"
    assert (answer["conversion"] is not None) is signals
    found = Delivery.objects.filter(rule=rule).values_list("event__name", flat=True)
    assert list(found) == (["sold"] if signals else [])
