"""What an import would change, in words."""

import json
from decimal import Decimal
from enum import StrEnum
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from apps.configfile.columns import Column
from apps.configfile.documents import Document, Entry, Key, key_words
from apps.configfile.shapes import PARENTS, SHAPES
from apps.configfile.shaping import Shape

SECRETS = "secrets"
SHOWN_LENGTH = 80


class Act(StrEnum):
    """What becomes of an entry."""

    ADDED = "added"
    CHANGED = "changed"
    ONLY_HERE = "only here"


class Difference(NamedTuple):
    """A column whose value differs."""

    name: str
    before: Any
    after: Any

    @property
    def words(self) -> str:
        """The name, what is, and what would be."""
        return f"{self.name}: {shown(self.before)} → {shown(self.after)}"


class Change(NamedTuple):
    """One entry that is not the same in the file and in the database."""

    act: Act
    section: str
    key: Key
    differences: tuple[Difference, ...] = ()
    line: int = 0

    @property
    def words(self) -> str:
        """One line: what becomes of which entry, and how."""
        name = f"{SHAPES[self.section].label} «{key_words(self.key)}»"
        details = "; ".join(one.words for one in self.differences)
        return f"{_act_words(self.act)} {name}" + (f": {details}" if details else "")


def _act_words(act: Act) -> str:
    if act is Act.ADDED:
        return _("added:")
    return _("changed:") if act is Act.CHANGED else _("only here:")


def compare(current: Document, wanted: Document) -> list[Change]:
    """Return the differences, section by section; nothing is ever removed.

    What only the database has is left alone. Of what the file does not name at all,
    the parts are not listed.
    """
    found: list[Change] = []
    for section, shape in SHAPES.items():
        here, there = current[section], wanted[section]
        for key in sorted(there):
            change = _changed(shape, there[key], here.get(key))
            if change is not None:
                found.append(change)
        found += [
            Change(Act.ONLY_HERE, section, key)
            for key in sorted(set(here) - set(there))
            if _is_of_named(section, key, wanted)
        ]
    return found


def _is_of_named(section: str, key: Key, wanted: Document) -> bool:
    parent = PARENTS.get(section)
    if parent is None:
        return True
    length = len(parent.prefix) + len(parent.keys)
    return key[:length] in wanted[parent.section]


def _changed(shape: Shape, wanted: Entry, current: Entry | None) -> Change | None:
    section, key = shape.section, wanted.key
    if current is None:
        return Change(Act.ADDED, section, key, line=wanted.line)
    differences = tuple(
        Difference(column.name, current.values[column.name], wanted.values[column.name])
        for column in shape.columns
        if column.name not in wanted.unread and _differs(column, current, wanted)
    )
    if not differences:
        return None
    return Change(Act.CHANGED, section, key, differences, wanted.line)


def _differs(column: Column, current: Entry, wanted: Entry) -> bool:
    here, there = current.values[column.name], wanted.values[column.name]
    if column.name == SECRETS:
        # Secrets are never removed by a file that does not name them.
        return bool(set(there) - set(here))
    if column.is_unordered:
        return _in_order(here) != _in_order(there)
    return bool(here != there) or type(here) is not type(there)


def _in_order(rows: list[dict[str, Any]]) -> list[list[str]]:
    return sorted([repr(row[name]) for name in sorted(row)] for row in rows)


def shown(value: Any) -> str:
    """Return a value as people read it, on one line, shortened."""
    if value is None or value in ("", [], {}):
        return "—"
    if isinstance(value, str | Decimal):
        text = str(value)
    else:
        text = json.dumps(value, ensure_ascii=False, default=str)
    text = " ".join(text.split())
    return text if len(text) <= SHOWN_LENGTH else f"{text[:SHOWN_LENGTH]}…"
