"""Event types and lists: names, flags, who is told, attached to many offers at once."""

from typing import Any

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django.urls import reverse

from apps.core.adminkit.addresses import change_url, list_url, page_url
from apps.event_lists.models import EventList, OfferEventList
from apps.events.models import EventType, OfferEventField
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from apps.tracking.models import Event
from tests.console.test_flows import ping_values
from tests.console.test_offer_page import shown, texts_of
from tests.factories import (
    make_event_list,
    make_event_type,
    make_offer,
    make_offer_event,
    make_rule,
)

pytestmark = pytest.mark.django_db


def save_type(client: Client, event_type: EventType, **changes: Any) -> Any:
    """Post the form of an event type with ``changes``."""
    values = {
        "name": event_type.name,
        "aliases": ",".join(event_type.aliases),
        "category": event_type.category,
        "repeat_policy": event_type.repeat_policy,
    }
    return client.post(change_url(event_type), {**values, **changes}, follow=True)


def test_the_list_of_events_shows_flags_and_leads_to_the_logs(staff: Client) -> None:
    """R169, R175, R176, R177, R200."""
    event_type = make_event_type(
        "sold",
        is_conversion=True,
        is_affiliate_conversion=True,
        repeat_policy="unlimited",
    )

    html = shown(staff, list_url(EventType))

    for flag in ("conversion", "affiliate conversion", "multi-trigger"):
        assert f">{flag}</span>" in html
    assert list_url(Event, event_type__id__exact=event_type.pk) in html


def test_a_renamed_event_is_still_accepted_under_its_former_name(
    staff: Client,
) -> None:
    """R174."""
    event_type = make_event_type("sold")

    response = save_type(staff, event_type, name="purchase_done")

    event_type.refresh_from_db()
    assert (event_type.name, event_type.aliases) == ("purchase_done", ["sold"])
    assert "Reports of «sold» are still accepted" in texts_of(response)


def test_a_name_that_comes_back_is_no_longer_a_former_one(staff: Client) -> None:
    """R174."""
    event_type = make_event_type("sold", aliases=["bought"])

    save_type(staff, event_type, name="bought")

    event_type.refresh_from_db()
    assert (event_type.name, event_type.aliases) == ("bought", ["sold"])


def test_renaming_names_the_postbacks_that_wait_for_the_former_name(
    staff: Client,
) -> None:
    """R33, R174: custom events are matched with the name in force."""
    event_type = make_event_type("sold")
    rule = make_rule(make_offer(), trigger="event", custom_events={"sold": ""})

    response = save_type(staff, event_type, name="purchase_done")

    assert f"no longer fire: #{rule.pk}" in texts_of(response)


def test_a_former_name_of_another_event_is_warned_of(staff: Client) -> None:
    """R170, R174."""
    make_event_type("purchase_done", aliases=["sold"])
    event_type = make_event_type("bought")

    response = save_type(staff, event_type, name="sold")

    assert "«sold» is a former name of «purchase_done»" in texts_of(response)


def test_two_conversion_events_on_one_offer_are_warned_of(staff: Client) -> None:
    """R179: on the event, and as long as it lasts on the offer's tab."""
    offer, other = make_offer("Both"), make_offer("One")
    sold = make_event_type("sold", is_conversion=True)
    paid = make_event_type("paid")
    make_offer_event(offer, sold)
    make_offer_event(other, paid)
    make_event_list(paid, offers=[offer])

    response = save_type(staff, paid, is_conversion="on")

    assert "More than one conversion event on «Both»:" in texts_of(response)
    assert "2 conversion events</span> on one offer: paid, sold" in shown(
        staff, page_url(offer, "terms")
    )
    assert "conversion events</span> on one offer" not in shown(
        staff, page_url(other, "terms")
    )


def test_an_event_that_is_switched_off_on_the_offer_does_not_count_as_the_second(
    staff: Client,
) -> None:
    """R179."""
    offer = make_offer()
    sold = make_event_type("sold", is_conversion=True)
    paid = make_event_type("paid")
    make_event_list(sold, paid, offers=[offer])
    make_offer_event(offer, sold, source="list", is_enabled=False)

    response = save_type(staff, paid, is_conversion="on")

    assert "More than one" not in texts_of(response)


