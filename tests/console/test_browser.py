"""The screens in a real browser: they work, and the strict policy holds."""

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from apps.core.adminkit.addresses import change_url, page_url
from apps.events.models import EventType
from apps.postbacks.models import PostbackRule
from apps.tracking.models import Event
from tests.console.browsing import SHOTS, shoot
from tests.console.people import EMAIL, make_person
from tests.factories import make_offer, make_offer_event

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_person_adds_a_postback(page: Page, live_server: LiveServer) -> None:
    """R76, R96."""
    make_offer("VPN Trial")
    page.goto(f"{live_server.url}/admin/postbacks/postbackrule/add/")
    page.check("input[name=trigger][value=conversion_done]")
    page.check("input[name=action][value=ping_url]")
    shoot(page, "add_step_1")

    page.click("input[type=submit][value=Next], button:has-text('Next')")
    page.fill("input[name=name]", "Tracker")
    page.fill("[name=cfg_url]", "https://t.example/pb?tid={transaction_id}")
    shoot(page, "add_step_2")
    page.click("input[name=_save]")
    page.wait_for_url("**/admin/postbacks/postbackrule/")
    shoot(page, "postbacks")

    assert PostbackRule.objects.get().settings["url"].endswith("{transaction_id}")


def test_a_person_starts_from_a_preset(page: Page, live_server: LiveServer) -> None:
    """No JavaScript is needed: the card is in the address, the form is filled in."""
    page.goto(f"{live_server.url}/admin/postbacks/postbackrule/add/")
    page.check("input[name=action][value='ping_url:keitaro']")
    shoot(page, "add_from_preset_1")
    page.click("input[type=submit][value=Next], button:has-text('Next')")
    page.click("input[name=_save]")
    shoot(page, "add_from_preset_2")
    asked = page.content()
    url = page.input_value("[name=cfg_url]")

    mine = url.replace("your-keitaro.example", "k.partner.example")
    page.fill("[name=cfg_url]", mine.replace("YOUR-POSTBACK-KEY", "ab12cd"))
    page.click("input[name=_save]")
    page.wait_for_url("**/admin/postbacks/postbackrule/")

    assert "Replace your-keitaro.example and YOUR-POSTBACK-KEY" in asked
    stored = PostbackRule.objects.get().settings["url"]
    assert stored.startswith("https://k.partner.example/ab12cd/postback?subid=")


def test_the_log_leads_to_the_trace(
    page: Page, live_server: LiveServer, everything: Event
) -> None:
    page.goto(f"{live_server.url}/admin/")
    shoot(page, "overview")
    page.goto(f"{live_server.url}/admin/tracking/event/")
    shoot(page, "event_log")

    page.goto(f"{live_server.url}/admin/tracking/event/{everything.pk}/change/")
    shoot(page, "trace")

    assert "Zanzibar rule" in page.content()


def test_a_person_triggers_an_event_and_erases_the_lead(
    page: Page, live_server: LiveServer
) -> None:
    """R186, R187: two choices and a look in between."""
    lead = make_person().lead
    sale, _ = EventType.objects.get_or_create(name="sale")
    make_offer_event(lead.offer, sale)
    page.goto(f"{live_server.url}{change_url(lead)}")
    shoot(page, "lead")

    page.click("text=Trigger event")
    page.select_option("select[name=event]", label="sale")
    page.wait_for_url("**?event=*")
    shoot(page, "trigger_event")
    page.click("text=Trigger «sale»")
    page.wait_for_url("**/tracking/event/**")
    page.goto(f"{live_server.url}{page_url(lead, 'erase')}")
    shoot(page, "erase")
    page.fill("input[name=typed]", lead.public_id)
    page.click("input[type=submit]")
    page.wait_for_url(f"**{change_url(lead)}")

    assert EMAIL not in page.content()


def test_the_documentation_of_the_api_works_under_the_strict_policy(
    page: Page, live_server: LiveServer
) -> None:
    """An operation is opened, tried and answered, without a foreign host."""
    page.goto(f"{live_server.url}/api/v1/docs")
    page.locator("[id$=-list_offers] .opblock-summary-control").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()

    answer = page.locator(".live-responses-table .response .response-col_status")
    answer.wait_for()
    SHOTS.mkdir(parents=True, exist_ok=True)
    answer.scroll_into_view_if_needed()
    page.screenshot(path=SHOTS / "api_docs.png")
    assert "200" in answer.inner_text()
