"""What one value of an entry is: its name in the file, its type, its default."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, auto
from typing import Any, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Kind(Enum):
    """How a value is written."""

    TEXT = auto()
    FLAG = auto()
    NUMBER = auto()
    AMOUNT = auto()
    # Lists keep their order; those of names or choices have none and are sorted.
    TEXTS = auto()
    NUMBERS = auto()
    NAMES = auto()
    # A mapping of texts to anything that JSON can hold.
    MAP = auto()
    # A list of mappings that have ``columns``.
    ROWS = auto()


class Target(NamedTuple):
    """Which row a name refers to: its section, and what of the key goes before it."""

    section: str
    within: slice = slice(0, 0)


@dataclass(frozen=True, slots=True)
class Column:
    """One value.

    ``of`` returns it for a row; ``target`` is set where it names rows of a section.
    ``through`` is the model, and its two relations, that hold the rows of NAMES.
    """

    name: str
    kind: Kind
    of: Callable[[Any], Any]
    default: Any = ""
    is_nullable: bool = False
    choices: tuple[str, ...] = ()
    target: Target | None = None
    through: tuple[type[models.Model], str, str] | None = None
    columns: tuple["Column", ...] = ()
    # Of ROWS: in another order they say the same.
    is_unordered: bool = False
    # Written onto the row by hand, not by name.
    is_special: bool = False


def plain(model: type[models.Model], *names: str) -> tuple[Column, ...]:
    """Return columns that are fields of ``model``, described by those."""
    return tuple(_column(model._meta.get_field(name)) for name in names)  # noqa: SLF001 - Django's documented model API


def _column(field: Any) -> Column:
    kind = _kind(field)
    if kind is Kind.TEXTS and field.base_field.choices:
        kind = Kind.NAMES
    name = field.name
    holder = field.base_field if isinstance(field, ArrayField) else field
    choices = tuple(str(value) for value, _ in holder.flatchoices)
    order = {choice: place for place, choice in enumerate(choices)}

    def value_of(row: Any) -> Any:
        value = getattr(row, name)
        if kind is Kind.NAMES:
            return sorted(value, key=lambda one: order.get(one, len(order)))
        return shortest(value) if kind is Kind.AMOUNT else value

    return Column(
        name,
        kind,
        value_of,
        default=_default(field, kind),
        is_nullable=field.null,
        choices=choices,
    )


def _default(field: Any, kind: Kind) -> Any:
    found = field.get_default()
    if kind is Kind.AMOUNT:
        return shortest(found)
    # Choices are texts of a class of their own, which is not how they are stored.
    return str(found) if isinstance(found, str) else found


def _kind(field: Any) -> Kind:
    if isinstance(field, ArrayField):
        is_text = isinstance(field.base_field, models.CharField)
        return Kind.TEXTS if is_text else Kind.NUMBERS
    kinds: tuple[tuple[type[Any], Kind], ...] = (
        (models.BooleanField, Kind.FLAG),
        (models.IntegerField, Kind.NUMBER),
        (models.DecimalField, Kind.AMOUNT),
        (models.JSONField, Kind.MAP),
    )
    return next((kind for of, kind in kinds if isinstance(field, of)), Kind.TEXT)


def reference(name: str, path: str, target: Target) -> Column:
    """Return a column that names another row; empty for none."""
    return Column(name, Kind.TEXT, at(path), target=target)


def references(
    name: str,
    path: str,
    target: Target,
    through: tuple[type[models.Model], str, str],
) -> Column:
    """Return a column that names any number of rows: ``path`` is their own name."""
    relation, _, own = path.partition(".")

    def names_of(row: Any) -> list[str]:
        return sorted(getattr(one, own) for one in getattr(row, relation).all())

    return Column(
        name,
        Kind.NAMES,
        names_of,
        default=[],
        target=target,
        through=through,
        is_special=True,
    )


def at(path: str) -> Callable[[Any], Any]:
    """Return a function that follows ``path`` from a row; «» where it ends early."""
    parts = path.split(".")

    def value_of(row: Any) -> Any:
        for part in parts:
            row = getattr(row, part)
            if row is None:
                return ""
        return row

    return value_of


def shortest(amount: Any) -> Decimal | None:
    """Return ``amount`` without the zeros at its end, so that equal ones look equal."""
    if amount is None:
        return None
    found = Decimal(amount).normalize()
    return found or Decimal(0)
