"""Clicks, conversions and tokens of people, through the REST API."""

from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import ApiToken, Role
from apps.accounts.roles import sync_roles
from apps.deliveries.models import Delivery
from apps.ingest.models import RefusedRequest
from apps.offers.models import Offer
from apps.tracking.models import Click, Conversion, ConversionChange, Event
from tests.factories import (
    NOON,
    SECRET,
    TRANSACTION,
    make_affiliate,
    make_offer_event,
    make_rule,
    make_user,
)
from tests.ingest.postbacks import send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]

BEARER = {"authorization": f"Bearer {SECRET}"}
OWN = "own-token-of-a-person-0123456789abcdefghijk"


def call(client: Client, method: str, path: str, body: Any, **headers: str) -> Any:
    return getattr(client, method)(
        f"/api/v1/{path}",
        body,
        content_type="application/json",
        headers=headers or BEARER,
    )


def make_own_token(**fields: Any) -> None:
    """Give a person a token of their own."""
    token = ApiToken(
        label="own", scope="user", user=make_user(**fields), valid_from=NOON
    )
    token.set_secret(OWN)
    token.save()


def test_a_click_is_recorded_and_can_be_reported(client: Client, offer: Offer) -> None:
    """R36, R38."""
    body = {
        "offer": offer.public_token,
        "affiliate": str(make_affiliate().pk),
        "sub1": "a",
        "ip": "198.51.100.7",
        "user_agent": "App/1",
    }

    answer = call(client, "post", "clicks", body)

    click = Click.objects.get(pk=answer.json()["id"])
    assert answer.status_code == 201
    assert (click.ip, click.user_agent) == ("198.51.100.7", "App/1")
    assert click.params == {"affiliate": body["affiliate"], "sub1": "a"}
    assert click.affiliate == make_affiliate()
    again = send(client, transaction_id=answer.json()["transaction_id"])
    assert again.json()["result"] == "accepted"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"offer": "nothing"}, (404, "unknown_offer")),
        ({"ip": "300.1.1.1"}, (422, "bad_field:ip")),
        ({"user_agent": "x" * 501}, (422, "bad_field:user_agent")),
    ],
)
def test_a_bad_click_is_refused_by_name(
    client: Client, offer: Offer, body: dict[str, str], expected: tuple[int, str]
) -> None:
    answer = call(client, "post", "clicks", {"offer": offer.public_token, **body})

    assert (answer.status_code, answer.json()["reason"]) == expected


def test_a_status_is_changed_told_and_kept(client: Client, offer: Offer) -> None:
    rule = make_rule(offer, trigger="conversion_reject")
    send(client)
    path = f"conversions/{Conversion.objects.get().pk}"

    answer = call(client, "patch", path, {"status": "rejected", "reason": "fraud"})
    again = call(client, "patch", path, {"status": "rejected"})

    assert answer.json()["changed"] is True
    assert (again.status_code, again.json()["changed"]) == (200, False)
    assert Conversion.objects.get().status_reason == "fraud"
    assert Delivery.objects.get().rule == rule


def test_a_status_may_be_changed_without_telling_anybody(
    client: Client, offer: Offer
) -> None:
    """R106: fire_postbacks=false stores the change only."""
    make_rule(offer, trigger="conversion_reject")
    send(client)
    path = f"conversions/{Conversion.objects.get().pk}"

    call(client, "patch", path, {"status": "rejected", "fire_postbacks": False})

    change = ConversionChange.objects.get(number=2)
    assert (change.fires_postbacks, change.new_status) == (False, "rejected")
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"status": "pending"}, "bad_status"),
        ({"status": "paid"}, "bad_status"),
        ({}, "bad_status"),
        ({"status": "rejected", "fire_postbacks": "no"}, "bad_field:fire_postbacks"),
        ({"status": "rejected", "reason": "x" * 201}, "bad_field:reason"),
    ],
)
def test_a_change_that_cannot_be_is_refused_by_name(
    client: Client, offer: Offer, body: dict[str, Any], reason: str
) -> None:
    send(client)

    answer = call(client, "patch", f"conversions/{Conversion.objects.get().pk}", body)

    assert (answer.status_code, answer.json()["reason"]) == (422, reason)
    assert Conversion.objects.get().status == "approved"


