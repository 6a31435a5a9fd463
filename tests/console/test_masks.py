"""Personal data are masked for who may not see them, wherever they are shown (R230)."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.core.adminkit.addresses import change_url, page_url
from apps.tracking.personal import Mask, is_personal
from tests.console.people import FIRST_NAME, TRACES, Person, make_person
from tests.factories import make_user

pytestmark = pytest.mark.django_db

LISTS = ("tracking_lead", "deliveries_delivery", "ingest_refusedrequest")


def pages(person: Person) -> list[str]:
    """Return every screen that shows something of the person."""
    rows = (
        person.lead,
        person.event,
        person.event.click,
        person.conversion,
        person.delivery,
        person.refused,
    )
    return [
        *(change_url(row) for row in rows),
        *(reverse(f"admin:{name}_changelist") for name in LISTS),
        page_url(person.delivery.rule, "dry-run"),
        f"/api/v1/events/{person.event.pk}",
        f"/api/v1/deliveries/{person.delivery.pk}",
    ]


def test_an_account_manager_sees_no_personal_data_on_any_screen(
    sign_in: Callable[[User], Client],
) -> None:
    """Clicks, payloads of events, requests and answers of attempts, refused requests."""
    person = make_person()
    person.delivery.rule.settings["url"] = "https://crm.example/?m={param:email}"
    client = sign_in(make_user("mia", role=Role.ACCOUNT_MANAGER))

    for url in pages(person):
        response = client.get(url)
        shown = [trace for trace in TRACES if trace in response.content.decode()]
        assert (response.status_code, shown) == (200, []), url


def test_an_operator_sees_what_was_sent_and_answered(
    sign_in: Callable[[User], Client],
) -> None:
    person = make_person()
    client = sign_in(make_user("olga", role=Role.OPERATOR))

    for row in (person.delivery, person.event, person.refused, person.event.click):
        assert FIRST_NAME in client.get(change_url(row)).content.decode(), row


def test_an_affiliate_sees_its_own_delivery_without_the_person(
    sign_in: Callable[[User], Client],
) -> None:
    """Also where somebody gave the user the permission by a group of its own."""
    person = make_person()
    client = sign_in(User.objects.get(username="paul"))

    for url in (change_url(person.delivery), change_url(person.event)):
        html = client.get(url).content.decode()
        assert "crm.example" in html
        assert not [trace for trace in TRACES if trace in html], url
    assert client.get(change_url(person.lead)).status_code in (302, 403)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (
            "https://t.example/?mail=a%40b.example&tid=7",
            "https://t.example/?mail=••••&tid=7",
        ),
        ("phone=5550102233&plan=gold", "phone=••••&plan=gold"),
        (
            '{"first_name": "Jo", "plan": "gold"}',
            '{"first_name": "••••", "plan": "gold"}',
        ),
        ('{"phones": ["1", "2"]}', '{"phones": "••••"}'),
        ("write to a.b+c@mail.example now", "write to •••• now"),
        ("the number +1 (555) 010-2233 is bad", "the number •••• is bad"),
        (f"em={'ab' * 32}", "em=••••"),
        ("at 2026-11-21T10:00:00+00:00, event_name=sale", None),
    ],
)
def test_what_looks_personal_is_masked_without_knowing_the_person(
    text: str, masked: str | None
) -> None:
    assert Mask().text(text) == (masked or text)


def test_names_that_are_of_people() -> None:
    personal = ("Email", "home_phone", "first-name", "hashed_email", "client_ip", "zip")
    others = ("event_name", "plan", "order_id", "sub1", "partner_click_id", "name")

    assert all(map(is_personal, personal))
    assert not any(map(is_personal, others))
