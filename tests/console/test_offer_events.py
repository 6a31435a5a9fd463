"""Events on offers: added, customized, and defined from names that were received."""

import pytest
from django.test import Client
from django.urls import reverse

from apps.core.adminkit.addresses import change_url, page_url
from apps.events.models import EventType, OfferEvent
from apps.goals.models import Goal
from tests.console.test_offer_page import see, shown, texts_of
from tests.factories import (
    make_event_list,
    make_event_type,
    make_offer,
    make_offer_event,
)

pytestmark = pytest.mark.django_db


def test_a_new_event_of_an_offer_leads_to_its_url(staff: Client) -> None:
    """R48, R59: from the tab Revenue & payout and back; its dedicated URL is there."""
    offer, event_type = make_offer(), make_event_type("sold")
    tab = staff.get(page_url(offer, "terms"))
    url = tab.context["add_event_url"]
    rows = {
        f"{prefix}-{name}_FORMS": "0"
        for prefix in ("fields", "payouts")
        for name in ("TOTAL", "INITIAL")
    }
    values = {
        "offer": offer.pk,
        "event_type": event_type.pk,
        "is_enabled": "on",
        "source": "direct",
        "is_affiliate_conversion": "unknown",
        "revenue_type": "cpa",
        "revenue_value": "3",
        "payout_type": "cpa",
        "payout_value": "2",
        "percent_of": "sale_amount",
        "param_map": "{}",
    }

    response = staff.post(url, {**values, **rows}, follow=True)

    assert f'<a class="push" href="{url}">Add event</a>' in tab.content.decode()
    assert response.redirect_chain[-1][0] == page_url(offer, "terms")
    assert (
        f"/postback/{offer.public_token}/{event_type.pk}?" in response.content.decode()
    )


def test_a_goal_of_another_offer_is_refused(staff: Client) -> None:
    offer, other = make_offer("Mine"), make_offer("Theirs", enable_goals=True)
    goal = Goal.objects.create(offer=other, name="sold")
    own = Goal.objects.create(offer=make_offer("Third", enable_goals=True), name="own")
    event = make_offer_event(offer)
    add = reverse("admin:events_offerevent_add")

    response = staff.post(
        add, {"offer": offer.pk, "event_type": event.event_type_id, "goal": goal.pk}
    )
    form = staff.get(f"{add}?offer={own.offer_id}").context["adminform"].form

    assert "«sold» is a goal of «Theirs»" in response.content.decode()
    assert list(form.fields["goal"].queryset) == [own]
    assert f'value="{goal.pk}">Theirs' not in shown(staff, change_url(event))


def test_a_name_that_nobody_defined_becomes_an_event(staff: Client) -> None:
    """R21, R33."""
    offer = make_offer()
    see(offer, "Trial Started", refused_count=9)
    tab = shown(staff, page_url(offer, "terms"))
    define = f"{page_url(offer, 'define')}?name=Trial%20Started"

    form = shown(staff, define)
    staff.post(
        define,
        {"same_as": "", "category": "progress", "repeat_policy": "unlimited"},
    )

    event = OfferEvent.objects.get(offer=offer)
    assert define in tab
    assert "a new event «Trial Started»" in form
    assert (event.event_type.name, event.event_type.category) == (
        "Trial Started",
        "progress",
    )
    assert event.event_type.needs_conversion is False
    assert "not defined" not in shown(staff, page_url(offer, "terms"))


def test_a_name_can_be_another_name_of_an_event_the_offer_has(staff: Client) -> None:
    offer = make_offer()
    event_type = make_event_type("trial_started")
    make_event_list(event_type, offers=[offer])
    see(offer, "TrialStart", refused_count=1)

    staff.post(
        f"{page_url(offer, 'define')}?name=TrialStart", {"same_as": event_type.pk}
    )

    event = OfferEvent.objects.get(offer=offer)
    assert (event.advertiser_event_name, event.source) == ("TrialStart", "list")


def test_only_a_name_that_was_received_is_defined(staff: Client) -> None:
    offer = make_offer()

    response = staff.post(
        f"{page_url(offer, 'define')}?name=invented", {"same_as": ""}, follow=True
    )

    assert "never received the name «invented»" in texts_of(response)
    assert not EventType.objects.filter(name="invented").exists()


def test_a_name_that_is_defined_is_not_defined_again(staff: Client) -> None:
    """Two events of one offer never answer to the same name."""
    offer = make_offer()
    make_offer_event(offer, make_event_type("sold"), advertiser_event_name="af_sold")
    make_offer_event(offer, make_event_type("paid"))
    see(offer, "af_sold", accepted_count=3)
    paid = EventType.objects.get(name="paid")

    response = staff.post(
        f"{page_url(offer, 'define')}?name=af_sold", {"same_as": paid.pk}, follow=True
    )

    assert "«af_sold» is defined already: it is «sold» here." in texts_of(response)
