"""The trace answers: was it sent, and if not, why (R202, R206)."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.deliveries.models import Delivery
from apps.goals.models import Goal
from apps.tracking.models import Event
from tests.console.conftest import MARKER
from tests.factories import NOON, make_affiliate, make_event, make_offer, make_rule

pytestmark = pytest.mark.django_db


def trace_of(client: Client, event: Event) -> str:
    """Return the page of an event without its line breaks."""
    url = reverse("admin:tracking_event_change", args=[event.pk])
    return " ".join(client.get(url).content.decode().split())


def test_a_rule_that_did_not_fire_says_what_it_wanted_and_got(staff: Client) -> None:
    offer = make_offer()
    affiliate = make_affiliate()
    make_rule(
        offer, trigger="event", categories=["views"], affiliate=affiliate, name="Views"
    )
    event = make_event(offer)

    html = trace_of(staff, event)

    assert "No postback fired." in html
    assert "category <i>wanted views, got conversions</i>" in html
    assert f"affiliate <i>wanted Bright (#{affiliate.pk}), got none</i>" in html


def test_a_rule_that_fired_shows_its_delivery_and_what_was_exchanged(
    staff: Client, everything: Event
) -> None:
    delivery = Delivery.objects.get()

    html = trace_of(staff, everything)

    address = reverse("admin:deliveries_delivery_change", args=[delivery.pk])
    assert f'href="{address}"' in html
    assert f"GET https://x.example/{MARKER}" in html
    assert f"HTTP 500 {MARKER}" in html


def test_a_rule_on_conversions_is_not_asked_about_the_event_itself(
    staff: Client, everything: Event
) -> None:
    html = trace_of(staff, everything)

    assert "got an event" not in html


def test_the_rule_is_judged_as_it_was_when_the_event_came(staff: Client) -> None:
    """DESIGN §6: the revision in force at the time of the trigger."""
    offer = make_offer()
    rule = make_rule(offer, trigger="event", categories=["conversions"])
    event = make_event(offer, received_at=NOON)
    rule.categories = ["views"]
    rule.save()

    html = trace_of(staff, event)

    assert "#1, revision 1".replace("#1", f"#{rule.pk}") in html
    assert "category <i>conversions</i>" in html


def test_users_of_an_affiliate_see_payout_but_no_revenue_nor_private_goals(
    sign_in: Callable[[User], Client], everything: Event
) -> None:
    secret_goal = Goal.objects.create(
        offer=everything.offer, name="Hush", is_private=True
    )
    event = make_event(
        everything.offer,
        transaction_id="t-2",
        affiliate=everything.affiliate,
        goal=secret_goal,
        revenue=Decimal("12.34"),
        payout=Decimal("5.67"),
        currency="USD",
        params={"margin": "secret-margin"},
    )
    partner = sign_in(User.objects.get(username=f"{MARKER}-user"))

    html = trace_of(partner, event)

    assert "5.67 USD" in html
    assert "12.34" not in html
    assert "Hush" not in html
    assert "secret-margin" not in html
