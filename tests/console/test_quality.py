"""Every screen, in a real browser: allowed by the policy, readable, fit for a phone."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from apps.actions import registry
from apps.core.adminkit.scoping import ReadOnlyMixin
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
from tests.console.test_screens import REGISTERED
from tests.console.world import World, build_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WITH_PICTURES = os.environ.get("SCREENSHOTS", "").lower() == "true"
LOOKS = (
    ("light", WIDE, ()),
    ("dark", WIDE, SEEN_RULES),
    ("light", NARROW, NARROW_RULES),
    ("dark", NARROW, SEEN_RULES),
)
"""How each screen is looked at, and which rules of axe are asked (none: all)."""

MADE_ELSEWHERE = {"destination"}
SAMPLED = {"offer": ("history", "delete"), "postbackrule": ("history", "delete")}
"""Screens of Django's own, of which one or two stand for all models."""


@pytest.fixture
def world(page: Page) -> World:
    """Return the small business with two weeks of history."""
    return build_world(timezone.now())


def screens() -> Iterator[tuple[str, str]]:
    """Yield name and address of each screen, each list and form with one row."""
    yield "overview", reverse("admin:index")
    yield "find_nothing", reverse("admin:find") + "?q=nothing-like-it"
    yield "find_several", reverse("admin:find") + "?q=tx_00000dca1a2"
    yield "nothing_matches", reverse("admin:offers_offer_changelist") + "?q=zzz"
    yield "password", reverse("admin:password_change")
    for model in REGISTERED:
        yield from _screens_of(model)


def _screens_of(model: Any) -> Iterator[tuple[str, str]]:
    name = model._meta.model_name
    info = f"admin:{model._meta.app_label}_{name}"
    model_admin = admin.site._registry[model]
    pages = [page.name for page in getattr(model_admin, "pages", ())]
    yield f"{name}_list", reverse(f"{info}_changelist")
    may_add: Any = type(model_admin).has_add_permission
    if may_add is not ReadOnlyMixin.has_add_permission and name not in MADE_ELSEWHERE:
        yield f"{name}_add", reverse(f"{info}_add")
    row = model._base_manager.order_by("-pk").first()
    if row is not None:
        for page in ("change", *SAMPLED.get(name, ()), *pages):
            yield f"{name}_{page}", reverse(f"{info}_{page}", args=[row.pk])


def complaints(page: Page, name: str) -> list[str]:
    """Return what is wrong with the open screen in all its looks; keep pictures.

    Pictures of all screens take as long as all else, so they are asked for.
    """
    found = []
    for scheme, width, rules in LOOKS:
        look(page, scheme, width)
        if WITH_PICTURES:
            SHOTS.mkdir(parents=True, exist_ok=True)
            path = SHOTS / f"{name}_{width}_{scheme}.png"
            page.screenshot(path=path, full_page=True)
        if over := sideways(page):
            found.append(f"scrolls sideways by {over} px at {width} px")
        found += axe_findings(page, rules)
    return [f"{name}: {words}" for words in dict.fromkeys(found)]


def test_every_screen_is_readable_in_light_and_dark_and_on_a_phone(
    page: Page, live_server: LiveServer, world: World
) -> None:
    """No serious finding of axe, no sideways scrolling, no breach of the policy."""
    found = []
    for name, path in screens():
        answer = page.goto(f"{live_server.url}{path}")
        if answer is not None and answer.status == 200:
            found += complaints(page, name)

    assert not found, "\n".join(found)


def test_the_form_of_every_action_is_readable(
    page: Page, live_server: LiveServer, world: World
) -> None:
    found = []
    add = live_server.url + reverse("admin:postbacks_postbackrule_add")
    for kind in (action.kind for action in registry.all_actions()):
        page.goto(f"{add}?trigger=conversion_done&action={kind}")
        found += complaints(page, f"action_{kind}")

    assert not found, "\n".join(found)
