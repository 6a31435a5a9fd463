"""Connections on screen: what uses them, what states mean, and whose secrets they are."""

from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import Role
from apps.connections.models import Connection
from apps.core import secret_box
from apps.deliveries.models import Delivery
from apps.postbacks.models import PostbackRule
from apps.postbacks.services import archive_rule
from tests.console.test_flows import ping_values
from tests.factories import (
    NOON,
    make_delivery,
    make_event,
    make_offer,
    make_rule,
    make_user,
)

pytestmark = pytest.mark.django_db

LIST = "admin:connections_connection_changelist"
SECRETS = {"auth_token": "canary-0123456789abcdef"}
ASKED = "The address changed, so enter the secrets again"


def make_connection(**fields: Any) -> Connection:
    """Return a connection of Twilio at an address of our own."""
    defaults: dict[str, Any] = {
        "name": "Texts",
        "kind": "twilio_sms",
        "settings": {
            "account_sid": "AC" + "0" * 32,
            "auth_mode": "token",
            "from_number": "+14155550100",
            "base_url": "https://texts.example",
        },
        "sealed_secrets": secret_box.seal(SECRETS),
    }
    return Connection.objects.create(**{**defaults, **fields})


def page_of(connection: Connection, name: str = "change") -> str:
    """Return the address of a page of ``connection``."""
    return reverse(f"admin:connections_connection_{name}", args=[connection.pk])


def post(client: Client, connection: Connection, **changes: Any) -> Any:
    """Post the form as a browser does when only ``changes`` were typed."""
    form = client.get(page_of(connection)).context["adminform"].form
    initial = {name: form[name].value() for name in form.fields}
    values = {name: value for name, value in initial.items() if value is not None}
    return client.post(page_of(connection), {**values, **changes}, follow=True)


def texts_of(response: Any) -> str:
    return " ".join(str(message) for message in response.context["messages"])


# --- whose secrets they are


def test_whoever_moves_the_address_must_enter_the_secrets_again(sign_in: Any) -> None:
    manager = sign_in(make_user("manager", role=Role.ACCOUNT_MANAGER))
    connection = make_connection()

    page = post(manager, connection, cfg_base_url="https://mine.example")

    connection.refresh_from_db()
    assert ASKED in page.content.decode()
    assert "canary" not in page.content.decode()
    assert connection.settings["base_url"] == "https://texts.example"
    assert secret_box.unseal(connection.sealed_secrets) == SECRETS


@pytest.mark.parametrize(
    "posted",
    [
        {"cfg_base_url": "https://mine.example"},
        {"cfg_base_url": "https://mine.example", "cfg_auth_token": ""},
        {"cfg_base_url": ""},
        {},
    ],
)
def test_a_handmade_request_gets_no_further(
    posted: dict[str, str], staff: Client
) -> None:
    connection = make_connection()
    shared = {
        "name": "Texts",
        "state": "ok",
        "cfg_account_sid": "AC" + "0" * 32,
        "cfg_auth_mode": "token",
        "cfg_from_number": "+14155550100",
        **posted,
    }

    page = staff.post(page_of(connection), shared)

    connection.refresh_from_db()
    assert page.status_code == 200
    assert ASKED in page.content.decode()
    assert connection.settings["base_url"] == "https://texts.example"


def test_the_address_moves_together_with_new_secrets(staff: Client) -> None:
    connection = make_connection()
    token = "f" * 32

    post(staff, connection, cfg_base_url="https://b.example", cfg_auth_token=token)

    connection.refresh_from_db()
    assert connection.settings["base_url"] == "https://b.example"
    assert secret_box.unseal(connection.sealed_secrets) == {"auth_token": token}


@pytest.mark.parametrize(
    "same",
    ["https://texts.example", "https://TEXTS.example/", "https://texts.example/"],
)
def test_letter_case_or_a_slash_at_the_end_is_no_new_address(
    same: str, staff: Client
) -> None:
    connection = make_connection()

    page = post(staff, connection, cfg_base_url=same, name="Renamed")

    connection.refresh_from_db()
    assert ASKED not in page.content.decode()
    assert connection.name == "Renamed"
    assert secret_box.unseal(connection.sealed_secrets) == SECRETS


def test_a_postback_that_moves_to_another_host_leaves_its_headers_behind(
    staff: Client,
) -> None:
    rule = make_rule(make_offer(), url="https://t.example/pb")
    sealed = secret_box.seal({"headers": "Authorization: canary-1"})
    PostbackRule.objects.update(sealed_secrets=sealed)
    change = reverse("admin:postbacks_postbackrule_change", args=[rule.pk])
    moved = {"cfg_url": "https://mine.example/pb", "cfg_headers": ""}
    stayed = {"cfg_url": "https://t.example/other", "cfg_headers": ""}

    refused = staff.post(change, ping_values(staff, change, **moved))
    kept = staff.post(change, ping_values(staff, change, **stayed))

    rule.refresh_from_db()
    assert ASKED in refused.content.decode()
    assert kept.status_code == 302
    assert rule.settings["url"] == "https://t.example/other"
    assert "canary-1" in str(secret_box.unseal(rule.sealed_secrets))


