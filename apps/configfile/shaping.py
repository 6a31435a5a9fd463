"""What describes a section of the file: its rows, their names, their columns."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import models
from django.utils.functional import Promise

from apps.configfile.columns import Column


class Owner(NamedTuple):
    """A row that a key names: the relation, and which part of the key is its key."""

    relation: str
    section: str
    within: slice


class KeyPart(NamedTuple):
    """A part of the key: its name in the file, its value, the field it fills."""

    name: str
    of: Any
    field: str = ""
    is_needed: bool = True
    is_number: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Shape:
    """One section, or one kind of parts."""

    section: str
    label: str | Promise
    model: type[models.Model]
    keys: tuple[KeyPart, ...]
    columns: tuple[Column, ...]
    # What goes before ``keys`` in a key: of the rows it belongs to.
    prefix: tuple[Any, ...] = ()
    owners: tuple[Owner, ...] = ()
    related: tuple[str, ...] = ()
    prefetched: tuple[str, ...] = ()
    parts: tuple["Shape", ...] = ()
    # The name of the list within the entry it belongs to.
    list_name: str = ""
