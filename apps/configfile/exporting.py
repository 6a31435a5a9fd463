"""The database as a document: every entry with all its values."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from apps.configfile.documents import Document, Entry, Key
from apps.configfile.shapes import SHAPES, every_shape, full_key
from apps.configfile.shaping import Shape

RULES = "rules"


@dataclass(slots=True)
class Stored:
    """What the database holds, and which row is which entry."""

    document: Document
    rows: dict[str, dict[Key, int]] = field(default_factory=dict)


def read_database() -> Stored:
    """Return the configuration; a handful of queries for each section."""
    found = Stored({})
    for shape in every_shape():
        entries: dict[Key, Entry] = {}
        rows: dict[Key, int] = {}
        seen: dict[Key, int] = defaultdict(int)
        for row in rows_of(shape):
            key = full_key(shape, row)
            if shape.section == RULES:
                seen[key] += 1
                key = (*key[:-1], seen[key])
            entries[key] = Entry(key, values_of(shape, row))
            rows[key] = row.pk
        found.document[shape.section], found.rows[shape.section] = entries, rows
    return found


def rows_of(shape: Shape) -> Any:
    """Return the rows of a shape, oldest first: rules of one name are counted so."""
    rows = shape.model._default_manager.order_by("pk")  # noqa: SLF001 - Django's documented model API
    return rows.select_related(*shape.related).prefetch_related(*shape.prefetched)


def values_of(shape: Shape, row: Any) -> dict[str, Any]:
    """Return the value of every column of ``row``."""
    return {column.name: column.of(row) for column in shape.columns}


def entry_words(section: str) -> str:
    """Return what one entry of a section is called."""
    return str(SHAPES[section].label)
