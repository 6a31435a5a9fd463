"""The syntax of the regular expressions that ``patterns`` understands."""

import re
from dataclasses import dataclass
from typing import Final, TypeAlias

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

MAX_LENGTH: Final = 500
MAX_REPEAT: Final = 200
MAX_DEPTH: Final = 20

_QUANTIFIER = re.compile(r"\{(\d{1,4})(,?)(\d{0,4})\}|[*+?]")
_ESCAPE = re.compile(r"\\(?:[dDwWsSnrtfv]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[^\w\s])")
_CLASS = re.compile(r"\[\^?\]?(?:[^\]\[\\]|\\.)*\]", re.DOTALL)
# "re" warns that these may one day mean something else inside a class.
_AMBIGUOUS = re.compile(r"--|&&|\|\||~~")
_GROUP = re.compile(r"\((?:\?:|\?P<\w+>|(?!\?))")


class PatternError(ValueError):
    """A pattern that cannot be used; completes "The pattern is not usable: …"."""


@dataclass(frozen=True, slots=True)
class Item:
    """One character: a literal, an escape, a class or the dot, as ``re`` writes it."""

    source: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """The start ("^") or the end ("$") of the text."""

    sign: str


@dataclass(frozen=True, slots=True)
class Sequence:
    """Parts that follow each other."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Alternatives:
    """Options of which one is there."""

    options: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part that is there several times; no ``maximum`` means any number."""

    part: "Node"
    minimum: int
    maximum: int | None


_NO_ESCAPE: Final = _("this escape is not supported: \\%(rest)s")
_NO_GROUP: Final = _("only plain groups are supported, no look-around: (%(rest)s")
_NO_CLASS: Final = _("a [ has no partner; write \\[ for it: [%(rest)s")

Node: TypeAlias = Item | Anchor | Sequence | Alternatives | Repeat


def parse(text: str) -> Node:
    """Return the tree of ``text``. Raises ``PatternError`` with what to change."""
    if len(text) > MAX_LENGTH:
        raise PatternError(
            gettext("it is longer than %(limit)d characters.") % {"limit": MAX_LENGTH}
        )
    parser = _Parser(text)
    node = parser.alternatives(0)
    if parser.position < len(text):
        raise PatternError(gettext("a ) has no partner; write \\) for the character."))
    return node


class _Parser:
    """Reads a pattern from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.position = 0

    def alternatives(self, depth: int) -> Node:
        """Read until the end or the parenthesis that closes the group."""
        if depth > MAX_DEPTH:
            raise PatternError(gettext("groups are nested too deeply."))
        options = [self._sequence(depth)]
        while self._next() == "|":
            self.position += 1
            options.append(self._sequence(depth))
        return options[0] if len(options) == 1 else Alternatives(tuple(options))

    def _next(self) -> str:
        return self.text[self.position : self.position + 1]

    def _sequence(self, depth: int) -> Node:
        parts: list[Node] = []
        while self._next() not in {"", "|", ")"}:
            parts.append(self._repeated(self._single(depth)))
        return Sequence(tuple(parts))

    def _single(self, depth: int) -> Node:
        character = self._next()
        if character == "(":
            return self._group(depth)
        if character in {"^", "$"}:
            self.position += 1
            return Anchor(character)
        if character == "[":
            return self._class()
        if character == "\\":
            return Item(self._taken(_ESCAPE, _NO_ESCAPE))
        if character == ".":
            self.position += 1
            return Item(".")
        if _QUANTIFIER.match(self.text, self.position):
            raise PatternError(
                gettext("nothing stands before %(sign)s to repeat.")
                % {"sign": character}
            )
        self.position += 1
        return Item(re.escape(character))

    def _group(self, depth: int) -> Node:
        self._taken(_GROUP, _NO_GROUP)
        node = self.alternatives(depth + 1)
        if self._next() != ")":
            raise PatternError(
                gettext("a ( has no partner; write \\( for the character.")
            )
        self.position += 1
        return node

    def _class(self) -> Node:
        source = self._taken(_CLASS, _NO_CLASS)
        if _AMBIGUOUS.search(source):
            raise PatternError(
                gettext("in %(class)s, put a \\ before doubled signs.")
                % {"class": source}
            )
        return Item(source)

    def _repeated(self, part: Node) -> Node:
        found = _QUANTIFIER.match(self.text, self.position)
        if found is None:
            return part
        self.position = found.end()
        # "As few as possible" finds the same texts when only finding counts.
        if self._next() == "?":
            self.position += 1
        if _QUANTIFIER.match(self.text, self.position):
            raise PatternError(
                gettext("%(sign)s is followed by another repetition.")
                % {"sign": found[0]}
            )
        if isinstance(part, Anchor):
            raise PatternError(
                gettext("%(sign)s cannot be repeated.") % {"sign": part.sign}
            )
        minimum, maximum = _bounds(found)
        if max(minimum, maximum or 0) > MAX_REPEAT:
            raise PatternError(
                gettext("repeat at most %(limit)d times.") % {"limit": MAX_REPEAT}
            )
        if maximum is not None and maximum < minimum:
            raise PatternError(
                gettext("%(sign)s ends before it starts.") % {"sign": found[0]}
            )
        return Repeat(part, minimum, maximum)

    def _taken(self, token: re.Pattern[str], problem: StrOrPromise) -> str:
        found = token.match(self.text, self.position)
        if found is None:
            rest = self.text[self.position + 1 :][:10]
            raise PatternError(str(problem) % {"rest": rest})
        self.position = found.end()
        return found[0]


def _bounds(quantifier: re.Match[str]) -> tuple[int, int | None]:
    if quantifier[0] in {"*", "+"}:
        return int(quantifier[0] == "+"), None
    if quantifier[0] == "?":
        return 0, 1
    minimum = int(quantifier[1])
    if not quantifier[2]:
        return minimum, minimum
    return minimum, int(quantifier[3]) if quantifier[3] else None
