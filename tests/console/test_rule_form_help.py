"""What the form of a postback explains, offers and asks before it replaces."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.console.test_flows import ADD, ping_values
from tests.console.test_rule_form import EVENT_ADD, change_url
from tests.factories import make_offer, make_rule

pytestmark = pytest.mark.django_db


def test_a_use_case_replaces_hand_made_categories_only_when_confirmed(
    staff: Client,
) -> None:
    """R7: also without a script, by a box that appears."""
    rule = make_rule(make_offer(), trigger="event", categories=["views", "engagement"])
    url = change_url(rule)
    values = ping_values(staff, url, use_case="billable")

    asked = staff.post(url, values).content.decode()
    rule.refresh_from_db()
    kept = list(rule.categories)
    staff.post(url, {**values, "replace_categories": "1"})

    rule.refresh_from_db()
    assert "replace the categories you ticked (Views, Engagement)" in asked
    assert 'name="replace_categories"' in asked
    assert kept == ["views", "engagement"]
    assert (rule.use_case, rule.categories) == ("billable", ["conversions"])


def test_another_use_case_replaces_what_the_first_one_ticked(staff: Client) -> None:
    """R7: nothing of a person's own is lost, so nobody is asked."""
    rule = make_rule(
        make_offer(), trigger="event", use_case="billable", categories=["conversions"]
    )
    url = change_url(rule)

    staff.post(url, ping_values(staff, url, use_case="touched"))

    rule.refresh_from_db()
    assert rule.categories == ["conversions", "partial_conversions"]


def test_the_form_advises_which_categories_suit_which_goal(staff: Client) -> None:
    """R18."""
    page = staff.get(reverse(ADD) + EVENT_ADD).content.decode()
    other = staff.get(f"{reverse(ADD)}?trigger=conversion_done&action=ping_url")

    for goal, categories in (
        ("Completed sales only", "conversions"),
        ("Full-funnel audiences", "views,engagement,conversions"),
        ("Trial sign-ups and partial orders", "conversions,partial_conversions"),
        ("Abandonment", "engagement,progress"),
    ):
        assert f'<dt data-categories="{categories}" data-use-case="">{goal}' in page
    assert "Completed sales only" not in other.content.decode()


@pytest.mark.parametrize(
    "action",
    ["google_ads", "facebook_capi", "meta_audience", "tiktok_events", "ping_url"],
)
def test_ad_platforms_and_webhooks_are_told_of_categories_in_funnel_order(
    staff: Client, action: str
) -> None:
    """R9, R17: Google Ads, Meta Ads, TikTok Ads, and whatever has a URL."""
    page = staff.get(f"{reverse(ADD)}?trigger=event&action={action}")

    categories = page.context["adminform"].form.fields["categories"]
    assert [str(label) for _, label in categories.choices] == [
        "Views",
        "Engagement",
        "Progress",
        "Conversions",
        "Partial conversions",
        "Uncategorized",
    ]
    assert page.content.decode().count('name="categories"') == 6


def test_custom_events_are_a_section_at_the_bottom_with_a_row_to_fill(
    staff: Client,
) -> None:
    """R26, R27: a row is there without a script, and open once it holds something."""
    offer = make_offer()
    rule = make_rule(offer, trigger="event", custom_events={"sign_up": ""})

    new = staff.get(reverse(ADD) + EVENT_ADD).content.decode()
    old = staff.get(change_url(rule)).context["inline_admin_formsets"]

    assert "Advanced: custom events" in new
    assert new.index("caps-group") < new.index("custom_events-group")
    assert 'name="custom_events-0-name"' in new
    collapsed = {one.formset.prefix: one.is_collapsible for one in old}
    assert collapsed["custom_events"] is False
    assert collapsed["caps"] is True


def test_every_macro_can_be_read_without_a_script_and_fields_are_marked(
    staff: Client,
) -> None:
    page = staff.get(reverse(ADD) + EVENT_ADD).content.decode()

    assert "<code>{partner_click_id}</code>" in page
    assert "as passed at the click" in page
    assert page.count('data-macros=""') == 3  # URL, body, headers


def test_a_postback_is_configured_again_from_its_row(staff: Client) -> None:
    """R97: reopened, changed, saved; R95: the action's own fields are asked for."""
    rule = make_rule(make_offer(), name="Tracker")
    listed = staff.get(reverse("admin:postbacks_postbackrule_changelist"))
    url = change_url(rule)

    refused = staff.post(url, ping_values(staff, url, cfg_url=""))
    staff.post(url, ping_values(staff, url, cfg_method="POST"))

    rule.refresh_from_db()
    assert f'<a href="{url}">Tracker' in listed.content.decode()
    assert 'value="Save rule"' in refused.content.decode()
    assert "This field is required." in refused.content.decode()
    assert rule.settings["method"] == "POST"


def test_every_page_of_a_postback_is_reachable_from_it(staff: Client) -> None:
    """R74, R100 and the tools: each is a button on the form."""
    rule = make_rule(make_offer())
    staff.post(change_url(rule), ping_values(staff, change_url(rule)))

    page = staff.get(change_url(rule)).content.decode()

    for name in (
        *("dry-run", "send-test", "simulate", "revisions", "restore"),
        *("send-again", "status", "remove"),
    ):
        assert f"/{rule.pk}/{name}/" in page, name
