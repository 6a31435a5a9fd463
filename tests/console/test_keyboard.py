"""Work without a mouse: every step is reached with Tab and done with a key."""

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from apps.deliveries.models import Delivery
from apps.postbacks.models import PostbackRule
from tests.factories import NOON, make_delivery, make_event, make_offer, make_rule

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_STEPS = 150
ADD = "admin:postbacks_postbackrule_add"


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there. Raises ``AssertionError`` when it never is."""
    for _ in range(MOST_STEPS):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"Tab never reaches {selector} on {page.url}")


def choose(page: Page, name: str, value: str) -> None:
    """Go to a group of choices and move to one of them with the arrow keys."""
    tab_to(page, f"input[name={name}]")
    page.keyboard.press("Space")
    for _ in range(MOST_STEPS):
        if page.input_value(f"input[name={name}]:checked") == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"No arrow key reaches {value}")


def test_a_postback_is_added_without_a_mouse(
    page: Page, live_server: LiveServer
) -> None:
    """R76: both steps."""
    page.goto(live_server.url + reverse(ADD))
    choose(page, "trigger", "conversion_done")
    choose(page, "action", "ping_url")
    tab_to(page, "input[type=submit], button[type=submit], form button")
    page.keyboard.press("Enter")
    page.wait_for_url("**action=ping_url**")
    tab_to(page, "[name=cfg_url]")
    page.keyboard.type("https://t.example/pb?tid={transaction_id}")
    tab_to(page, "[name=_save]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/postbacks/postbackrule/")

    assert PostbackRule.objects.get().settings["url"].startswith("https://t.example/")


def test_a_failed_delivery_is_sent_again_without_a_mouse(
    page: Page, live_server: LiveServer
) -> None:
    offer = make_offer()
    delivery = make_delivery(
        make_rule(offer), make_event(offer), state="failed", finished_at=NOON
    )
    address = reverse("admin:deliveries_delivery_change", args=[delivery.pk])

    page.goto(live_server.url + address)
    tab_to(page, "button[name=what][value=resend]")
    page.keyboard.press("Enter")
    page.get_by_text("The delivery is sent again now.").wait_for()

    again = Delivery.objects.get(pk=delivery.pk)
    assert again.state != "failed"
    assert again.due_at <= timezone.now()


def test_a_slash_goes_to_the_search_and_escape_closes_a_filter(
    page: Page, live_server: LiveServer
) -> None:
    make_rule(make_offer())
    page.goto(live_server.url + reverse("admin:postbacks_postbackrule_changelist"))
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.matches('#find input')")

    tab_to(page, "details.pick > summary")
    page.keyboard.press("Enter")
    assert page.locator("details.pick[open]").count() == 1
    page.keyboard.press("Escape")
    assert page.locator("details.pick[open]").count() == 0
