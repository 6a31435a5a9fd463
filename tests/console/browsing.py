"""A real Chromium: a signed-in page, pictures of it, and what axe finds on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from playwright.sync_api import ConsoleMessage, Page, sync_playwright

from tests.machine import find_chromium

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--use-angle=swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
SHOTS = Path(settings.VAR_DIR) / "screenshots"
WIDE, NARROW = 1366, 390
MENDED = ("serious", "critical")
"""The findings of axe that are never left."""
SEEN_RULES = ("color-contrast", "link-in-text-block")
"""Rules of axe whose verdict differs between light and dark."""
NARROW_RULES = (*SEEN_RULES, "scrollable-region-focusable", "target-size")
"""Rules of axe whose verdict differs on a phone, where lists become cards."""


@contextmanager
def browser_page(url: str, session: str) -> Iterator[Page]:
    """Yield a page with the cookie of a session; its errors fail the test.

    A violation of the Content-Security-Policy is such an error: Chromium writes it
    into the console.
    """
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and "favicon" not in message.location["url"]:
            complaints.append(message.text)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find_chromium(), args=ARGUMENTS
        )
        context = browser.new_context(viewport={"width": WIDE, "height": 900})
        if session:
            context.add_cookies([{"name": "sessionid", "value": session, "url": url}])
        opened = context.new_page()
        opened.on("console", listen)
        opened.on("pageerror", lambda error: complaints.append(str(error)))
        yield opened
        browser.close()
        # Within the browser's loop Django has a connection of its own, which the next
        # test would find as it is by then.
        connections.close_all()
    assert not complaints, "\n".join(complaints)


def look(page: Page, scheme: str, width: int) -> None:
    """Show the page in light or dark, at a width; without motion, so at once."""
    page.emulate_media(
        color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce"
    )
    page.set_viewport_size({"width": width, "height": 900})


def shoot(page: Page, name: str, *, is_whole: bool = False) -> None:
    """Keep a picture, in light and dark, wide and narrow."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        for width in (WIDE, NARROW):
            look(page, scheme, width)
            path = SHOTS / f"{name}_{width}_{scheme}.png"
            page.screenshot(path=path, full_page=is_whole)
            over = sideways(page)
            assert over == 0, f"{name} scrolls sideways by {over} at {width} px"
    look(page, "light", WIDE)


def sideways(page: Page) -> int:
    """Return by how many pixels the page is too wide, or the table of a list."""
    return int(
        page.evaluate(
            "Math.max(...[document.documentElement, ...document.querySelectorAll("
            "'#changelist .results')].map((box) => box.scrollWidth - box.clientWidth))"
        )
    )


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text()


def axe_findings(page: Page, rules: tuple[str, ...] = ()) -> list[str]:
    """Return what axe-core finds on the page and nobody may leave, in words.

    It comes in by the debugging protocol, which the page's policy does not bind.
    """
    options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    found = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:160]}"
        for violation in found["violations"]
        if violation["impact"] in MENDED
        for node in violation["nodes"][:3]
    ]
