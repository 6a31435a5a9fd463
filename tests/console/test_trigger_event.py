"""Triggering an event from the page of its lead (R186 to R188, R193)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import Role, User
from apps.core.adminkit.addresses import change_url, page_url
from apps.deliveries.models import Delivery
from apps.events.categories import RepeatPolicy
from apps.events.models import EventType, OfferEvent, OfferEventField
from apps.ingest.models import RefusedRequest
from apps.offers.models import Offer
from apps.tracking.models import ConversionChange, Event, Lead
from tests.factories import (
    NOON,
    make_click,
    make_conversion,
    make_event_list,
    make_event_type,
    make_offer,
    make_offer_event,
    make_rule,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead() -> Lead:
    """Return a lead with a conversion, on an offer with the event «qualified»."""
    offer = make_offer("Solar")
    click = make_click(offer)
    make_conversion(offer, click=click, affiliate=click.affiliate, status="pending")
    qualified, _ = EventType.objects.get_or_create(
        name="qualified", defaults={"category": "progress"}
    )
    make_offer_event(offer, qualified)
    return Lead.objects.create(
        offer=offer,
        click=click,
        transaction_id=click.transaction_id,
        affiliate=click.affiliate,
        submitted_at=NOON,
    )


def of_offer(offer: Offer) -> OfferEvent:
    return offer.offer_events.get(event_type__name="qualified")


def address(lead: Lead, name: str = "qualified") -> str:
    number = EventType.objects.get(name=name).pk
    return f"{page_url(lead, 'trigger')}?event={number}"


def add_field(lead: Lead, name: str, kind: str, *, required: bool = True) -> None:
    OfferEventField.objects.create(
        offer_event=of_offer(lead.offer), name=name, type=kind, is_required=required
    )


def confirm(client: Client, lead: Lead, **values: str) -> Any:
    """Look at the preview of ``values``, then confirm it."""
    url = address(lead)
    look = client.post(url, {**values, "look": "1"})
    seen = look.context.get("seen", "")
    return client.post(url, {**values, "seen": seen, "confirm": "1"}, follow=True)


def test_only_events_of_the_leads_offer_can_be_chosen(
    staff: Client, lead: Lead
) -> None:
    """R188: own ones and those of its lists, no disabled and no foreign one."""
    make_event_list(make_event_type("listed"), offers=[lead.offer])
    make_offer_event(lead.offer, make_event_type("disabled"), is_enabled=False)
    make_offer_event(make_offer("Other"), make_event_type("foreign"))

    page = staff.get(page_url(lead, "trigger"))
    foreign = staff.get(address(lead, "foreign"))

    choices = page.context["choice"].fields["event"].choices
    assert [label for _, label in choices] == [
        "Choose an event",
        "listed",
        "qualified",
    ]
    assert "Trigger «foreign»" not in foreign.content.decode()


def test_the_preview_names_the_postbacks_and_writes_nothing(
    staff: Client, lead: Lead
) -> None:
    make_rule(
        lead.offer, trigger="event", categories=["progress"], name="To the tracker"
    )
    make_rule(lead.offer, trigger="event", categories=["views"], name="Of views")
    make_rule(
        lead.offer,
        trigger="event",
        categories=["progress"],
        requires_consent=True,
        name="With consent",
    )

    page = staff.get(address(lead)).content.decode()

    assert "1 postback will be sent" in page
    assert "To the tracker" in page
    assert "Of views" not in page
    assert "The person gave no consent" in page
    assert (Event.objects.count(), Delivery.objects.count()) == (0, 0)


def test_confirmed_it_is_accepted_and_its_trace_opens(
    staff: Client, lead: Lead
) -> None:
    """R186, R187, R213: by hand, by whom, why."""
    make_rule(lead.offer, trigger="event", categories=["progress"])

    answer = confirm(staff, lead, reason="called back", amount="12.50", order_id="A-1")

    event = Event.objects.get()
    assert answer.redirect_chain == [(change_url(event), 302)]
    assert "«qualified» triggered; 1 postback queued." in answer.content.decode()
    assert (event.source, str(event.triggered_by)) == ("manual", "root")
    assert (event.params["reason"], str(event.sale_amount), event.order_id) == (
        "called back",
        "12.500000",
        "A-1",
    )
    assert Delivery.objects.get().event == event


def test_required_fields_are_typed_and_asked_for(staff: Client, lead: Lead) -> None:
    """R190, R191, R192, R193: text, number and date, each checked."""
    add_field(lead, "plan", "text")
    add_field(lead, "score", "number")
    add_field(lead, "day", "date", required=False)

    page = staff.get(address(lead)).content.decode()
    wrong = staff.post(
        address(lead),
        {"field_plan": "", "field_score": "many", "field_day": "tomorrow", "look": "1"},
    )
    confirm(staff, lead, field_plan="gold", field_score="7.5", field_day="2026-03-01")

    assert 'type="date"' in page
    assert "will be sent" not in page
    assert set(wrong.context["form"].errors) == {
        "field_plan",
        "field_score",
        "field_day",
    }
    fields = Event.objects.get().fields
    assert fields == {"plan": "gold", "score": "7.5", "day": "2026-03-01"}


def test_a_custom_field_may_be_called_as_a_field_of_the_form(
    staff: Client, lead: Lead
) -> None:
    add_field(lead, "reason", "text")

    confirm(staff, lead, field_reason="own", reason="by hand")

    assert Event.objects.get().fields == {"reason": "own"}


def test_what_was_not_looked_at_is_not_triggered(staff: Client, lead: Lead) -> None:
    url = address(lead)
    seen = staff.post(url, {"amount": "1", "look": "1"}).context["seen"]

    page = staff.post(url, {"amount": "100", "seen": seen, "confirm": "1"})

    assert "You changed something since the preview" in page.content.decode()
    assert not Event.objects.exists()


def test_a_repetition_is_told_with_the_reason_and_cannot_be_confirmed(
    staff: Client, lead: Lead
) -> None:
    """R178."""
    confirm(staff, lead)
    first = Event.objects.get()

    page = staff.get(address(lead)).content.decode()

    assert "«qualified» happened before" in page
    assert "once per transaction: it is not multi-trigger" in page
    assert f'href="{change_url(first)}"' in page
    assert 'name="confirm"' not in page


def test_a_repetition_that_came_in_between_counts_once(
    staff: Client, lead: Lead
) -> None:
    url = address(lead)
    seen = staff.post(url, {"look": "1"}).context["seen"]
    values = {"seen": seen, "confirm": "1"}

    answers = [staff.post(url, values, follow=True) for _ in range(2)]

    assert Event.objects.count() == 1
    assert "Trigger «qualified»" not in answers[1].content.decode()
    assert "happened before" in answers[1].content.decode()


def test_a_multi_trigger_event_happens_again(staff: Client, lead: Lead) -> None:
    """R177."""
    EventType.objects.update(repeat_policy=RepeatPolicy.UNLIMITED)

    for _ in range(2):
        confirm(staff, lead)

    assert Event.objects.count() == 2


def test_the_postbacks_of_a_change_of_status_are_counted_too(
    staff: Client, lead: Lead
) -> None:
    """R211: the event approves the conversion, and that tells somebody."""
    of_offer(lead.offer)
    OfferEvent.objects.update(maps_to_status="approved")
    make_rule(lead.offer, trigger="conversion_done", name="On approval")

    page = staff.get(address(lead)).content.decode()
    answer = confirm(staff, lead)

    assert "1 postback will be sent" in page
    assert "On approval" in page
    assert "1 postback queued" in answer.content.decode()
    assert ConversionChange.objects.get().new_status == "approved"


def test_a_refusal_is_told_before_anything_happens(staff: Client, lead: Lead) -> None:
    lead.offer.conversions.all().delete()

    page = staff.get(address(lead)).content.decode()

    assert "It cannot be triggered: This event needs a conversion" in page
    assert not RefusedRequest.objects.exists()


def test_an_amount_that_the_terms_need_is_asked_for_at_its_field(
    staff: Client, lead: Lead
) -> None:
    OfferEvent.objects.update(payout_type="cps", percent_of="sale")

    page = staff.post(address(lead), {"amount": "", "look": "1"})

    assert "amount" in page.context["form"].errors


def test_a_person_is_not_bound_to_the_advertisers_addresses(
    staff: Client, lead: Lead
) -> None:
    Offer.objects.update(ip_allowlist=["203.0.113.0/24"])

    confirm(staff, lead)

    assert Event.objects.get().source == "manual"


def test_without_events_the_page_says_what_to_do(staff: Client, lead: Lead) -> None:
    OfferEvent.objects.update(is_enabled=False)

    page = staff.get(page_url(lead, "trigger")).content.decode()

    assert "No event can be triggered on this offer." in page
    assert reverse("admin:events_offerevent_changelist") in page


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AFFILIATE])
def test_viewers_and_affiliates_trigger_nothing(
    sign_in: Callable[[User], Client], lead: Lead, role: Role
) -> None:
    affiliate = lead.affiliate if role == Role.AFFILIATE else None
    client = sign_in(make_user("u", role=role, affiliate=affiliate))

    answer = client.post(address(lead), {"confirm": "1"})

    assert answer.status_code in (302, 403)
    assert not Event.objects.exists()
