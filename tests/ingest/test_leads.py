"""Leads come in, and people trigger their events."""

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import Role
from apps.accounts.roles import sync_roles
from apps.core.secret_box import unseal
from apps.ingest.models import RefusedRequest
from apps.offers.models import Offer
from apps.tracking.models import Click, Conversion, Event, Lead
from tests.factories import (
    SECRET,
    TRANSACTION,
    make_affiliate,
    make_offer,
    make_offer_event,
    make_token,
    make_user,
)
from tests.ingest.postbacks import send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]

BEARER = {"authorization": f"Bearer {SECRET}"}


def post(client: Client, path: str, body: Any, **headers: str) -> Any:
    return client.post(
        f"/api/v1/{path}", body, "application/json", headers=headers or BEARER
    )


def test_a_lead_is_stored_sealed_and_is_the_conversion(
    client: Client, offer: Offer
) -> None:
    """R164: the submission is captured; contact data is nowhere in the clear."""
    body = {"transaction_id": TRANSACTION, "email": " Jane@X.example", "plan": "gold"}

    first = post(client, "leads", body)
    again = post(client, "leads", body)

    lead = Lead.objects.get()
    event = Event.objects.get()
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["lead"] == again.json()["lead"] == lead.public_id
    assert again.json()["result"] == "duplicate"
    assert (lead.transaction_id, lead.affiliate) == (TRANSACTION, event.affiliate)
    assert unseal(lead.sealed_contact) == {"email": " Jane@X.example"}
    assert event.params == {"plan": "gold"}
    assert "Jane" not in str(RefusedRequest.objects.values_list())
    assert Conversion.objects.count() == 1


def test_a_lead_without_a_click_begins_its_transaction(
    client: Client, offer: Offer
) -> None:
    answer = post(client, "leads", {"offer": offer.public_token, "phone": "555"})

    click = Click.objects.get(transaction_id=answer.json()["transaction_id"])
    assert answer.status_code == 201
    assert (click.offer, click.affiliate) == (offer, None)
    assert Lead.objects.get().click == click


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (404, "unknown_offer")),
        ({"transaction_id": "nobody"}, (404, "unknown_transaction")),
        ({"offer": "nothing"}, (404, "unknown_offer")),
        ({"transaction_id": TRANSACTION, "email": ["x"]}, (422, "bad_field:email")),
    ],
)
def test_a_lead_of_nothing_is_refused_and_kept(
    client: Client, offer: Offer, body: Any, expected: tuple[int, str]
) -> None:
    answer = post(client, "leads", body)

    assert (answer.status_code, answer.json()["reason"]) == expected
    assert RefusedRequest.objects.get().reason == expected[1]
    assert not Lead.objects.exists()


def test_what_refuses_the_conversion_leaves_no_lead(
    client: Client, offer: Offer
) -> None:
    Offer.objects.update(ip_allowlist=["203.0.113.0/24"])

    answer = post(client, "leads", {"transaction_id": TRANSACTION})

    assert answer.json()["reason"] == "ip_denied"
    assert not Lead.objects.exists()


def test_a_conversion_of_a_lead_generation_offer_is_a_lead(
    client: Client, offer: Offer
) -> None:
    """R164: whatever door it came through."""
    Offer.objects.update(kind="leadgen")

    send(client)

    lead = Lead.objects.get()
    assert (lead.transaction_id, lead.status) == (TRANSACTION, "new")
    assert len(lead.public_id) == 24


def make_lead(client: Client, offer: Offer) -> Lead:
    Offer.objects.filter(pk=offer.pk).update(kind="leadgen")
    send(client)
    return Lead.objects.get()


def test_an_operator_triggers_an_event_under_the_usual_rules(
    client: Client, offer: Offer
) -> None:
    """R167, R222: only the source differs, and who did it is kept."""
    sync_roles()
    make_offer_event(offer)
    lead = make_lead(client, offer)
    operator = make_user("olga", role=Role.OPERATOR)
    client.force_login(operator)
    path = f"leads/{lead.public_id}/trigger-event"

    answers = [
        post(client, path, {"event": name}, origin="x")
        for name in ("purchase", "purchase", "nothing")
    ]

    event = Event.objects.get(name="purchase")
    assert [a.status_code for a in answers] == [201, 200, 422]
    assert (event.source, event.triggered_by) == ("manual", operator)
    assert post(client, path, {}, origin="x").json()["reason"] == "missing_field:event"


def test_affiliates_and_viewers_trigger_nothing(client: Client, offer: Offer) -> None:
    sync_roles()
    make_offer_event(offer)
    lead = make_lead(client, offer)
    viewer = make_user("vera", role=Role.VIEWER)
    partner = make_user("paul", affiliate=make_affiliate())

    for user in (viewer, partner):
        client.force_login(user)
        body = {"event": "purchase"}
        answer = post(client, f"leads/{lead.public_id}/trigger-event", body, origin="x")
        assert (answer.status_code, answer.json()["reason"]) == (403, "forbidden")
    assert not Event.objects.filter(name="purchase").exists()


def test_a_lead_of_another_advertiser_does_not_exist(
    client: Client, offer: Offer
) -> None:
    rival = make_offer(
        "Rival", advertiser=type(offer.advertiser).objects.create(name="R")
    )
    make_token(rival, secret="rival-token-0123456789abcdefghijklmnopqrstu")
    lead = make_lead(client, offer)

    answer = post(
        client,
        f"leads/{lead.public_id}/trigger-event",
        {"event": "purchase"},
        authorization="Bearer rival-token-0123456789abcdefghijklmnopqrstu",
    )

    assert answer.status_code == 404
