"""A document as text: readable, and the same text for the same configuration."""

import re
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import yaml

from apps.configfile.columns import Column, Kind
from apps.configfile.documents import Document, Entry, Key
from apps.configfile.exporting import read_database
from apps.configfile.shapes import PARENTS, SECTIONS
from apps.configfile.shaping import Shape

VERSION = 1
HEAD = f"""\
# The configuration of a postback installation; docs/configuration.md explains it.
# It holds no secrets, no tokens and no users. What is left out has its default.
version: {VERSION}
"""
UNFOLDED = 1_000_000
"""Columns after which a line is broken: never, so that a change is one line."""


_BREAKS = re.compile("[\x85\u2028\u2029\ufeff]")
"""YAML's other ends of lines, which would be taken for spaces if not escaped."""


class _Writer(yaml.SafeDumper):
    """Writes texts of several lines as blocks, numbers as numbers, nothing by name."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write everything out."""
        return True


def _text(writer: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    style = "|" if "\n" in value and not value[0].isspace() else None
    if _BREAKS.search(value):
        style = '"'
    return writer.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _amount(writer: yaml.SafeDumper, value: Decimal) -> yaml.ScalarNode:
    text = f"{value:f}"
    kind = "float" if "." in text else "int"
    return writer.represent_scalar(f"tag:yaml.org,2002:{kind}", text)


_Writer.add_representer(str, _text)
_Writer.add_representer(Decimal, _amount)


def export_text() -> str:
    """Return the configuration that is stored now as a file."""
    return as_text(read_database().document)


def as_text(document: Document) -> str:
    """Return ``document`` as a file; sections without entries are left out."""
    children = _by_parent(document)
    texts = [HEAD]
    for shape in SECTIONS:
        listed = _listed(shape, document[shape.section].values(), children)
        if listed:
            texts.append(_dumped({shape.section: listed}))
    return "\n".join(texts)


def _dumped(document: Mapping[str, Any]) -> str:
    return yaml.dump(
        document,
        Dumper=_Writer,
        allow_unicode=True,
        default_flow_style=False,
        sort_keys=False,
        width=UNFOLDED,
    )


def _by_parent(document: Document) -> dict[tuple[str, Key], list[Entry]]:
    """Return the parts by section and key of what they belong to."""
    found: dict[tuple[str, Key], list[Entry]] = defaultdict(list)
    for section, parent in PARENTS.items():
        length = len(parent.prefix) + len(parent.keys)
        for key, entry in document[section].items():
            found[section, key[:length]].append(entry)
    return found


def _listed(
    shape: Shape, entries: Any, children: Mapping[tuple[str, Key], list[Entry]]
) -> list[dict[str, Any]]:
    return [
        _mapping(shape, entry, children)
        for entry in sorted(entries, key=lambda entry: entry.key)
    ]


def _mapping(
    shape: Shape, entry: Entry, children: Mapping[tuple[str, Key], list[Entry]]
) -> dict[str, Any]:
    own = entry.key[len(shape.prefix) :]
    found: dict[str, Any] = {
        part.name: value
        for part, value in zip(shape.keys, own, strict=True)
        if part.is_needed or value not in ("", 1)
    }
    for column in shape.columns:
        value = entry.values[column.name]
        if value != column.default:
            found[column.name] = _written(column, value)
    for part in shape.parts:
        listed = _listed(part, children.get((part.section, entry.key), ()), children)
        if listed:
            found[part.list_name] = listed
    return found


def _written(column: Column, value: Any) -> Any:
    if column.kind is Kind.MAP:
        return _sorted(value)
    if column.kind is Kind.ROWS:
        return [
            {
                cell.name: row[cell.name]
                for cell in column.columns
                if row[cell.name] != cell.default or cell.default is None
            }
            for row in value
        ]
    return value


def _sorted(value: Any) -> Any:
    """Return a JSON document with the names of its objects in order."""
    if isinstance(value, dict):
        return {str(name): _sorted(value[name]) for name in sorted(value)}
    return [_sorted(one) for one in value] if isinstance(value, list) else value