def test_a_person_reports_with_a_token_of_their_own(
    client: Client, offer: Offer
) -> None:
    """DESIGN §5: the scope «user»; who reported is kept."""
    sync_roles()
    make_own_token(username="olga", role=Role.OPERATOR)

    answer = call(
        client,
        "post",
        "events",
        {"transaction_id": TRANSACTION},
        authorization=f"Bearer {OWN}",
    )

    assert answer.status_code == 201
    assert Event.objects.get().triggered_by == make_user("olga")


def test_a_person_who_may_not_report_is_refused_at_every_door(
    client: Client, offer: Offer
) -> None:
    sync_roles()
    make_own_token(username="paul", affiliate=make_affiliate())
    own = {"authorization": f"Bearer {OWN}"}
    body = {"transaction_id": TRANSACTION}
    answers = [
        send(client, secure=OWN),
        call(client, "post", "events", body, **own),
        call(client, "post", "events/batch", {"events": [body]}, **own),
        call(client, "post", "leads", body, **own),
        call(client, "post", "clicks", {"offer": offer.public_token}, **own),
    ]

    for answer in answers:
        assert (answer.status_code, answer.json()["reason"]) == (403, "forbidden")
    assert not Event.objects.exists()


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "events"),
        ("post", "events/batch"),
        ("post", "leads"),
        ("post", "clicks"),
        ("post", "leads/x/trigger-event"),
        ("patch", "conversions/0199a3c0-6dc2-796b-a60f-7b2371bafcc2"),
    ],
)
def test_nobody_gets_past_a_door_without_a_token(
    client: Client, offer: Offer, method: str, path: str
) -> None:
    body = {"events": [{"transaction_id": TRANSACTION}]}

    for headers in ({"origin": "x"}, {"authorization": "Bearer wrong"}):
        answer = call(client, method, path, body, **headers)
        assert (answer.status_code, answer.json()["reason"]) == (401, "bad_token")


def test_a_session_without_its_csrf_token_changes_nothing(offer: Offer) -> None:
    sync_roles()
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("olga", role=Role.OPERATOR))

    answer = call(client, "post", "events", {"transaction_id": TRANSACTION}, origin="x")

    assert answer.status_code == 403
    assert not Event.objects.exists()


def test_bodies_that_cannot_be_read_are_refused_and_kept(
    client: Client, offer: Offer
) -> None:
    """R232: all of them, also what is no JSON."""
    bodies = ["{", "[1]", '{"a": NaN}', '{"a":' + "[" * 5_000 + "]" * 5_000 + "}"]

    for body in bodies:
        answer = client.post("/api/v1/events", body, "application/json", headers=BEARER)
        assert answer.status_code == 422, body[:20]
        assert answer.json()["reason"].startswith("bad_field:")
    assert RefusedRequest.objects.count() == len(bodies)
    assert SECRET not in str(list(RefusedRequest.objects.values()))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"event": {"name": "purchase"}}, "bad_field:event"),
        ({"amount": [1]}, "bad_field:amount"),
        ({"fields": ["plan"]}, "bad_field:fields"),
        ({"event": "purchase", "fields": {"plan": {}}}, "bad_field:plan"),
        ({"event": "purchase", "plan": ["a"]}, "bad_field:plan"),
    ],
)
def test_a_list_where_a_value_belongs_is_refused_not_ignored(
    client: Client, offer: Offer, body: dict[str, Any], reason: str
) -> None:
    """An ignored «event» would be counted as the conversion itself."""
    make_offer_event(offer).fields.create(name="plan")
    send(client)

    refused = call(client, "post", "events", {"transaction_id": TRANSACTION, **body})

    assert (refused.status_code, refused.json()["reason"]) == (422, reason)
    assert Event.objects.count() == 1


def test_an_address_that_does_not_exist_is_answered_as_json(client: Client) -> None:
    answer = client.get("/api/v1/nothing/here")

    assert answer.status_code == 404
    assert answer.json()["reason"] == "not_found"
