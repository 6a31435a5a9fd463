"""What operators do with deliveries from the list and the page (R213)."""

from typing import Any
from unittest.mock import patch

import pytest
from auditlog.models import LogEntry
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.test import Client
from django.urls import reverse

from apps.deliveries.models import Delivery
from apps.ingest.models import RefusedRequest
from tests.factories import NOON, make_delivery, make_event, make_offer, make_rule

pytestmark = pytest.mark.django_db

LIST = "admin:deliveries_delivery_changelist"


def make(state: str, **fields: Any) -> Delivery:
    """Return a delivery in ``state``."""
    offer = make_offer(f"Offer {Delivery.objects.count()}")
    finished_at = NOON if state in ("failed", "delivered") else None
    return make_delivery(
        make_rule(offer),
        make_event(offer),
        state=state,
        finished_at=finished_at,
        **fields,
    )


def resend_all(client: Client) -> str:
    """Choose all rows of the list and have them resent; return what is said."""
    keys = [str(pk) for pk in Delivery.objects.values_list("pk", flat=True)]
    chosen = {"action": "resend_selected", ACTION_CHECKBOX_NAME: keys}
    response = client.post(reverse(LIST), chosen, follow=True)
    return " ".join(str(message) for message in response.context["messages"])


def test_several_are_resent_at_once_and_it_is_logged_who_did(staff: Client) -> None:
    for state in ("failed", "failed", "pending"):
        make(state)

    said = resend_all(staff)

    states = sorted(Delivery.objects.values_list("state", flat=True))
    assert states == ["pending", "retrying", "retrying"]
    assert "2 deliveries will be sent again; 1 were left alone." in said
    actors = LogEntry.objects.filter(changes__has_key="by hand").values_list(
        "actor__username", flat=True
    )
    assert list(actors) == ["root", "root"]


def test_too_many_are_left_to_a_replay(staff: Client) -> None:
    make("failed")
    make("failed")

    with patch("apps.console.deliveries.RESENT_AT_ONCE", 1):
        said = resend_all(staff)

    assert "by a replay" in said
    assert set(Delivery.objects.values_list("state", flat=True)) == {"failed"}


def test_a_held_one_is_marked_as_delivered_and_others_cannot_be(staff: Client) -> None:
    held, failed = make("held", reason="ambiguous"), make("failed")

    for one in (held, failed):
        url = reverse("admin:deliveries_delivery_act", args=[one.pk])
        staff.post(url, {"what": "mark"})
        one.refresh_from_db()

    assert (held.state, held.reason) == ("delivered", "marked")
    assert failed.state == "failed"


def test_a_refused_request_opens_all_it_carried(staff: Client) -> None:
    refused = RefusedRequest.objects.create(
        received_at=NOON,
        result="refused",
        reason="bad_amount",
        detail="The amount is no number.",
        method="POST",
        path="/postback",
        fields={"amount": "ten", "order_id": "A-1"},
        headers={"User-Agent": "curl/8"},
        transaction_id="tx-1",
    )
    url = reverse("admin:ingest_refusedrequest_change", args=[refused.pk])

    html = staff.get(url).content.decode()

    for shown in ("bad_amount", "The amount is no number.", "A-1", "curl/8", "ten"):
        assert shown in html
