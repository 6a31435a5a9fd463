"""Regular expressions that cannot hang a worker.

Python's ``re`` backtracks: some patterns need exponential time on a text that a partner
chooses, and hold every thread meanwhile. Here a pattern becomes an automaton that looks
at each character once. Single characters, classes and escapes mean what they mean in
``re``; what an automaton cannot do (look-around, back-references) is refused when the
pattern is saved.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, TypeAlias

from django.utils.translation import gettext as _

from apps.actions.pattern_syntax import (
    Alternatives,
    Anchor,
    Item,
    Node,
    PatternError,
    Repeat,
    Sequence,
    parse,
)

MAX_TEXT_LENGTH: Final = 64 * 1024
MAX_STATES: Final = 1_000
# Characters tested in one search, beyond what earlier searches have learnt.
MAX_TESTS: Final = 300_000
MAX_KEPT_STATES: Final = 2_000

_Set: TypeAlias = frozenset[int]


@dataclass(frozen=True, slots=True)
class _State:
    """One state: reads a character when ``accepts`` is set, else moves on freely."""

    targets: tuple[int, ...]
    accepts: Callable[[str], object] | None = None
    anchor: str = ""


@dataclass(slots=True)
class _Kept:
    """What is known of a set of states: whether it matches, and where it leads."""

    is_match: bool
    is_match_at_end: bool
    moves: dict[str, _Set] = field(default_factory=dict)


class Pattern:
    """A compiled pattern; the final state is number 0."""

    def __init__(self, node: Node, flags: re.RegexFlag) -> None:
        """Build the automaton; raises ``PatternError`` when it would be too large."""
        self._flags = flags
        self._states: list[_State] = [_State(())]
        self._first = self._build(node, 0)
        self._kept: dict[_Set, _Kept] = {}

    def search(self, text: str) -> bool:
        """Tell whether the pattern occurs in the first 64 Ki characters of ``text``.

        A search that would take too long counts as not found.
        """
        text = text[:MAX_TEXT_LENGTH]
        current = self._closure((self._first,), "^" if text else "^$")
        last_break = len(text) - 1 if text.endswith("\n") else -1
        tests = 0
        for position, character in enumerate(text):
            if position == last_break:
                # As in "re", the end is also before a last line break.
                anchors = "$" if position else "^$"
                current = self._closure((*current, self._first), anchors)
            kept = self._look_up(current)
            if kept.is_match:
                return True
            following = kept.moves.get(character)
            if following is None:
                tests += len(current)
                if tests > MAX_TESTS:
                    return False
                following = kept.moves[character] = self._step(current, character)
            current = following
        kept = self._look_up(current)
        return kept.is_match or kept.is_match_at_end

    def _step(self, current: _Set, character: str) -> _Set:
        targets = [
            state.targets[0]
            for state in map(self._states.__getitem__, current)
            if state.accepts is not None and state.accepts(character)
        ]
        return self._closure((*targets, self._first), "")

    def _look_up(self, states: _Set) -> _Kept:
        kept = self._kept.get(states)
        if kept is None:
            if len(self._kept) >= MAX_KEPT_STATES:
                self._kept.clear()
            at_end = self._closure(states, "$")
            kept = self._kept[states] = _Kept(0 in states, 0 in at_end)
        return kept

    def _closure(self, states: Iterable[int], anchors: str) -> _Set:
        """Return ``states`` and all that are reached without reading a character.

        An anchor is passed where it holds: "^" at the start, "$" at the end. No
        ``anchors`` pass only the states that are none.
        """
        reached: set[int] = set()
        waiting = list(states)
        while waiting:
            number = waiting.pop()
            if number in reached:
                continue
            reached.add(number)
            state = self._states[number]
            if state.accepts is None and state.anchor in anchors:
                waiting.extend(state.targets)
        return frozenset(reached)

    def _build(self, node: Node, following: int) -> int:
        """Add the states of ``node`` and return its first one."""
        if isinstance(node, Item):
            return self._add(_State((following,), _predicate(node, self._flags)))
        if isinstance(node, Anchor):
            return self._add(_State((following,), anchor=node.sign))
        if isinstance(node, Alternatives):
            targets = tuple(self._build(option, following) for option in node.options)
            return self._add(_State(targets))
        if isinstance(node, Sequence):
            for part in reversed(node.parts):
                following = self._build(part, following)
            return following
        return self._build_repeat(node, following)

    def _build_repeat(self, node: Repeat, following: int) -> int:
        first = following
        if node.maximum is None:
            first = self._add(_State(()))
            body = self._build(node.part, first)
            self._states[first] = _State((body, following))
        else:
            for _ in range(node.maximum - node.minimum):
                first = self._add(_State((self._build(node.part, first), following)))
        for _ in range(node.minimum):
            first = self._build(node.part, first)
        return first

    def _add(self, state: _State) -> int:
        if len(self._states) >= MAX_STATES:
            raise PatternError(_("this is too large: repeat less."))
        self._states.append(state)
        return len(self._states) - 1


@lru_cache(maxsize=1024)
def compile_pattern(text: str) -> Pattern:
    """Compile ``text``; a leading (?i) ignores case. Raises ``PatternError``."""
    node = parse(text.removeprefix("(?i)"))
    flags = re.IGNORECASE if text.startswith("(?i)") else re.NOFLAG
    return Pattern(node, flags)


def _predicate(item: Item, flags: re.RegexFlag) -> Callable[[str], object]:
    try:
        return re.compile(item.source, flags).fullmatch
    except re.error as error:
        raise PatternError(
            _("%(part)s is not understood (%(problem)s).")
            % {"part": item.source, "problem": error.msg}
        ) from error
