"""What one import knows, finds out and has to tell."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.configfile.columns import Target
from apps.configfile.comparing import Act, Change
from apps.configfile.documents import Document, Entry, Key, Problem, key_words
from apps.configfile.exporting import Stored
from apps.configfile.settling import Settled
from apps.configfile.shapes import SHAPES
from apps.configfile.shaping import Shape


class _Missing:
    """Stands for a row that is not there; why is told already."""


MISSING: Final = _Missing()


class SkippedError(Exception):
    """The entry cannot be written; why is told already."""


@dataclass(slots=True)
class Imported:
    """One import while it runs."""

    wanted: Document
    stored: Stored
    settled: Settled
    author: User
    now: datetime
    problems: list[Problem] = field(default_factory=list)
    # By entry, the secrets that somebody has to enter.
    awaited: list[tuple[str, list[str]]] = field(default_factory=list)
    # Whether the database is asked about its constraints before it is written to.
    is_thorough: bool = False
    value_lists: frozenset[str] = field(init=False)
    _rows: dict[str, dict[int, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Remember which value lists there will be."""
        lists = {*self.stored.rows["value_lists"], *self.wanted["value_lists"]}
        self.value_lists = frozenset(reference for (reference,) in lists)

    def find(self, target: Target, key: Key, entry: Entry, place: str) -> Any:
        """Return the id of the row ``key``, or ``MISSING``; tells why it is."""
        found = self.stored.rows[target.section].get(key)
        if found is not None:
            return found
        if key not in self.wanted[target.section]:
            words = _(
                "There is no %(what)s «%(name)s», neither in the file nor here. "
                "Correct the name, or add it to the file."
            )
            name = {"what": SHAPES[target.section].label, "name": key_words(key)}
            self.tell(entry, place, words % name)
        return MISSING

    def row_at(self, section: str, pk: int | None) -> Any:
        """Return a row of a section that is written already; ``None`` for none.

        The first call reads all of the section: thousands of postbacks name few rows.
        """
        if pk is None:
            return None
        if section not in self._rows:
            rows = SHAPES[section].model._default_manager  # noqa: SLF001 - Django's documented model API
            self._rows[section] = {row.pk: row for row in rows.all()}
        return self._rows[section][pk]

    def validate(self, row: models.Model, missing: Collection[str]) -> None:
        """Raise ``ValidationError`` for what ``row`` must not be.

        Unless ``is_thorough``, constraints and relations are left to the database,
        which looks at them anyway: asking it about each before takes dozens of
        statements.
        """
        if self.is_thorough:
            row.full_clean(exclude=missing)
            return
        relations = {one.name for one in row._meta.fields if one.is_relation}  # noqa: SLF001 - Django's documented model API
        row.clean_fields(exclude={*missing, *relations})
        row.clean()

    def tell(self, entry: Entry, place: str, text: str) -> None:
        """Remember what is wrong with a value of an entry."""
        self.problems.append(entry.problem(place, text))

    def tell_invalid(self, entry: Entry, shape: Shape, error: ValidationError) -> None:
        """Remember what Django's validation found, each at its value."""
        for name, text in messages_of(error):
            self.tell(entry, name if name in _known(shape) else "", text)

    def await_secrets(self, section: str, entry: Entry, names: list[str]) -> None:
        """Remember to say which secrets somebody has to enter."""
        if names:
            label = f"{SHAPES[section].label} «{key_words(entry.key)}»"
            self.awaited.append((label, names))


def messages_of(error: ValidationError) -> Iterator[tuple[str, str]]:
    """Yield the fields that are wrong, ``__all__`` for the whole, and why."""
    if not hasattr(error, "error_dict"):
        yield from (("", text) for text in error.messages)
        return
    for name, errors in error.error_dict.items():
        for one in errors:
            yield from ((name, text) for text in one.messages)


def _known(shape: Shape) -> set[str]:
    columns = {column.name for column in shape.columns}
    return columns | {part.name for part in shape.keys}


def is_touched(change: Change, name: str) -> bool:
    """Tell whether an import has to write the column ``name``."""
    if change.act is Act.ADDED:
        return True
    return any(one.name == name for one in change.differences)
