"""What people do in the admin, and what it leaves behind."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import ApiToken, hash_token
from apps.core import secret_box
from apps.deliveries.models import Delivery
from apps.postbacks.models import PostbackRule, RuleRevision
from apps.tracking.models import Conversion, Event
from tests.factories import make_delivery, make_event, make_offer, make_rule

pytestmark = pytest.mark.django_db

ADD = "admin:postbacks_postbackrule_add"
NO_INLINES = {
    f"{rows}-{counted}_FORMS": "0"
    for rows in ("custom_events", "field_conditions", "windows", "caps")
    for counted in ("TOTAL", "INITIAL")
}
PING = {
    "name": "Tracker",
    "sending_mode": "all",
    "sample_percent": "100",
    "delay_seconds": "0",
    "schedule_timezone": "UTC",
    "cfg_method": "GET",
    "cfg_url": "https://t.example/pb?tid={transaction_id}",
    "cfg_payload_type": "form",
    "cfg_payload": "",
    "cfg_headers": "X-Key: very-secret-value-1",
    "cfg_success": "2xx",
    "cfg_missing": "empty",
    "cfg_timeout": "15",
    "cfg_on_ambiguous": "retry",
}


def ping_values(client: Client, url: str, **changes: Any) -> dict[str, Any]:
    """Return the form's own initial values with ``PING`` and ``changes``."""
    form = client.get(url).context["adminform"].form
    initial = {
        name: form[name].value()
        for name in form.fields
        if form[name].value() is not None
    }
    return {**initial, **NO_INLINES, **PING, **changes}


def test_a_postback_is_added_in_two_steps(staff: Client) -> None:
    """R76, R96: trigger and action first, then the settings."""
    offer = make_offer()
    first = staff.get(reverse(ADD))
    second = f"{reverse(ADD)}?trigger=conversion_done&action=ping_url&offer={offer.pk}"

    response = staff.post(second, ping_values(staff, second))

    rule = PostbackRule.objects.get()
    revision = RuleRevision.objects.get()
    assert b"Conversion Done" in first.content
    assert b'value="Save rule"' in staff.get(second).content
    assert response.status_code == 302, response.context["adminform"].form.errors
    assert (rule.offer, rule.action, rule.trigger) == (
        offer,
        "ping_url",
        "conversion_done",
    )
    assert rule.author.username == "root"
    assert revision.snapshot["destination"] == "https://t.example:443"
    assert "very-secret" not in str(rule.settings) + rule.sealed_secrets
    assert "very-secret-value-1" in str(secret_box.unseal(rule.sealed_secrets))


def test_a_secret_is_never_shown_again_and_blank_keeps_it(staff: Client) -> None:
    """R223."""
    offer = make_offer()
    add = f"{reverse(ADD)}?trigger=conversion_done&action=ping_url&offer={offer.pk}"
    staff.post(add, ping_values(staff, add))
    rule = PostbackRule.objects.get()
    change = reverse("admin:postbacks_postbackrule_change", args=[rule.pk])

    page = staff.get(change)
    staff.post(change, ping_values(staff, change, cfg_headers="", name="Renamed"))

    rule.refresh_from_db()
    assert b"very-secret" not in page.content
    assert (rule.name, rule.revision) == ("Renamed", 2)
    assert "very-secret-value-1" in str(secret_box.unseal(rule.sealed_secrets))


def test_an_unknown_macro_is_a_form_error(staff: Client) -> None:
    offer = make_offer()
    add = f"{reverse(ADD)}?trigger=conversion_done&action=ping_url&offer={offer.pk}"

    response = staff.post(
        add, ping_values(staff, add, cfg_url="https://t.example/?a={transacton_id}")
    )

    assert b"transaction_id" in response.content
    assert not PostbackRule.objects.exists()


def test_a_use_case_sets_the_categories(staff: Client) -> None:
    """R2, R3."""
    add = f"{reverse(ADD)}?trigger=event&action=ping_url"

    staff.post(add, ping_values(staff, add, use_case="touched"))

    rule = PostbackRule.objects.get()
    assert rule.categories == ["conversions", "partial_conversions"]


