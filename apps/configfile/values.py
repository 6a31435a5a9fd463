"""The values of an entry, each of the type of its column."""

from collections.abc import Callable
from copy import deepcopy
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.configfile.columns import Column, Kind, shortest
from apps.configfile.documents import Problem
from apps.configfile.nodes import Node


class _WrongError(Exception):
    """What a value should be, and where it is not."""

    def __init__(self, node: Node, text: str, within: str = "") -> None:
        super().__init__(text)
        self.node = node
        self.within = within


class ValueReader:
    """Reads the columns of one entry and remembers which could not be read."""

    def __init__(self, problems: list[Problem], place: str) -> None:
        self.problems = problems
        self.place = place
        self.unread: set[str] = set()

    def read(self, column: Column, node: Node | None) -> Any:
        """Return the value, or the default with a problem told."""
        if node is None:
            return deepcopy(column.default)
        try:
            return value_of(column, node)
        except _WrongError as error:
            self.unread.add(column.name)
            place = f"{self.place}.{column.name}{error.within}"
            if not error.node.is_broken:
                self.problems.append(Problem(error.node.line, place, str(error)))
            return deepcopy(column.default)


def value_of(column: Column, node: Node) -> Any:
    """Return what ``node`` says for ``column``. Raises ``_WrongError``."""
    if node.is_broken:
        raise _WrongError(node, "")
    if node.value is None:
        if column.is_nullable or column.kind in EMPTY:
            return None if column.is_nullable else deepcopy(EMPTY[column.kind])
        raise _WrongError(node, _("Give a value, or remove the line for the default."))
    return READERS[column.kind](column, node)


def _text(column: Column, node: Node) -> str:
    if not isinstance(node.value, str):
        raise _WrongError(node, _("Write a text; put it in quotes."))
    if column.choices and node.value not in ("", *column.choices):
        raise _WrongError(node, _none_of(column, node.value))
    return node.value


def _none_of(column: Column, value: str) -> str:
    return _("«%(value)s» is none of: %(choices)s.") % {
        "value": value,
        "choices": ", ".join(column.choices),
    }


def _flag(column: Column, node: Node) -> bool:
    if not isinstance(node.value, bool):
        raise _WrongError(node, _("Write true or false."))
    return node.value


def _number(column: Column, node: Node) -> int:
    if isinstance(node.value, bool) or not isinstance(node.value, int):
        raise _WrongError(node, _("Write a whole number."))
    return node.value


def _amount(column: Column, node: Node) -> Decimal | None:
    if isinstance(node.value, bool) or not isinstance(node.value, int | float):
        raise _WrongError(node, _("Write a number, e.g. 12.5."))
    return shortest(node.written)


def _items(node: Node) -> list[Node]:
    if not isinstance(node.value, list):
        raise _WrongError(node, _("Write a list: lines that begin with «- »."))
    return node.value


def _texts(column: Column, node: Node) -> list[str]:
    return [_item(column, item, _text) for item in _items(node)]


def _numbers(column: Column, node: Node) -> list[int]:
    return [_item(column, item, _number) for item in _items(node)]


def _item(column: Column, item: Node, read: Callable[[Column, Node], Any]) -> Any:
    if item.is_broken:
        raise _WrongError(item, "")
    return read(column, item)


def _names(column: Column, node: Node) -> list[str]:
    found = _texts(column, node)
    for name in found:
        if found.count(name) > 1:
            told = _("«%(name)s» stands here twice.") % {"name": name}
            raise _WrongError(node, told)
    order = {choice: place for place, choice in enumerate(column.choices)}
    return sorted(found, key=lambda name: (order.get(name, 0), name))


def _map(column: Column, node: Node) -> dict[str, Any]:
    if not isinstance(node.value, dict):
        raise _WrongError(node, _("Write names and values: «name: …»."))
    found: dict[str, Any] = _json(node)
    return found


def _json(node: Node) -> Any:
    if node.is_broken:
        raise _WrongError(node, "")
    if isinstance(node.value, dict):
        return {name: _json(child) for name, child in node.value.items()}
    if isinstance(node.value, list):
        return [_json(one) for one in node.value]
    return node.value


def _rows(column: Column, node: Node) -> list[dict[str, Any]]:
    return [
        _row(column, item, f"[{number}]")
        for number, item in enumerate(_items(node), start=1)
    ]


def _row(column: Column, node: Node, within: str) -> dict[str, Any]:
    if node.is_broken or not isinstance(node.value, dict):
        raise _WrongError(node, _("Write names and values: «name: …»."), within)
    known = {cell.name for cell in column.columns}
    for name, child in node.value.items():
        if name not in known:
            told = _("«%(name)s» is not known here. Known: %(names)s.")
            names = ", ".join(cell.name for cell in column.columns)
            raise _WrongError(child, told % {"name": name, "names": names}, within)
    row = {}
    for cell in column.columns:
        given = node.value.get(cell.name)
        if given is None and cell.default is None:
            told = _("«%(name)s» is missing.") % {"name": cell.name}
            raise _WrongError(node, told, within)
        try:
            row[cell.name] = cell.default if given is None else value_of(cell, given)
        except _WrongError as error:
            place = f"{within}.{cell.name}"
            raise _WrongError(error.node, str(error), place) from error
    return row


EMPTY: dict[Kind, Any] = {
    Kind.TEXT: "",
    Kind.TEXTS: [],
    Kind.NUMBERS: [],
    Kind.NAMES: [],
    Kind.ROWS: [],
    Kind.MAP: {},
}
"""What a name without a value means, where that is clear."""
READERS: dict[Kind, Callable[[Column, Node], Any]] = {
    Kind.TEXT: _text,
    Kind.FLAG: _flag,
    Kind.NUMBER: _number,
    Kind.AMOUNT: _amount,
    Kind.TEXTS: _texts,
    Kind.NUMBERS: _numbers,
    Kind.NAMES: _names,
    Kind.MAP: _map,
    Kind.ROWS: _rows,
}
