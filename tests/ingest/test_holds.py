"""Approved conversions that wait for some days first."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from apps.deliveries.models import Delivery
from apps.ingest.conversions import Move, move_conversion, release_holds
from apps.ingest.tasks import end_holds
from apps.offers.models import Offer
from apps.tracking.models import Conversion, ConversionChange
from tests.factories import make_rule
from tests.ingest.postbacks import send

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]


@pytest.fixture(autouse=True)
def _hold(offer: Offer) -> None:
    Offer.objects.update(hold_days=7)


def test_an_approved_conversion_is_on_hold_first_and_told_when_it_ends(
    client: Client, offer: Offer
) -> None:
    """Domain §3: hold → approved by the timer; entering it is silent."""
    rule = make_rule(offer)
    send(client)
    conversion = Conversion.objects.get()
    ends = conversion.created_at + timedelta(days=7)
    assert (conversion.status, conversion.hold_until) == ("hold", ends)
    assert not Delivery.objects.exists()

    assert release_holds(ends - timedelta(seconds=1)) == 0
    assert release_holds(ends) == 1
    assert release_holds(ends) == 0

    conversion.refresh_from_db()
    assert (conversion.status, conversion.hold_until) == ("approved", None)
    assert Delivery.objects.get().rule == rule
    assert ConversionChange.objects.get(number=2).source == "system"


def test_a_sender_that_repeats_itself_does_not_cut_a_hold_short(
    client: Client,
) -> None:
    send(client, status="approved")

    assert send(client, status="approved").json()["result"] == "duplicate"
    assert Conversion.objects.get().status == "hold"


def test_a_rejection_ends_a_hold_for_good(client: Client) -> None:
    send(client)
    send(client, status="rejected")

    assert release_holds(datetime.now(UTC) + timedelta(days=30)) == 0
    assert Conversion.objects.get().status == "rejected"


def test_a_hold_by_hand_has_no_end_of_its_own(client: Client) -> None:
    send(client, status="pending")
    conversion = Conversion.objects.get()
    move_conversion(conversion.pk, Move("hold", "manual"), datetime.now(UTC))

    end_holds()

    assert Conversion.objects.get().status == "hold"