def test_custom_events_are_added_without_limit(staff: Client) -> None:
    """R27, R31."""
    add = f"{reverse(ADD)}?trigger=event&action=ping_url"
    events = {
        f"custom_events-{n}-{field}": value
        for n in range(30)
        for field, value in (("name", f"event_{n}"), ("send_as", ""))
    }

    staff.post(
        add, ping_values(staff, add, **events, **{"custom_events-TOTAL_FORMS": "30"})
    )

    assert PostbackRule.objects.get().custom_events.count() == 30
    assert len(RuleRevision.objects.get().snapshot["custom_events"]) == 30


def test_the_status_changes_after_a_confirmation(staff: Client) -> None:
    """R74."""
    rule = make_rule(make_offer())
    url = reverse("admin:postbacks_postbackrule_status", args=[rule.pk])

    page = staff.get(url)
    staff.post(url, {"status": "disabled", "reason": "audit"})

    rule.refresh_from_db()
    assert page.status_code == 200
    assert (rule.status, rule.status_reason) == ("disabled", "audit")


def test_a_postback_is_deleted_by_typing_its_number(staff: Client) -> None:
    """R100."""
    rule = make_rule(make_offer())
    url = reverse("admin:postbacks_postbackrule_remove", args=[rule.pk])

    wrong = staff.post(url, {"typed": "0"})
    assert PostbackRule.objects.unarchived().count() == 1
    staff.post(url, {"typed": f"#{rule.pk}"})

    assert b"Nothing was deleted" in wrong.content
    assert not PostbackRule.objects.unarchived().exists()


def test_a_token_is_shown_once_and_stored_as_a_hash(staff: Client) -> None:
    url = reverse("admin:accounts_apitoken_add")

    response = staff.post(
        url,
        {
            "label": "tracker",
            "scope": "account",
            "valid_from_0": "2026-01-01",
            "valid_from_1": "00:00:00",
        },
        follow=True,
    )

    token = ApiToken.objects.get()
    [message] = [str(m) for m in response.context["messages"] if "copy it" in str(m)]
    secret = message.split("<code>")[1].split("</code>")[0]
    again = staff.get(reverse("admin:accounts_apitoken_change", args=[token.pk]))
    assert token.token_hash == hash_token(secret)
    assert secret.encode() not in again.content


def test_a_conversion_is_changed_with_a_reason(
    staff: Client, everything: Event
) -> None:
    conversion = Conversion.objects.get()
    url = reverse("admin:tracking_conversion_status", args=[conversion.pk])

    staff.post(url, {"status": "rejected", "reason": "fraud"})

    conversion.refresh_from_db()
    assert (conversion.status, conversion.status_reason) == ("rejected", "fraud")


def test_a_held_delivery_is_resent_by_a_button(
    staff: Client, everything: Event
) -> None:
    delivery = Delivery.objects.get()
    Delivery.objects.update(state="held", reason="ambiguous")
    url = reverse("admin:deliveries_delivery_change", args=[delivery.pk])

    page = staff.get(url)
    staff.post(
        reverse("admin:deliveries_delivery_act", args=[delivery.pk]), {"what": "resend"}
    )

    delivery.refresh_from_db()
    assert b"must not be sent twice" in page.content
    assert delivery.state == "retrying"


def test_the_event_log_costs_the_same_for_many_events(staff: Client) -> None:
    offer = make_offer()
    rule = make_rule(offer)
    url = reverse("admin:tracking_event_changelist")

    def add(name: str) -> None:
        make_delivery(rule, make_event(offer, transaction_id=name))

    add("t-0")
    with CaptureQueriesContext(connection) as few:
        staff.get(url)
    for number in range(1, 6):
        add(f"t-{number}")

    with CaptureQueriesContext(connection) as many:
        page = staff.get(url)

    assert b"0 of 1 sent" in page.content
    assert len(many) == len(few)


def test_the_search_opens_a_single_hit(staff: Client) -> None:
    rule = make_rule(make_offer())

    response = staff.get(reverse("admin:find"), {"q": f"#{rule.pk}"})

    assert response["Location"] == reverse(
        "admin:postbacks_postbackrule_change", args=[rule.pk]
    )
