"""Every screen, in a real browser: allowed by the policy, readable, fit for a phone."""

import os
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from apps.actions.base import Group
from tests.console.browsing import (
    NARROW,
    NARROW_RULES,
    SEEN_RULES,
    SHOTS,
    WIDE,
    axe_findings,
    look,
    sideways,
)
from tests.console.gallery import GROUPS, Screen, build_gallery, forms_of, screens

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WITH_PICTURES = os.environ.get("SCREENSHOTS", "").lower() == "true"
LOOKS = (
    ("light", WIDE, ()),
    ("dark", WIDE, SEEN_RULES),
    ("light", NARROW, NARROW_RULES),
)
"""How each screen is looked at, and which rules of axe are asked (none: all)."""
FOREIGN = {"auth", "django_q"}
"""Registered by packages, hidden from the menu."""


def complaints(page: Page, name: str) -> Iterator[str]:
    """Yield what is wrong with the open screen in all its looks; keep pictures.

    Pictures of all screens take as long as all else, so they are asked for.
    """
    for scheme, width, rules in LOOKS:
        look(page, scheme, width)
        keep(page, f"{name}_{width}_{scheme}")
        if over := sideways(page):
            yield f"{name}: scrolls sideways by {over} px at {width} px"
        for words in axe_findings(page, rules):
            yield f"{name} {scheme} {width}: {words}"
    look(page, "dark", NARROW)
    keep(page, f"{name}_{NARROW}_dark")


def keep(page: Page, name: str) -> None:
    """Store a picture of the whole page, if pictures are wanted."""
    if WITH_PICTURES:
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=SHOTS / f"{name}.png", full_page=True)


def visit(page: Page, host: str, screen: Screen) -> Iterator[str]:
    """Open a screen and yield what is wrong with it."""
    answer = page.goto(f"{host}{screen.path}")
    if answer is None or answer.status != 200:
        yield f"{screen.name}: answered {answer and answer.status}"
    else:
        yield from complaints(page, screen.name)


@pytest.mark.parametrize("group", GROUPS)
def test_every_screen_is_readable_in_light_and_dark_and_on_a_phone(
    page: Page, live_server: LiveServer, group: str
) -> None:
    """No serious finding of axe, no sideways scrolling, no breach of the policy."""
    world = build_gallery(timezone.now())
    found = [
        words
        for screen in screens(group, world)
        for words in visit(page, live_server.url, screen)
    ]

    assert not found, "\n".join(found)


@pytest.mark.parametrize("group", Group)
def test_the_form_of_every_action_is_readable(
    page: Page, live_server: LiveServer, group: Group
) -> None:
    build_gallery(timezone.now())
    found = [
        words
        for screen in forms_of(group)
        for words in visit(page, live_server.url, screen)
    ]

    assert not found, "\n".join(found)


def test_no_screen_is_left_out() -> None:
    registered = {model._meta.app_label for model in admin.site._registry}

    assert registered - FOREIGN == {app for apps in GROUPS.values() for app in apps}
