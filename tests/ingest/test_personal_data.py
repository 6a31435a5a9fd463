"""What the doors keep of people, and what they do not."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.events.categories import RepeatPolicy
from apps.ingest.erasing import erase_person
from apps.offers.models import Offer
from apps.tracking.models import Event, Lead
from tests.factories import (
    SECRET,
    TRANSACTION,
    make_event_type,
    make_offer_event,
    make_user,
)
from tests.ingest.postbacks import send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]


def submit(client: Client, **contact: str) -> Any:
    return client.post(
        "/api/v1/leads",
        {"transaction_id": TRANSACTION, **contact},
        "application/json",
        headers={"authorization": f"Bearer {SECRET}"},
    ).json()


def test_the_key_of_a_device_or_a_person_is_kept_as_a_hash(
    client: Client, offer: Offer
) -> None:
    """A key is kept for ever: what it is made of must not be readable."""
    launch = make_event_type(
        "launch", needs_conversion=False, repeat_policy=RepeatPolicy.ONCE_PER_USER
    )
    make_offer_event(offer, launch)

    send(client, event_name="launch", user_id="jane@x.example")

    assert "jane" not in (Event.objects.get().dedupe_key or "")


def test_a_lead_that_was_erased_stays_so_when_it_is_submitted_again(
    client: Client, offer: Offer
) -> None:
    submit(client, email="jane@x.example")
    lead = Lead.objects.get()
    erase_person(lead.pk, make_user(), timezone.now())

    answer = submit(client, email="jane@x.example")

    lead.refresh_from_db()
    assert answer["result"] == "duplicate"
    assert (lead.sealed_contact, lead.email_hash) == ("", "")
