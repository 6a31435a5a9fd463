"""An offer's lists decide whose reports it accepts."""

from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client

from apps.core.sql import rows_of
from apps.events.models import OfferEventField
from apps.ingest.models import RefusedRequest
from apps.offers.models import Offer
from apps.tracking.models import Click, Conversion, Event, Lead
from apps.value_lists.models import ValueList
from tests.factories import (
    SECRET,
    TRANSACTION,
    make_click,
    make_event_type,
    make_offer_event,
)
from tests.ingest.postbacks import refusal, send
from tests.lists.making import make_value_list

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]

BEARER = {"authorization": f"Bearer {SECRET}"}
JANE = "Jane@X.example"
SERVICES = "apps.value_lists.services"


def post(client: Client, path: str, body: Any) -> Any:
    return client.post(f"/api/v1/{path}", body, "application/json", headers=BEARER)


def test_a_listed_value_is_refused_and_kept_with_the_lists_name(
    client: Client, offer: Offer
) -> None:
    make_value_list("jane@x.example", offer=offer)

    answer = send(client, email=f" {JANE}")

    kept = RefusedRequest.objects.get()
    assert refusal(answer) == (422, "value_listed")
    assert "«Opt-outs»" in kept.detail
    assert "jane" not in kept.detail.lower()
    assert (kept.reason, kept.offer) == ("value_listed", offer)
    assert not Event.objects.exists()


@pytest.mark.parametrize("fields", [{}, {"email": ""}, {"email": "joe@x.example"}])
def test_a_do_not_present_list_lets_all_others_pass(
    client: Client, offer: Offer, fields: dict[str, str]
) -> None:
    make_value_list("jane@x.example", offer=offer)

    assert send(client, **fields).json()["result"] == "accepted"


@pytest.mark.parametrize(
    ("fields", "is_accepted"),
    [
        ({"email": JANE}, True),
        ({"email": "joe@x.example"}, False),
        ({"email": " "}, False),
        ({}, False),
    ],
)
def test_a_present_list_accepts_what_it_names_and_nothing_else(
    client: Client, offer: Offer, fields: dict[str, str], is_accepted: bool
) -> None:
    make_value_list("jane@x.example", offer=offer, kind="present", name="Invited")

    answer = send(client, **fields)

    if is_accepted:
        assert answer.json()["result"] == "accepted"
    else:
        assert refusal(answer) == (422, "value_not_listed")
        assert "«Invited»" in answer.json()["detail"]


def test_the_contact_of_a_lead_is_compared_and_never_kept(
    client: Client, offer: Offer
) -> None:
    """Contact fields reach no parameter, yet the lists see them."""
    make_value_list("jane@x.example", offer=offer)
    body = {"offer": offer.public_token, "email": JANE, "plan": "gold"}

    refused = post(client, "leads", body)
    accepted = post(client, "leads", {**body, "email": "joe@x.example"})

    kept = RefusedRequest.objects.get()
    assert (refused.status_code, kept.reason) == (422, "value_listed")
    assert "jane" not in str(list(RefusedRequest.objects.values_list())).lower()
    assert accepted.status_code == 201
    assert Event.objects.get().params == {"plan": "gold", "offer": offer.public_token}
    assert (Lead.objects.count(), Click.objects.count()) == (1, 2)


def test_telephone_numbers_are_compared_hashed_and_in_any_spelling(
    client: Client, offer: Offer
) -> None:
    make_value_list(
        "+1 (415) 555-2671",
        offer=offer,
        field="phone",
        normalization="e164",
        hashing="sha256",
    )

    assert refusal(send(client, phone="415.555.2671")) == (422, "value_listed")
    assert send(client, phone="415.555.2672").json()["result"] == "accepted"


def test_a_custom_field_and_a_mapped_parameter_are_looked_up(
    client: Client, offer: Offer
) -> None:
    """R55."""
    make_value_list("10115", offer=offer, field="zip", normalization="digits")
    event_type = make_event_type(needs_conversion=False)
    offered = make_offer_event(offer, event_type, param_map={"postcode": "zip"})
    OfferEventField.objects.create(offer_event=offered, name="zip")
    body = {"transaction_id": TRANSACTION, "event": event_type.name}

    by_map = send(client, event_name=event_type.name, postcode="10 115")
    by_field = post(client, "events", {**body, "fields": {"zip": 10115}})

    assert refusal(by_map) == (422, "value_listed")
    assert refusal(by_field) == (422, "value_listed")


def test_a_batch_looks_all_values_up_in_one_query(client: Client, offer: Offer) -> None:
    make_value_list("jane@x.example", offer=offer)
    make_click(offer, "tx-2")
    events = [
        {"transaction_id": TRANSACTION, "email": JANE},
        {"transaction_id": "tx-2", "email": "joe@x.example"},
        {"transaction_id": TRANSACTION, "email": "ann@x.example"},
    ]

    with patch(f"{SERVICES}.rows_of", wraps=rows_of) as looked_up:
        answer = post(client, "events/batch", {"events": events}).json()

    assert [item["reason"] for item in answer["results"]] == [
        "value_listed",
        None,
        None,
    ]
    assert Conversion.objects.count() == 2
    assert looked_up.call_count == 1


def test_a_changed_list_counts_at_the_next_report(client: Client, offer: Offer) -> None:
    found = make_value_list("jane@x.example")
    make_click(offer, "tx-2")
    make_click(offer, "tx-3")

    before = send(client, email=JANE)
    found.offers.add(offer)
    attached = send(client, email=JANE, transaction_id="tx-2")
    ValueList.objects.update(is_archived=True)
    archived = send(client, email=JANE, transaction_id="tx-3")

    assert before.json()["result"] == archived.json()["result"] == "accepted"
    assert refusal(attached) == (422, "value_listed")


def test_a_list_costs_the_offers_without_one_nothing(
    client: Client, offer: Offer
) -> None:
    """The statements go past Django's log, so the look-up itself is counted."""
    make_value_list("jane@x.example")
    make_click(offer, "tx-2")

    with patch(f"{SERVICES}.rows_of", wraps=rows_of) as looked_up:
        send(client, email=JANE)
        before = looked_up.call_count
        ValueList.objects.get().offers.add(offer)
        send(client, email=JANE, transaction_id="tx-2")

    assert (before, looked_up.call_count) == (0, 1)


def test_nothing_is_looked_up_for_who_may_not_report(
    client: Client, offer: Offer
) -> None:
    """Authentication comes first, and says nothing of lists."""
    make_value_list("jane@x.example", offer=offer)

    answer = send(client, secure="wrong", email=JANE)

    assert refusal(answer) == (401, "bad_token")
