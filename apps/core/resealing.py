"""Seals stored secrets anew with the newest key, while everything runs.

A column that keeps sealed text is called ``sealed_…``, whatever its table. Rows are
read in batches by primary key and written only where the text is still the one that was
read, so an edit made meanwhile is never overwritten. What is done already is told by
its signature alone: a run that was stopped is simply started again.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from django.apps import apps
from django.db import connection, models
from psycopg import sql

from apps.core import secret_box
from apps.core.sql import direct_cursor

PREFIX = "sealed_"
BATCH = 500

Row: TypeAlias = tuple[Any, str]
"""A primary key and the sealed text."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that keeps sealed text."""

    model: type[models.Model]
    name: str

    def __str__(self) -> str:
        return f"{self.table}.{self.name}"

    @property
    def table(self) -> str:
        """Return the name of the table."""
        return self.model._meta.db_table  # noqa: SLF001 - Django's documented model API

    def batches(self, size: int = BATCH) -> Iterator[list[Row]]:
        """Give the rows that hold something, in the order of their primary keys."""
        manager = self.model._base_manager  # noqa: SLF001 - as above
        rows = manager.exclude(**{self.name: ""}).order_by("pk")
        batch = list(rows.values_list("pk", self.name)[:size])
        while batch:
            yield batch
            later = rows.filter(pk__gt=batch[-1][0])
            batch = list(later.values_list("pk", self.name)[:size])


@dataclass(slots=True)
class Tally:
    """What came of the rows of a column.

    ``stale`` were not sealed by the newest key, ``changed`` of them were written by
    somebody else before we could, ``unreadable`` are the primary keys of those that no
    key opens.
    """

    seen: int = 0
    stale: int = 0
    changed: int = 0
    unreadable: list[Any] = field(default_factory=list)


def sealed_columns() -> list[Column]:
    """Return every column of the installation that keeps sealed text."""
    return [
        Column(model, column.name)
        for model in apps.get_models()
        for column in model._meta.concrete_fields  # noqa: SLF001 - as above
        if column.name.startswith(PREFIX) and not model._meta.proxy  # noqa: SLF001
    ]


def reseal(
    column: Column,
    *,
    is_dry_run: bool = False,
    tell: Callable[[Tally], None] = lambda tally: None,
) -> Tally:
    """Seal what is stale in ``column`` anew; a dry run only counts it.

    ``tell`` is called after each batch. Raises ``SecretBoxError`` when a key in the
    settings is unusable.
    """
    tally = Tally()
    for batch in column.batches():
        stale = [row for row in batch if not secret_box.is_sealed_by_newest(row[1])]
        anew = [(pk, old, new) for pk, old in stale if (new := _anew(old))]
        opened = {pk for pk, _, _ in anew}
        tally.seen += len(batch)
        tally.stale += len(anew)
        tally.unreadable += [pk for pk, _ in stale if pk not in opened]
        if anew and not is_dry_run:
            tally.changed += len(anew) - _write(column, anew)
        tell(tally)
    return tally


def _anew(sealed: str) -> str:
    """Return the text sealed by the newest key, or "" when no key opens it."""
    try:
        return secret_box.rotate(sealed)
    except (secret_box.SecretBoxError, ValueError):
        return ""


def _write(column: Column, rows: Sequence[tuple[Any, str, str]]) -> int:
    """Replace old texts by new ones where the old still stand; return how many."""
    primary = column.model._meta.pk  # noqa: SLF001 - as above
    kind = primary.db_type(connection) or ""
    statement = sql.SQL(
        "UPDATE {table} AS t SET {name} = v.new FROM unnest(%s::{kind}[], %s::text[], "
        "%s::text[]) AS v(pk, old, new) WHERE t.{pk} = v.pk AND t.{name} = v.old"
    ).format(
        table=sql.Identifier(column.table),
        name=sql.Identifier(column.name),
        pk=sql.Identifier(primary.column or ""),
        kind=sql.SQL(kind),
    )
    with direct_cursor() as cursor:
        return cursor.execute(
            statement, [list(x) for x in zip(*rows, strict=True)]
        ).rowcount
