"""A report that was made before: a duplicate, or a change of status."""

from typing import Any

import pytest
from django.test import Client

from apps.deliveries.models import Delivery
from apps.events.categories import RepeatPolicy
from apps.offers.models import Offer
from apps.tracking.models import Conversion, ConversionChange, Event
from tests.factories import (
    make_click,
    make_conversion,
    make_event_type,
    make_offer_event,
    make_rule,
)
from tests.ingest.postbacks import refusal, send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]


def statuses() -> list[str]:
    """Return the status of every conversion, oldest first."""
    return list(Conversion.objects.order_by("id").values_list("status", flat=True))


def test_a_repeated_conversion_with_another_status_moves_it(
    client: Client, offer: Offer
) -> None:
    """R101, R105: each edge fires once; the same status again is a duplicate."""
    rule = make_rule(offer)
    first = send(client, status="pending").json()

    moved = send(client, status="approved").json()
    again = send(client, status="approved").json()

    change = ConversionChange.objects.get(number=2)
    assert (moved["result"], moved["conversion"]) == ("accepted", first["conversion"])
    assert moved["event"] == first["event"]
    assert again["result"] == "duplicate"
    assert (change.old_status, change.new_status) == ("pending", "approved")
    assert change.source == "url"
    assert [d.rule_id for d in Delivery.objects.all()] == [rule.pk]
    assert Event.objects.count() == 1


def test_a_move_that_the_status_machine_lacks_is_refused(
    client: Client, offer: Offer
) -> None:
    send(client, status="approved")

    assert refusal(send(client, status="pending")) == (422, "bad_status")
    assert statuses() == ["approved"]


def make_two_conversions(client: Client, offer: Offer) -> None:
    """Report the base conversion and an event that makes one of its own."""
    sale = make_event_type("sold", is_affiliate_conversion=True)
    make_offer_event(offer, sale)
    make_click(offer, "another")
    for fields in ({}, {"event_name": "sold"}, {"transaction_id": "another"}):
        assert send(client, **fields).json()["result"] == "accepted"


def test_a_reversal_concerns_one_conversion(client: Client, offer: Offer) -> None:
    """Domain §3: a reversal does not cascade by default."""
    make_two_conversions(client, offer)

    send(client, status="rejected", reason="chargeback")

    assert statuses() == ["rejected", "approved", "approved"]
    assert Conversion.objects.order_by("id")[0].status_reason == "chargeback"


def test_a_reversal_of_the_transaction_must_say_so(
    client: Client, offer: Offer
) -> None:
    """Domain §3, §9: the scope is named, and stays within the transaction."""
    make_two_conversions(client, offer)

    send(client, status="rejected", scope="transaction")

    assert statuses() == ["rejected", "rejected", "approved"]
    assert refusal(send(client, status="rejected", scope="everything")) == (
        422,
        "bad_field:scope",
    )


def test_nothing_is_reversed_by_e_mail_alone(client: Client, offer: Offer) -> None:
    """Domain §9: Everflow's reported accident."""
    send(client)

    answer = send(client, transaction_id="", email="jane@x.example", status="rejected")

    assert refusal(answer) == (422, "transaction_required")
    assert statuses() == ["approved"]


def test_an_event_may_move_the_conversion_of_its_transaction(
    client: Client, offer: Offer
) -> None:
    """R211: the event and the change are told together."""
    refund = make_event_type("refund", category="uncategorized")
    make_offer_event(offer, refund, maps_to_status="rejected")
    rule = make_rule(offer, trigger="conversion_reject")
    send(client)

    answer = send(client, event_name="refund").json()
    again = send(client, event_name="refund").json()

    change = ConversionChange.objects.get(number=2)
    assert (answer["result"], again["result"]) == ("accepted", "refused")
    assert again["reason"] == "conversion_required"
    assert (change.new_status, str(change.event_id)) == ("rejected", answer["event"])
    assert [d.rule_id for d in Delivery.objects.all()] == [rule.pk]


def test_an_event_that_comes_too_late_to_move_anything_is_accepted_all_the_same(
    client: Client, offer: Offer
) -> None:
    checked = make_event_type("checked")
    make_offer_event(offer, checked, maps_to_status="pending")
    send(client)

    assert send(client, event_name="checked").json()["result"] == "accepted"
    assert statuses() == ["approved"]


@pytest.mark.parametrize(
    ("policy", "field"),
    [
        (RepeatPolicy.ONCE_PER_DEVICE, "device_id"),
        (RepeatPolicy.ONCE_PER_USER, "user_id"),
    ],
)
def test_once_per_device_or_user_holds_across_transactions(
    client: Client, offer: Offer, policy: str, field: str
) -> None:
    """R153; without the id the event counts once per transaction."""
    launch = make_event_type("launch", needs_conversion=False, repeat_policy=policy)
    make_offer_event(offer, launch)
    make_click(offer, "tx-2")
    reports: list[dict[str, Any]] = [
        {field: "one"},
        {field: "one", "transaction_id": "tx-2"},
        {field: "two"},
        {},
        {},
    ]

    results = [
        send(client, event_name="launch", **report).json()["result"]
        for report in reports
    ]

    assert results == ["accepted", "duplicate", "accepted", "accepted", "duplicate"]


def test_a_conversion_that_outlived_its_event_is_a_repetition(
    client: Client, offer: Offer
) -> None:
    """Events are kept for a shorter time than conversions; never a server error."""
    conversion = make_conversion(offer)

    again = send(client)
    moved = send(client, status="rejected", reason="late")

    assert again.json()["result"] == "duplicate"
    assert again.json()["conversion"] == str(conversion.pk)
    assert moved.json()["result"] == "accepted"
    conversion.refresh_from_db()
    assert conversion.status == "rejected"
