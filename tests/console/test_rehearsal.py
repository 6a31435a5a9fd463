"""Dry runs: complete verdicts and the real request, and nothing happens."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.core.adminkit.addresses import page_url
from apps.deliveries.models import Attempt, Delivery, Destination
from apps.offers.models import Offer, OfferAffiliate
from apps.postbacks.models import PostbackRule
from apps.postbacks.services import record_revision
from tests.console.test_flows import ADD, ping_values
from tests.factories import (
    NOON,
    make_affiliate,
    make_click,
    make_conversion,
    make_event,
    make_offer,
    make_rule,
    make_user,
)

pytestmark = pytest.mark.django_db

URL = "https://t.example/pb?tid={transaction_id}&e={event_name}&sum={payout}"


@pytest.fixture
def offer() -> Offer:
    """Return an offer with an event of its own."""
    found = make_offer()
    click = make_click(found, "t-9")
    make_event(
        found,
        click=click,
        transaction_id="t-9",
        name="sign up",
        category="engagement",
        payout=3,
        currency="USD",
    )
    return found


def tried(client: Client, rule: PostbackRule, **values: str) -> str:
    """Return the page of the dry run."""
    if values:
        return client.post(page_url(rule, "dry-run"), values).content.decode()
    return client.get(page_url(rule, "dry-run")).content.decode()


def test_it_shows_the_request_that_would_be_sent(staff: Client, offer: Offer) -> None:
    rule = make_rule(offer, trigger="event", categories=["engagement"], url=URL)

    page = tried(staff, rule)

    assert "It would fire" in page
    assert "https://t.example/pb?tid=t-9&amp;e=sign%20up&amp;sum=3" in page
    assert not Delivery.objects.exists()
    assert not Attempt.objects.exists()
    assert Destination.objects.count() == 0


def test_it_tells_what_keeps_it_from_firing(staff: Client, offer: Offer) -> None:
    rule = make_rule(
        offer, trigger="event", categories=["views"], requires_consent=True, url=URL
    )

    page = tried(staff, rule)

    assert "It would not fire" in page
    assert "wanted views, got engagement" in page
    assert "wanted given, got not given" in page


def test_a_rule_on_conversions_is_tried_on_a_change(
    staff: Client, offer: Offer
) -> None:
    conversion = make_conversion(offer, transaction_id="t-9", status="pending")
    conversion.changes.create(
        number=1,
        operation="create",
        new_status="pending",
        source="url",
        changed_at=NOON,
    )
    rule = make_rule(offer, trigger="conversion_pending", url=f"{URL}&s={{status}}")

    assert "s=pending" in tried(staff, rule, transaction_id="t-9")
    assert "nothing to try it on" in tried(staff, rule, transaction_id="t-10")


def test_secrets_are_not_shown(staff: Client, offer: Offer) -> None:
    rule = make_rule(offer, trigger="event", categories=["engagement"], url=URL)
    rule.sealed_secrets = ""
    rule.settings = {**rule.settings, "headers": "Authorization: Bearer very-secret-1"}
    rule.save()

    assert "very-secret-1" not in tried(staff, rule)


def test_an_affiliate_tries_it_on_own_events_only(
    sign_in: Callable[[User], Client], offer: Offer
) -> None:
    """R103, R224."""
    user = make_user("partner", affiliate=make_affiliate())
    rule = make_rule(
        None, author=user, trigger="event", categories=["engagement"], url=URL
    )

    page = tried(sign_in(user), rule, transaction_id="t-9")

    assert "nothing to try it on" in page


def test_without_anything_to_try_it_on_the_examples_are_sent(staff: Client) -> None:
    url = f"{URL}&plan={{field:plan}}"
    rule = make_rule(make_offer("Quiet"), trigger="event", url=url)

    page = tried(staff, rule)

    assert "The request with example values" in page
    assert "plan=plan" in page
    assert "sum=" in page
    assert "{payout}" not in page


def test_what_is_not_saved_yet_can_be_tried(staff: Client, offer: Offer) -> None:
    """New or changed: the form is checked as for saving, and nothing is stored."""
    add = f"{reverse(ADD)}?trigger=event&action=ping_url&offer={offer.pk}"
    values = ping_values(
        staff, add, categories=["engagement"], cfg_url=URL, name="Tried", _try="1"
    )

    new = staff.post(add, values)
    assert not PostbackRule.objects.exists()
    rule = make_rule(offer, trigger="event", categories=["views"], url=URL)
    change = reverse("admin:postbacks_postbackrule_change", args=[rule.pk])
    changed = staff.post(change, {**values, "trigger": "event"})

    for answer in (new, changed):
        assert "It would fire" in answer.content.decode()
        assert "tid=t-9" in answer.content.decode()
    rule.refresh_from_db()
    assert (rule.categories, rule.revision) == (["views"], 1)


def test_an_affiliate_does_not_learn_the_revenue_from_a_condition(
    sign_in: Callable[[User], Client],
) -> None:
    """Staff may set one on an affiliate's postback."""
    affiliate = make_affiliate()
    partner = make_user("partner", affiliate=affiliate)
    rule = make_rule(
        None, author=partner, trigger="event", categories=["views"], url=URL
    )
    rule.field_conditions.create(field="revenue", operator="above", value="41")
    record_revision(rule=rule, author=make_user(), now=NOON)
    offer = make_offer()
    OfferAffiliate.objects.create(offer=offer, affiliate=affiliate)
    event = make_event(
        offer, affiliate=affiliate, category="views", revenue=4242, received_at=NOON
    )
    client = sign_in(partner)

    trace = client.get(reverse("admin:tracking_event_change", args=[event.pk]))

    for page in (tried(client, rule), trace.content.decode()):
        assert "field revenue" in page
        assert "4242" not in page
        assert "above / after 41" not in page
