"""Signing in and setting up the second step, in a real browser."""

import pytest
from axes.models import AccessAttempt
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from apps.accounts.models import TwoStep, User
from apps.accounts.roles import sync_roles
from apps.accounts.two_step import enrolment
from tests.accounts.phones import shown
from tests.console.browsing import shoot
from tests.factories import make_event, make_offer, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def set_up(page: Page, host: str) -> None:
    """Switch two-step sign-in on as a person does."""
    page.goto(f"{host}/admin/account/")
    shoot(page, "account")
    page.click("text=Set up")
    shoot(page, "two_step_off")
    page.click("button:has-text('Set up')")
    shoot(page, "two_step_begun")
    page.fill("[name=password]", "secret")
    page.fill("[name=code]", shown(TwoStep.objects.get()))
    page.click("button:has-text('Switch on')")
    shoot(page, "two_step_codes")
    page.click("text=I have kept them")
    shoot(page, "two_step_on")


def test_a_person_sets_up_two_step_sign_in_and_signs_in_with_it(
    page: Page, live_server: LiveServer
) -> None:
    set_up(page, live_server.url)
    page.click("#logout-form button")
    page.goto(f"{live_server.url}/admin/")
    shoot(page, "sign_in")
    page.fill("[name=username]", "root")
    page.fill("[name=password]", "secret")
    page.click("input[type=submit]")
    shoot(page, "sign_in_code")
    page.fill("[name=code]", shown(TwoStep.objects.get(), steps=1))
    page.click("input[type=submit]")
    page.wait_for_url("**/admin/")

    assert page.locator("h1").inner_text() == "Overview"


def test_the_secret_is_copied_by_a_button(page: Page, live_server: LiveServer) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{live_server.url}/admin/account/two-step/")
    page.click("button:has-text('Set up')")
    page.click("button.copy")
    page.wait_for_selector("button.copy:has-text('Copied')")

    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == enrolment(TwoStep.objects.get()).secret


def test_the_screens_of_administrators_show_who_is_locked_out(
    page: Page, live_server: LiveServer
) -> None:
    sync_roles()
    ada = make_user("ada", role="operator")
    TwoStep.objects.create(user=ada, sealed_secret="x", confirmed_at=timezone.now())
    for name, failures in (("ada", 10), ("nobody", 3)):
        AccessAttempt.objects.create(
            username=name,
            ip_address="203.0.113.7",
            user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101",
            failures_since_start=failures,
            attempt_time=timezone.now(),
        )
    page.goto(f"{live_server.url}/admin/axes/accessattempt/")
    shoot(page, "failed_sign_ins")
    page.goto(f"{live_server.url}/admin/accounts/user/")
    shoot(page, "users")
    page.goto(f"{live_server.url}/admin/accounts/user/{ada.pk}/change/")
    shoot(page, "user")
    page.goto(f"{live_server.url}/admin/accounts/user/{ada.pk}/remove-two-step/")
    shoot(page, "remove_two_step")

    assert "User name, to confirm" in page.content()


def test_the_filter_of_dates_says_whose_zone_it_is(
    page: Page, live_server: LiveServer
) -> None:
    make_event(make_offer())
    User.objects.update(time_zone="Asia/Tokyo")
    page.goto(f"{live_server.url}/admin/tracking/event/")
    page.click("details.pick summary")
    shoot(page, "zone_in_filter")

    assert "Times in Asia/Tokyo" in page.content()
