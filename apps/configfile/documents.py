"""What a file says, or a database holds: entries by section and natural key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

Key = tuple[Any, ...]
"""Names, outermost first, e.g. advertiser and offer; of a rule its number at last."""


class Problem(NamedTuple):
    """What is wrong with a file, where, and what to do about it."""

    line: int
    place: str
    text: str

    def __str__(self) -> str:
        return ": ".join(
            part for part in (f"line {self.line}", self.place, self.text) if part
        )


@dataclass(slots=True)
class Entry:
    """One row of the configuration: every column has a value, a default if need be."""

    key: Key
    values: dict[str, Any]
    line: int = 0
    # The lines of its values by their places: settings, settings.url, conditions[2].
    lines: Mapping[str, int] = field(default_factory=dict)
    place: str = ""
    # Columns that could not be read; their problems are told already.
    unread: frozenset[str] = frozenset()

    def line_of(self, name: str) -> int:
        """Return where the file says ``name``, else what it is in, else the entry."""
        while name not in self.lines and name:
            name = name[: max(name.rfind("."), name.rfind("["), 0)]
        return self.lines.get(name, self.line)

    def problem(self, name: str, text: str) -> Problem:
        """Return what is wrong with the value ``name``, or with the entry («»)."""
        place = f"{self.place}.{name}" if name else self.place
        return Problem(self.line_of(name), place, text)


Document = dict[str, dict[Key, Entry]]
"""The entries of each section by their keys."""


def key_words(key: Key) -> str:
    """Return a key as people read it: «Acme / VPN Trial», «Tracker #2»."""
    names = " / ".join(part for part in key if isinstance(part, str) and part)
    numbers = [part for part in key if isinstance(part, int) and part != 1]
    return " ".join([names or "—", *(f"#{number}" for number in numbers)])
