"""What a person sees or hears of a page: its texts, and some attributes."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html.parser import HTMLParser

UNSEEN = frozenset({"script", "style"})
SPOKEN = frozenset({"title", "aria-label", "aria-description", "placeholder", "alt"})
BUTTONS = frozenset({"submit", "button", "reset"})
INLINE = frozenset(
    {"a", "abbr", "b", "code", "del", "em", "i", "ins", "kbd", "small", "span"}
    | {"strong", "time"}
)
"""Tags that a sentence may hold; all others end it."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a page: its line, the tags around it, what it is, and itself.

    ``is_fixed`` says that the page asks nobody to translate it (``translate="no"``).
    """

    line: int
    path: tuple[str, ...]
    kind: str
    words: str
    is_fixed: bool = False


class _Reader(HTMLParser):
    """Collects texts in their order; ``None`` is the end of a sentence."""

    def __init__(self, is_for_script: Callable[[str], bool]) -> None:
        super().__init__(convert_charrefs=True)
        self.is_for_script = is_for_script
        self.open: list[str] = []
        self.fixed: list[bool] = []
        self.found: list[Text | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the attributes that are shown."""
        given = {name: value or "" for name, value in attrs}
        if tag not in INLINE:
            self.found.append(None)
        for name, words in given.items():
            is_button = name == "value" and given.get("type") in BUTTONS
            if name in SPOKEN or is_button or self.is_for_script(name):
                path = (*self.open, tag)
                self.found.append(Text(self.getpos()[0], path, name, words))
        self.open.append(tag)
        self.fixed.append(given.get("translate") == "no")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take an empty element for what it is."""
        self.handle_starttag(tag, attrs)
        self._close()

    def handle_endtag(self, tag: str) -> None:
        """Leave the element; tags that nobody closes go with it."""
        if tag in self.open:
            while self._close() != tag:
                pass
        if tag not in INLINE:
            self.found.append(None)

    def handle_data(self, data: str) -> None:
        """Note a text, unless only programs read it."""
        if not UNSEEN & {*self.open[-1:]}:
            line, path = self.getpos()[0], tuple(self.open)
            self.found.append(Text(line, path, "text", data, any(self.fixed)))

    def _close(self) -> str:
        """Leave the innermost element; return its tag."""
        self.fixed.pop()
        return self.open.pop()


def read(html: str, is_for_script: Callable[[str], bool]) -> Iterator[Text | None]:
    """Yield the texts of ``html`` in their order, ``None`` where a sentence ends.

    ``is_for_script`` tells of which attributes scripts put the words onto the page.
    """
    reader = _Reader(is_for_script)
    reader.feed(html)
    reader.close()
    yield from reader.found
