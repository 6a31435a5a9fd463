"""Follow a document in a real browser: its sentences are the steps.

Understood are the sentences in ``STEPS``, the commands of its blocks, pictures (a
picture is taken where one stands), and stage directions to a partner's tracker.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import Locator, Page

from tests.console.browsing import WIDE
from tests.docs.blocks import Block, blocks_of, commands_of, execute
from tests.house.tree import place
from tests.sink import Sink

PICTURE = re.compile(r"!\[[^\]]+\]\(pictures/([a-z0-9-]+\.png)\)$")
TRACKER = re.compile(r"<!-- the tracker answers (\d+) -->$")
NUMBERED = re.compile(r"(\d+)\. ")
BOLD, CODE, QUOTED = r"\*\*([^*]+)\*\*", r"`([^`]+)`", "“([^”]+)”"
STEPS = (
    ("open", re.compile(f"Open {BOLD}")),
    ("click", re.compile(f"Click {BOLD}")),
    ("click_newest", re.compile(r"Click the newest row()")),
    ("enter", re.compile(f"Enter {CODE} in {BOLD}")),
    ("choose", re.compile(f"Choose {CODE} in {BOLD}")),
    ("tick", re.compile(f"Tick {BOLD}")),
    ("copy", re.compile(f"Copy the {BOLD}")),
    ("see", re.compile(f"You see {QUOTED}")),
)
HEIGHT, HEIGHT_MIN = 720, 200
PATIENCE_MS = 10_000


def steps_of(line: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return the steps in a numbered line, in the order of its sentences."""
    found = [
        (match.start(), name, match.groups())
        for name, pattern in STEPS
        for match in pattern.finditer(line)
    ]
    return [(name, groups) for _, name, groups in sorted(found)]


class Reader:
    """Somebody who does what a document says."""

    def __init__(self, page: Page, environment: dict[str, str], tracker: Sink) -> None:
        self.page = page
        self.environment = environment
        self.tracker = tracker
        self.pictures: list[str] = []
        self.numbers: list[int] = []

    def follow(
        self, document: Path, folder: Path, after_each: Callable[[], None]
    ) -> None:
        """Do everything in ``document``; put the pictures into ``folder``.

        ``after_each`` plays the worker.
        """
        blocks = {block.line: block for block in blocks_of(document)}
        for number, line in _lines_to_do(document, blocks):
            try:
                self._do(line, blocks.get(number), folder)
            except Exception as error:
                shown = self.page.locator("body").inner_text()
                error.add_note(f"{place(document)}:{number}: {line}\n\n{shown}")
                raise
            after_each()

    def _do(self, line: str, block: Block | None, folder: Path) -> None:
        if block is not None:
            self._execute(block)
        elif picture := PICTURE.match(line):
            self._shoot(folder / picture[1])
        elif told := TRACKER.match(line):
            self.tracker.answers = [(int(told[1]), {})]
        elif numbered := NUMBERED.match(line):
            self.numbers.append(int(numbered[1]))
            steps = steps_of(line)
            assert steps, "There is nothing to do in this line."
            for name, groups in steps:
                getattr(self, name)(*groups)

    def _execute(self, block: Block) -> None:
        for command in commands_of(block):
            wrong = execute(command, self.environment)
            assert not wrong, wrong

    def _shoot(self, path: Path) -> None:
        self.page.wait_for_load_state("networkidle")
        end = self.page.evaluate(
            "Math.min(innerHeight, document.querySelector('#content')"
            ".getBoundingClientRect().bottom + 16)"
        )
        height = max(int(end), HEIGHT_MIN)
        self.page.screenshot(
            path=path, clip={"x": 0, "y": 0, "width": WIDE, "height": height}
        )
        self.pictures.append(path.name)

    def open(self, name: str) -> None:
        """Open a screen by the menu."""
        self.page.set_default_timeout(PATIENCE_MS)
        self.page.locator("#menu").get_by_role("link", name=name, exact=True).click()

    def click(self, name: str) -> None:
        """Click a button, a link or a tab."""
        content = self.page.locator("#container > .main, body").last
        button = content.get_by_role("button", name=name, exact=True)
        link = content.locator("#content, .object-tools").get_by_role(
            "link", name=name, exact=True
        )
        row = content.locator("#result_list a", has_text=re.compile(f"^{name}"))
        button.or_(link).or_(row).first.click()

    def click_newest(self, _: str) -> None:
        """Open what stands first in a list."""
        self.page.locator("#result_list tbody tr a").first.click()

    def enter(self, value: str, label: str) -> None:
        """Type into a field."""
        self._field(label).fill(value)

    def choose(self, value: str, label: str) -> None:
        """Choose a card, or from a list, or what a search finds."""
        card = self.page.locator(f'.cards-to-pick label:has(strong:text-is("{value}"))')
        field = self._field(label)
        card.or_(field).first.wait_for(state="attached")
        if card.count():
            card.first.click()
            return
        if "admin-autocomplete" not in (field.get_attribute("class") or ""):
            field.select_option(label=value)
            return
        field.locator("xpath=following-sibling::span[1]").click()
        self.page.locator(".select2-search__field").fill(value)
        found = self.page.locator(".select2-results__option", has_text=value)
        found.first.click()

    def tick(self, label: str) -> None:
        """Tick a box."""
        self._field(label).check()

    def copy(self, what: str) -> None:
        """Remember a secret that is shown once, or an address."""
        if what == "token":
            shown = self.page.locator(".messagelist code").inner_text()
            self.environment["TOKEN"] = shown
            return
        url = self.page.locator(f'dt:text-is("{what}") + dd').inner_text()
        found = re.search(r"/click/(\w+)", url)
        assert found, url
        self.environment["OFFER_TOKEN"] = found[1]

    def see(self, text: str) -> None:
        """Wait until the page says so."""
        shown = self.page.locator("body").get_by_text(re.compile(re.escape(text)))
        shown = shown.locator("visible=true")
        shown.first.wait_for()
        shown.first.scroll_into_view_if_needed()

    def _field(self, label: str) -> Locator:
        pattern = re.compile(rf"^{re.escape(label)}:?$")
        entries = self.page.locator(
            ":is(input, select, textarea):not([name*=__prefix__])"
        )
        return self.page.get_by_label(pattern).and_(entries).first


def _lines_to_do(document: Path, blocks: dict[int, Block]) -> Iterator[tuple[int, str]]:
    """Yield the numbered lines of the text, and the first line of each block."""
    inside = 0
    for number, line in enumerate(document.read_text().splitlines(), 1):
        if number in blocks:
            inside = number + len(blocks[number].lines) + 1
            yield number, line
        elif number > inside:
            yield number, line
