"""The comforts of a postback's form in a real browser: macros, preview, use cases."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from apps.postbacks.models import PostbackRule
from tests.console.browsing import shoot
from tests.console.world import build_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ADD = "/admin/postbacks/postbackrule/add/?trigger=event&action=ping_url"


def address(live_server: LiveServer, path: str) -> str:
    return f"{live_server.url}{path}"


def test_a_macro_is_inserted_where_the_cursor_is(
    page: Page, live_server: LiveServer
) -> None:
    """With the keyboard alone: find it, press Enter, and go on typing."""
    page.goto(address(live_server, ADD))
    url = page.locator("[name=cfg_url]")
    url.fill("https://t.example/pb?cid=&x=1")
    url.evaluate("field => field.setSelectionRange(25, 25)")
    page.locator(".field-cfg_url button.insert").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("partner's own id")
    shoot(page, "rule_macros")
    page.keyboard.press("Enter")
    page.keyboard.type("!")

    assert url.input_value() == "https://t.example/pb?cid={partner_click_id}!&x=1"

    page.locator("#macros input[type=search]").fill("custom field of")
    page.click("#macros button:has-text('{field:<name>}')")
    page.keyboard.type("plan")
    assert "!{field:plan}&x=1" in url.input_value()


def test_the_preview_follows_what_is_typed(page: Page, live_server: LiveServer) -> None:
    world = build_world(datetime.now(UTC))
    page.goto(
        address(live_server, f"/admin/postbacks/postbackrule/{world.rule.pk}/change/")
    )
    shown = page.locator("#preview .shown")
    shown.locator("pre").wait_for()
    page.fill("[name=cfg_url]", "https://other.example/in?tx={transaction_id}")

    shown.get_by_text("other.example").wait_for()
    assert f"in?tx={world.event.transaction_id}" in shown.inner_text()
    shoot(page, "rule_form")
    page.locator("#preview").scroll_into_view_if_needed()
    shoot(page, "rule_preview")
    page.fill("[name=cfg_url]", "https://other.example/in?tx={transacton_id}")
    shown.locator(".problems").wait_for()

    world.rule.refresh_from_db()
    assert world.rule.settings["url"].startswith("https://tracker.example/")


def test_a_use_case_ticks_categories_and_asks_before_it_replaces(
    page: Page, live_server: LiveServer
) -> None:
    """R3, R7, R18."""
    page.goto(address(live_server, ADD))
    ticked = "[...document.querySelectorAll('[name=categories]:checked')]"
    values = f"{ticked}.map((box) => box.value).join()"
    page.select_option("[name=use_case]", "touched")
    assert page.evaluate(values) == "conversions,partial_conversions"
    page.check("[name=categories][value=progress]")
    assert page.input_value("[name=use_case]") == ""

    page.once("dialog", lambda dialog: dialog.dismiss())
    page.select_option("[name=use_case]", "billable")
    assert page.evaluate(values) == "progress,conversions,partial_conversions"
    page.once("dialog", lambda dialog: dialog.accept())
    page.click(".advice summary")
    page.click(".advice button:has-text('Abandonment')")
    assert page.evaluate(values) == "engagement,progress"
    shoot(page, "rule_use_case")
    page.fill("[name=cfg_url]", "https://t.example/pb?tid={transaction_id}")
    page.click("input[name=_save]")
    page.wait_for_url("**/admin/postbacks/postbackrule/")

    assert PostbackRule.objects.get().categories == ["engagement", "progress"]


def test_custom_events_are_added_one_after_the_other(
    page: Page, live_server: LiveServer
) -> None:
    """R26, R27: in a section at the bottom, with Add."""
    page.goto(address(live_server, ADD))
    page.fill("[name=cfg_url]", "https://t.example/pb?tid={transaction_id}")
    section = page.locator("#custom_events-group")
    section.locator("summary").click()
    section.locator("[name=custom_events-0-name]").fill("sign_up")
    section.locator(".add-row a").click()
    section.locator("[name=custom_events-1-name]").fill("level_up")
    shoot(page, "rule_custom_events")
    page.click("input[name=_save]")
    page.wait_for_url("**/admin/postbacks/postbackrule/")

    names = PostbackRule.objects.get().custom_events.values_list("name", flat=True)
    assert sorted(names) == ["level_up", "sign_up"]


def test_the_list_fits_and_shows_health(page: Page, live_server: LiveServer) -> None:
    world = build_world(datetime.now(UTC))
    page.goto(address(live_server, "/admin/postbacks/postbackrule/"))
    shoot(page, "rule_list")
    page.goto(
        address(live_server, f"/admin/postbacks/postbackrule/{world.rule.pk}/dry-run/")
    )
    shoot(page, "rule_dry_run")

    assert page.locator("h1").inner_text()
