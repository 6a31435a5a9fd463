"""A tree as a document: every entry with all its values, and all that is wrong."""

import difflib
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from apps.configfile.documents import Document, Entry, Key, Problem, key_words
from apps.configfile.nodes import Node, decode, read_tree
from apps.configfile.shapes import SECTIONS, SHAPES
from apps.configfile.shaping import KeyPart, Shape
from apps.configfile.values import ValueReader
from apps.configfile.writing import VERSION

NAMES = tuple(shape.section for shape in SECTIONS)


def read_file(content: bytes) -> tuple[Document, list[Problem]]:
    """Return what a file says, as far as it can be read, and all that is wrong."""
    text, problems = decode(content)
    if problems:
        return _nothing(), problems
    root, problems = read_tree(text)
    reader = _Reader(problems)
    if root is not None:
        reader.take(root)
    return reader.document, reader.problems


def _nothing() -> Document:
    return {section: {} for section in SHAPES}


class _Reader:
    """Walks the tree along the shapes."""

    def __init__(self, problems: list[Problem]) -> None:
        self.document = _nothing()
        self.problems = problems

    def take(self, root: Node) -> None:
        """Read all sections."""
        if not isinstance(root.value, dict):
            self._tell(root, "", _("Begin with «version: 1», then the sections."))
            return
        self._version(root)
        self._refuse_unknown(root, "", ("version", *NAMES))
        for shape in SECTIONS:
            if shape.section in root.value:
                self._list(shape, root.value[shape.section], (), shape.section)

    def _version(self, root: Node) -> None:
        found = root.value.get("version")
        if found is None or found.value != VERSION:
            words = _("Only files of version %(version)s can be read: «version: 1».")
            self._tell(found or root, "", words % {"version": VERSION})

    def _list(self, shape: Shape, node: Node, above: Key, place: str) -> None:
        if node.value is None or node.is_broken:
            return
        if not isinstance(node.value, list):
            self._tell(node, place, _("Write a list: lines that begin with «- »."))
            return
        for number, item in enumerate(node.value, start=1):
            self._entry(shape, item, above, f"{place}[{number}]")

    def _entry(self, shape: Shape, node: Node, above: Key, place: str) -> None:
        if node.is_broken:
            return
        if not isinstance(node.value, dict):
            self._tell(node, place, _("Write names and values: «name: …»."))
            return
        own = self._key(shape, node, place)
        parts = {part.list_name: part for part in shape.parts}
        names = [*(part.name for part in shape.keys), *_column_names(shape), *parts]
        self._refuse_unknown(node, place, names)
        if own is None:
            return
        key = (*above, *own)
        named = f"{place} «{key_words(own)}»"
        self._columns(shape, node, key, named)
        for name, part in parts.items():
            if name in node.value:
                self._list(part, node.value[name], key, f"{named}.{name}")

    def _key(self, shape: Shape, node: Node, place: str) -> Key | None:
        """Return the entry's own part of its key, ``None`` if it is not complete."""
        found = [self._key_part(part, node, place) for part in shape.keys]
        return None if None in found else tuple(found)

    def _key_part(self, part: KeyPart, node: Node, place: str) -> Any:
        given = node.value.get(part.name)
        blank: Any = 1 if part.is_number else ""
        if given is None or given.is_broken or given.value == "":
            if part.is_needed:
                words = _("«%(name)s» is missing.")
                if given is None or not given.is_broken:
                    self._tell(given or node, place, words % {"name": part.name})
                return None
            return blank
        is_number = type(given.value) is int and given.value >= 1
        if not (is_number if part.is_number else isinstance(given.value, str)):
            self._tell(given, f"{place}.{part.name}", _wrong_key(part))
            return None
        if part.choices and given.value not in part.choices:
            words = _("«%(value)s» is none of: %(choices)s.")
            choices = ", ".join(part.choices)
            told = words % {"value": given.value, "choices": choices}
            self._tell(given, f"{place}.{part.name}", told)
            return None
        return given.value

    def _columns(self, shape: Shape, node: Node, key: Key, place: str) -> None:
        entries = self.document[shape.section]
        if key in entries:
            words = _("It stands in the file twice; first in line %(line)s.")
            self._tell(node, place, words % {"line": entries[key].line})
            return
        reader = ValueReader(self.problems, place)
        values = {
            column.name: reader.read(column, node.value.get(column.name))
            for column in shape.columns
        }
        lines = dict(_lines(node, ""))
        unread = frozenset(reader.unread)
        entries[key] = Entry(key, values, node.line, lines, place, unread)

    def _refuse_unknown(self, node: Node, place: str, names: Iterable[str]) -> None:
        known = list(names)
        for name, child in node.value.items():
            if name in known or child.is_broken:
                continue
            near = difflib.get_close_matches(name, known, n=1)
            words = (
                _("«%(name)s» is not known here. Did you mean «%(near)s»?")
                if near
                else _("«%(name)s» is not known here. Known: %(names)s.")
            )
            given = {"name": name, "near": "".join(near), "names": ", ".join(known)}
            self._tell(child, place, words % given)

    def _tell(self, node: Node, place: str, text: str) -> None:
        self.problems.append(Problem(node.line, place, text))


def _lines(node: Node, above: str) -> Iterator[tuple[str, int]]:
    """Yield the places in an entry and their lines: settings.url, caps[2].maximum."""
    if isinstance(node.value, dict):
        for name, child in node.value.items():
            place = f"{above}.{name}" if above else name
            yield place, child.line
            yield from _lines(child, place)
    elif isinstance(node.value, list):
        for number, child in enumerate(node.value, start=1):
            yield f"{above}[{number}]", child.line
            yield from _lines(child, f"{above}[{number}]")


def _column_names(shape: Shape) -> list[str]:
    return [column.name for column in shape.columns]


def _wrong_key(part: KeyPart) -> str:
    if part.is_number:
        return _("Write a number from 1.")
    return _("Write a text; put it in quotes.")