# --- what uses them


def test_the_list_counts_active_postbacks_with_one_query_for_all(
    staff: Client,
) -> None:
    offer = make_offer()
    for number in range(3):
        connection = make_connection(name=f"Texts {number}")
        for status in ["active"] * number + ["disabled"]:
            make_rule(offer, connection=connection, status=status)
    with CaptureQueriesContext(database) as few:
        staff.get(reverse(LIST))
    for number in range(3, 20):
        make_connection(name=f"Texts {number}")

    with CaptureQueriesContext(database) as many:
        page = staff.get(reverse(LIST))

    assert [one.active for one in page.context["cl"].result_list][:3] == [0, 1, 0]
    counted = {one.name: one.active for one in page.context["cl"].result_list}
    assert [counted[f"Texts {number}"] for number in range(4)] == [0, 1, 2, 0]
    assert len(many) == len(few)


def test_the_list_is_narrowed_to_a_state(staff: Client) -> None:
    make_connection(name="Fine")
    make_connection(name="Wrong", state="auth_error")

    page = staff.get(reverse(LIST), {"state__exact": "auth_error"})

    assert [one.name for one in page.context["cl"].result_list] == ["Wrong"]
    assert "Refused by the provider" in page.content.decode()


def test_the_page_names_what_uses_it_what_the_last_test_found_and_masks_secrets(
    staff: Client,
) -> None:
    connection = make_connection(last_checked_at=NOON, last_error="The token is old.")
    rule = make_rule(make_offer(), connection=connection, name="Welcome text")

    html = staff.get(page_of(connection)).content.decode()

    assert f"#{rule.pk} Welcome text</a> Active" in html
    assert "2026-03-01 12:00:00</time> The token is old." in html
    assert "••••cdef" in html
    assert "canary" not in html
    assert "Disabled: nothing is sent with it" in html


def test_a_new_connection_has_no_postback_and_was_not_tested(staff: Client) -> None:
    html = staff.get(page_of(make_connection())).content.decode()

    assert "No postback yet." in html
    assert "Not tested yet." in html


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_connection_in_use_is_not_deleted_and_the_postbacks_are_named(
    method: str, staff: Client
) -> None:
    connection = make_connection()
    rule = make_rule(make_offer(), connection=connection, name="Welcome text")

    page = getattr(staff, method)(
        page_of(connection, "delete"), {"post": "yes"}, follow=True
    )

    assert f"used by the postbacks #{rule.pk} Welcome text. Give" in texts_of(page)
    assert Connection.objects.exists()


def test_deleted_postbacks_do_not_keep_a_connection(staff: Client) -> None:
    connection = make_connection()
    rule = make_rule(make_offer(), connection=connection)
    archive_rule(rule=rule, author=make_user(), now=NOON)

    asked = staff.get(page_of(connection, "delete"))
    staff.post(page_of(connection, "delete"), {"post": "yes"})

    rule.refresh_from_db()
    assert asked.status_code == 200
    assert not Connection.objects.exists()
    assert rule.connection is None


# --- what states do


def held_by(connection: Connection, reason: str) -> Delivery:
    offer = make_offer()
    rule = make_rule(offer, connection=connection)
    return make_delivery(rule, make_event(offer), state="held", reason=reason)


@pytest.mark.parametrize("before", ["disabled", "auth_error"])
def test_what_was_held_is_sent_when_the_state_becomes_ok(
    before: str, staff: Client
) -> None:
    connection = make_connection(state=before)
    delivery = held_by(connection, "connection_disabled")

    page = post(staff, connection, state="ok")

    delivery.refresh_from_db()
    assert "1 held deliveries are sent now." in texts_of(page)
    assert delivery.state == "pending"


def test_disabling_says_what_follows(staff: Client) -> None:
    page = post(staff, make_connection(), state="disabled")

    assert "What its postbacks would send is held." in texts_of(page)


def test_testing_a_disabled_connection_says_that_nothing_is_sent(
    staff: Client,
) -> None:
    connection = make_connection(
        kind="ping_url", settings={"auth": "none"}, sealed_secrets="", state="disabled"
    )
    delivery = held_by(connection, "connection_disabled")

    page = staff.post(page_of(connection, "test"), follow=True)

    delivery.refresh_from_db()
    assert "Texts is disabled: nothing is sent until its state is OK." in texts_of(page)
    assert delivery.state == "held"
