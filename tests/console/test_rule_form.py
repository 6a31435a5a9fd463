"""What the form of a postback refuses, restores and warns of."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from apps.accounts.models import User
from apps.events.models import EventType
from apps.goals.models import Goal
from apps.offers.models import OfferAffiliate
from apps.postbacks.models import PostbackRule
from tests.console.test_flows import ADD, ping_values
from tests.factories import make_affiliate, make_offer, make_rule, make_user

pytestmark = pytest.mark.django_db

EVENT_ADD = "?trigger=event&action=ping_url"


def change_url(rule: PostbackRule) -> str:
    """Return the address of the rule's form."""
    return reverse("admin:postbacks_postbackrule_change", args=[rule.pk])


def texts_of(response: Any) -> str:
    """Return all messages of a page."""
    return " ".join(str(message) for message in response.context["messages"])


def test_an_affiliate_may_not_send_what_the_advertiser_pays(
    sign_in: Callable[[User], Client],
) -> None:
    affiliate = make_affiliate()
    offer = make_offer()
    OfferAffiliate.objects.create(offer=offer, affiliate=affiliate)
    client = sign_in(make_user("partner", affiliate=affiliate))
    add = f"{reverse(ADD)}?trigger=conversion_done&action=ping_url&offer={offer.pk}"
    values = ping_values(client, add, cfg_url="https://t.example/?r={revenue}")

    response = client.post(add, values)

    assert b"{revenue} is not for postbacks of affiliates." in response.content
    assert b"<code>{revenue}</code>" not in response.content
    assert not PostbackRule.objects.exists()


def test_an_affiliates_postback_is_fixed_to_the_affiliate(
    sign_in: Callable[[User], Client],
) -> None:
    """R93."""
    affiliate = make_affiliate()
    offer = make_offer()
    OfferAffiliate.objects.create(offer=offer, affiliate=affiliate)
    client = sign_in(make_user("partner", affiliate=affiliate))
    add = f"{reverse(ADD)}?trigger=conversion_done&action=ping_url&offer={offer.pk}"
    other = make_affiliate("Other").pk

    client.post(add, ping_values(client, add, affiliate=str(other)))

    rule = PostbackRule.objects.get()
    assert (rule.affiliate, rule.owner_affiliate) == (affiliate, affiliate)


def test_the_trigger_can_be_changed_and_takes_its_events_along(staff: Client) -> None:
    """R99."""
    rule = make_rule(
        make_offer(), trigger="event", use_case="all", categories=["views"]
    )
    url = change_url(rule)

    staff.post(url, ping_values(staff, url, trigger="conversion_reject"))

    rule.refresh_from_db()
    assert (rule.trigger, rule.use_case, rule.categories) == (
        "conversion_reject",
        "",
        [],
    )
    assert rule.revisions.latest("number").snapshot["trigger"] == "conversion_reject"


def test_the_action_and_the_offer_stay_what_they_were(staff: Client) -> None:
    """R98."""
    offer = make_offer()
    rule = make_rule(offer)
    url = change_url(rule)
    other = make_offer("Other")

    staff.post(url, ping_values(staff, url, action="slack", offer=str(other.pk)))

    rule.refresh_from_db()
    assert (rule.action, rule.offer, rule.revision) == ("ping_url", offer, 2)


def test_categories_that_leave_the_use_case_forget_it(staff: Client) -> None:
    rule = make_rule(
        make_offer(), trigger="event", use_case="billable", categories=["conversions"]
    )
    url = change_url(rule)

    staff.post(url, ping_values(staff, url, categories=["conversions", "progress"]))

    rule.refresh_from_db()
    assert (rule.use_case, rule.categories) == ("", ["conversions", "progress"])


def test_a_postback_that_reacts_to_no_event_is_saved_with_a_warning(
    staff: Client,
) -> None:
    add = reverse(ADD) + EVENT_ADD

    response = staff.post(add, ping_values(staff, add), follow=True)

    assert "reacts to no event yet" in texts_of(response)


def test_one_event_type_and_categories_together_are_refused(staff: Client) -> None:
    add = reverse(ADD) + EVENT_ADD
    sale = EventType.objects.get(name="sale")

    response = staff.post(
        add, ping_values(staff, add, use_case="all", event_type=str(sale.pk))
    )

    assert b"Choose one event type or categories, not both." in response.content


def test_the_goal_is_asked_for_only_while_the_offer_has_goals(staff: Client) -> None:
    """R94."""
    offer = make_offer(enable_goals=True)
    Goal.objects.create(offer=offer, name="Registration")
    Goal.objects.create(offer=make_offer("Other"), name="Elsewhere")
    rule = make_rule(offer)

    page = staff.get(change_url(rule)).content
    offer.enable_goals = False
    offer.save()
    later = staff.get(change_url(rule)).content

    assert b"Registration" in page
    assert b"Elsewhere" not in page
    assert b'name="goal"' not in later