def test_a_postback_url_is_added_to_an_event_and_listed_on_it(staff: Client) -> None:
    """R180, R181, R182, R183, R184: a rule on this event of every offer; several."""
    event_type = make_event_type("sold")
    empty = staff.get(change_url(event_type))
    add = empty.context["add_rule_url"]
    url = "https://p.example/?t={transaction_id}&l={lead_id}&e={event_name}"

    choices = staff.get(add).context["adminform"].form.fields["cfg_method"].choices
    for method in ("POST", "GET"):
        staff.post(add, ping_values(staff, add, cfg_url=url, cfg_method=method))

    assert [value for value, _ in choices] == ["GET", "POST"]
    rules = PostbackRule.objects.order_by("pk")
    assert [rule.settings["method"] for rule in rules] == ["POST", "GET"]
    html = shown(staff, change_url(event_type))
    assert "Nobody is told" in empty.content.decode()
    for rule in rules:
        assert (rule.event_type, rule.offer) == (event_type, None)
        assert (rule.trigger, rule.settings["url"]) == ("event", url)
        assert change_url(rule) in html
        assert page_url(rule, "send-test") in html


def test_custom_fields_of_an_event_are_edited_on_its_page(staff: Client) -> None:
    """R189, R190, R191, R192."""
    event = make_offer_event(make_offer())
    form = staff.get(change_url(event)).context["adminform"].form
    values = {name: form[name].value() or "" for name in form.fields}
    values |= {
        "param_map": "{}",
        "is_affiliate_conversion": "unknown",
        "payouts-TOTAL_FORMS": "0",
        "payouts-INITIAL_FORMS": "0",
        "fields-TOTAL_FORMS": "1",
        "fields-INITIAL_FORMS": "0",
        "fields-0-name": "started_on",
        "fields-0-type": "date",
        "fields-0-is_required": "on",
        "fields-0-position": "0",
    }

    response = staff.post(change_url(event), values)

    assert response.status_code == 302, response.context["errors"]
    field = OfferEventField.objects.get()
    assert (field.name, field.type, field.is_required) == ("started_on", "date", True)


def test_a_list_says_how_many_offers_use_it(staff: Client) -> None:
    """R195 to R198."""
    event_list = make_event_list(make_event_type(), offers=[make_offer()])

    html = shown(staff, list_url(EventList))
    page = shown(staff, change_url(event_list))

    assert "used by 1 offer</a>" in html
    assert "offers of the same vertical share a list" in page


def attach(client: Client, what: str, event_list: EventList, *offers: Offer) -> Any:
    """Confirm the action on the ticked offers."""
    values = {
        "action": "attach_event_list",
        "_selected_action": [offer.pk for offer in offers],
        "confirmed": "1",
        "event_list": event_list.pk,
        "what": what,
    }
    return client.post(reverse("admin:offers_offer_changelist"), values, follow=True)


def test_a_list_is_attached_to_ticked_offers_after_a_confirmation(
    staff: Client,
) -> None:
    """R195, R196: named first, then attached; who had it keeps it."""
    one, two, third = make_offer("One"), make_offer("Two"), make_offer("Third")
    event_list = make_event_list(make_event_type(), offers=[one])

    asked = staff.post(
        reverse("admin:offers_offer_changelist"),
        {"action": "attach_event_list", "_selected_action": [one.pk, two.pk]},
    )
    before = OfferEventList.objects.count()
    done = attach(staff, "attach", event_list, one, two)

    assert "2 offers" in asked.content.decode()
    assert before == 1
    assert set(event_list.offers.all()) == {one, two}
    assert third not in event_list.offers.all()
    assert "attached to 1 offer; 1 had it already" in texts_of(done)
    entry = LogEntry.objects.get_for_object(event_list).first()
    assert entry is not None
    assert "offers" in entry.changes_dict


def test_a_list_is_detached_from_ticked_offers(staff: Client) -> None:
    """R195."""
    one, two = make_offer("One"), make_offer("Two")
    event_list = make_event_list(make_event_type(), offers=[one, two])

    attach(staff, "detach", event_list, one)

    assert list(event_list.offers.all()) == [two]


def test_attaching_warns_of_a_second_conversion_event(staff: Client) -> None:
    """R179, R195."""
    offer = make_offer()
    make_offer_event(offer, make_event_type("sold", is_conversion=True))
    paid = make_event_type("paid", is_conversion=True)
    event_list = make_event_list(paid, offers=[])

    done = attach(staff, "attach", event_list, offer)

    assert "More than one conversion event" in texts_of(done)


def test_without_a_list_the_action_says_to_make_one(staff: Client) -> None:
    offer = make_offer()

    page = staff.post(
        reverse("admin:offers_offer_changelist"),
        {"action": "attach_event_list", "_selected_action": [offer.pk]},
    )

    assert "There is no event list yet." in page.content.decode()
