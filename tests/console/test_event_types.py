"""The form of an event type: what it asks for, advises and keeps; the common events."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.core.adminkit.addresses import add_url
from apps.events.models import EventType, OfferEvent
from tests.console.test_offer_page import shown
from tests.factories import make_event_list, make_event_type, make_offer

pytestmark = pytest.mark.django_db

ADD = "admin:events_eventtype_add"


def add(client: Client, **values: str) -> Any:
    """Post the form of a new event type."""
    given = {"category": "progress", "repeat_policy": "once_per_transaction", **values}
    return client.post(reverse(ADD), given)


def test_an_event_needs_a_name_and_no_description(staff: Client) -> None:
    """R49, R171, R172: the name and the options for conversions are saved."""
    nameless = add(staff, description="Nobody knows its name.")
    bare = add(staff, name="trial_paid", is_conversion="on")
    described = add(
        staff,
        name="Trial Ended",
        description="No card was left.",
        is_affiliate_conversion="on",
    )

    assert nameless.context["adminform"].form.errors == {
        "name": ["This field is required."]
    }
    assert (bare.status_code, described.status_code) == (302, 302)
    saved = EventType.objects.filter(is_system=False).order_by("pk")
    fields = ("name", "description", "is_conversion", "is_affiliate_conversion")
    assert list(saved.values_list(*fields)) == [
        ("trial_paid", "", True, False),
        ("Trial Ended", "No card was left.", False, True),
    ]


def test_the_form_advises_how_to_name_an_event(staff: Client) -> None:
    """R49, R173: exactly what is sent; short, lower case, underscores."""
    help_text = staff.get(reverse(ADD)).context["adminform"].form["name"].help_text

    assert help_text == (
        "Exactly what senders report, case included. Short, lower case, underscores: "
        "sale, sign_up."
    )


def test_every_offer_may_have_every_event(staff: Client) -> None:
    """R165: the vocabulary belongs to the organization; lists and offers share it."""
    renewal = make_event_type("renewal")
    offers = [make_offer("One"), make_offer("Two")]
    make_event_list(renewal, offers=offers[:1])
    everything = set(EventType.objects.all())

    for offer in offers:
        page = staff.get(add_url(OfferEvent, offer=offer.pk))
        field = page.context["adminform"].form.fields["event_type"]

        assert field.required
        assert set(field.queryset) == everything


def test_the_common_events_exist_with_their_meanings(staff: Client) -> None:
    """R168."""
    html = shown(staff, reverse("admin:events_eventtype_changelist"))

    common = {
        "sale": "A purchase was completed.",
        "qualified": "The lead was checked and meets the criteria.",
        "callback": "The lead asked to be called back.",
        "signup": "The person opened an account.",
        "rejected": "The lead was refused by the buyer.",
    }
    found = EventType.objects.filter(name__in=common)
    assert dict(found.values_list("name", "description")) == common
    for meaning in common.values():
        assert meaning in html