def test_a_goal_that_returns_brings_its_settings_back(staff: Client) -> None:
    """R107, R108."""
    offer = make_offer(enable_goals=True)
    goal = Goal.objects.create(offer=offer, name="Registration")
    rule = make_rule(offer, goal=goal, url="https://with-goal.example/")
    url = change_url(rule)
    other = "https://without.example/"

    staff.post(url, ping_values(staff, url, goal="", cfg_url=other))
    rule.refresh_from_db()
    without = rule.settings["url"]
    staff.post(url, ping_values(staff, url, goal=str(goal.pk), cfg_url=other))

    rule.refresh_from_db()
    assert without == other
    assert (rule.goal, rule.settings["url"]) == (goal, "https://with-goal.example/")


def test_a_postback_whose_action_was_removed_says_so(staff: Client) -> None:
    rule = make_rule(make_offer())
    PostbackRule.objects.bulk_create(
        [
            PostbackRule(
                offer=rule.offer,
                author=rule.author,
                trigger="event",
                action="carrier_pigeon",
            )
        ]
    )
    orphan = PostbackRule.objects.get(action="carrier_pigeon")

    response = staff.get(change_url(orphan), follow=True)

    assert "«carrier_pigeon», which is not installed" in texts_of(response)
    assert response.status_code == 200


def test_step_one_keeps_what_was_chosen_when_going_back(staff: Client) -> None:
    offer = make_offer()
    chosen = f"?trigger=event&action=ping_url&offer={offer.pk}"

    second = staff.get(reverse(ADD) + chosen)
    first = staff.get(reverse(ADD) + second.context["sentence"]["again"])

    html = first.content.decode()
    assert 'value="event" required checked' in html
    assert 'value="ping_url" required checked' in html
    assert f'<option value="{offer.pk}" selected>' in html


CONDITIONS = {
    "operations": ["update"],
    "rejection_reasons": "fraud,test",
    "sending_mode": "attributed",
    "sample_percent": "12.5",
    "schedule_timezone": "Europe/Kyiv",
    "delay_seconds": "3600",
    "field_conditions-TOTAL_FORMS": "1",
    "field_conditions-0-field": "country",
    "field_conditions-0-operator": "in",
    "field_conditions-0-value": "UA,PL",
    "windows-TOTAL_FORMS": "1",
    "windows-0-weekday": "0",
    "windows-0-opens_at": "09:00",
    "windows-0-closes_at": "17:00",
    "caps-TOTAL_FORMS": "1",
    "caps-0-maximum": "5",
    "caps-0-period": "day",
}


def test_conditions_are_saved_and_shown_in_words(staff: Client) -> None:
    """R214: the list says what a postback waits for."""
    add = f"{reverse(ADD)}?trigger=conversion_reject&action=ping_url"

    staff.post(add, ping_values(staff, add, **CONDITIONS))

    rule = PostbackRule.objects.get()
    assert rule.revisions.get().snapshot["conditions"] == {
        "operations": ["update"],
        "reasons": ["fraud", "test"],
        "fields": [["country", "in", "UA,PL"]],
        "sending_mode": "attributed",
        "sample_percent": "12.50",
        "delay_seconds": 3600,
        "windows": [[0, "09:00:00", "17:00:00"]],
        "caps": [["day", 5]],
        "timezone": "Europe/Kyiv",
    }
    shown = staff.get(reverse("admin:postbacks_postbackrule_changelist"))
    for words in ("country is one of UA,PL", "12.5 %", "5 per day", "1:00:00"):
        assert words in shown.content.decode()


def test_a_comparison_that_cannot_be_is_an_error_on_its_row(staff: Client) -> None:
    add = f"{reverse(ADD)}?trigger=conversion_done&action=ping_url"
    rows = {
        "field_conditions-TOTAL_FORMS": "1",
        "field_conditions-0-field": "sale_amount",
        "field_conditions-0-operator": "above",
        "field_conditions-0-value": "much",
    }

    answer = staff.post(add, ping_values(staff, add, **rows))

    assert "neither a number nor a date" in answer.content.decode()
    assert not PostbackRule.objects.exists()


def test_an_affiliate_has_no_field_conditions(
    sign_in: Callable[[User], Client],
) -> None:
    """They could ask for what an affiliate must not learn, such as the revenue."""
    client = sign_in(make_user("partner", affiliate=make_affiliate()))

    page = client.get(f"{reverse(ADD)}?trigger=conversion_done&action=ping_url")

    assert "caps-TOTAL_FORMS" in page.content.decode()
    assert "field_conditions-TOTAL_FORMS" not in page.content.decode()


def test_a_custom_event_that_never_came_is_seen_on_form_and_list(
    staff: Client,
) -> None:
    """R33: a warning, saving stays possible."""
    rule = make_rule(make_offer(), trigger="event", custom_events={"sign_up": ""})

    form = staff.get(change_url(rule)).content.decode()
    listed = staff.get(reverse("admin:postbacks_postbackrule_changelist"))

    assert "does not send it yet" in form
    assert "Never received: sign_up" in listed.content.decode()
