"""The offer's page in a real browser: addresses are copied, with and without scripts."""

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from apps.core.adminkit.addresses import page_url
from apps.events.models import SeenEventName
from tests.console.browsing import shoot
from tests.factories import NOON, make_event_type, make_offer, make_offer_event

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def terms(live_server: LiveServer) -> str:
    """Return the address of the tab of an offer with an event and an unknown name."""
    offer = make_offer()
    make_offer_event(offer, make_event_type("sold", is_affiliate_conversion=True))
    SeenEventName.objects.create(
        offer=offer, name="Trial Started", first_at=NOON, last_at=NOON, refused_count=9
    )
    return f"{live_server.url}{page_url(offer, 'terms')}"


def test_the_dedicated_url_is_copied_with_one_click(page: Page, terms: str) -> None:
    """R59."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(terms)
    shoot(page, "offer_terms")

    button = page.get_by_role("button", name="Copy sold")
    button.click()

    copied = page.evaluate("navigator.clipboard.readText()")
    assert "/postback/" in copied
    assert copied.endswith("?secure=TOKEN&transaction_id=REPLACE")
    assert button.inner_text() == "Copied"


def test_without_scripts_there_is_the_address_and_no_dead_button(
    page: Page, terms: str
) -> None:
    """R59: one click selects the whole address."""
    browser = page.context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False)
    plain.add_cookies(page.context.cookies())  # type: ignore[arg-type]
    without = plain.new_page()
    without.goto(terms)

    address = without.locator("#events .copyable").first

    assert not without.get_by_role("button", name="Copy sold").is_visible()
    assert "/postback/" in address.inner_text()


def test_a_received_name_is_defined_in_the_browser(page: Page, terms: str) -> None:
    """R33."""
    page.goto(terms)
    page.get_by_role("link", name="Define it").click()
    shoot(page, "offer_define")
    page.get_by_role("button", name="Define it").click()
    shoot(page, "offer_event")

    assert "is an event of «VPN Trial» now" in page.content()
