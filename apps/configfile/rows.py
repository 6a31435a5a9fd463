"""Writes one entry as a row, validated as its form does."""

from typing import Any

from django.utils.translation import gettext as _

from apps.configfile.columns import Column, Kind, Target
from apps.configfile.comparing import Act, Change
from apps.configfile.documents import Entry
from apps.configfile.shaping import Shape
from apps.configfile.work import MISSING, Imported, SkippedError, is_touched

FIXED = {"value_lists": ("normalization", "hashing")}
"""Columns that never change: what is stored depends on them."""


def write_plain(work: Imported, shape: Shape, change: Change, entry: Entry) -> Any:
    """Write an entry all of whose columns are fields or names of other rows.

    Raises ``ValidationError``, or ``SkippedError`` when a problem is told already.
    """
    row = row_of(work, shape, change)
    before = len(work.problems)
    _refuse_fixed(work, change, entry)
    missing = fill(work, shape, change, entry, row)
    work.validate(row, missing)
    names = [_wanted(work, column, change, entry) for column in shape.columns]
    if missing or len(work.problems) > before:
        raise SkippedError
    row.save()
    for column, wanted in zip(shape.columns, names, strict=True):
        if wanted is not None:
            _attach(column, row, wanted)
    return row


def row_of(work: Imported, shape: Shape, change: Change) -> Any:
    """Return a new row, or the one to be changed, locked."""
    if change.act is Act.ADDED:
        return shape.model()
    rows: Any = shape.model._default_manager  # noqa: SLF001 - Django's documented model API
    locked = rows.select_for_update(of=("self",))
    return locked.get(pk=work.stored.rows[shape.section][change.key])


def fill(
    work: Imported, shape: Shape, change: Change, entry: Entry, row: Any
) -> set[str]:
    """Give ``row`` its key and the columns that change; return the fields it lacks."""
    missing: set[str] = set()
    if change.act is Act.ADDED:
        missing |= _fill_key(work, shape, entry, row)
    for column in shape.columns:
        if column.is_special or not is_touched(change, column.name):
            continue
        value = entry.values[column.name]
        if column.target is None:
            setattr(row, column.name, value)
        elif not point(work, column, entry, row):
            missing.add(column.name)
    return missing


def _fill_key(work: Imported, shape: Shape, entry: Entry, row: Any) -> set[str]:
    """Give a new row its names and what it belongs to; return what is missing."""
    own = entry.key[len(shape.prefix) :]
    for part, value in zip(shape.keys, own, strict=True):
        if part.field:
            setattr(row, part.field, value)
    missing = set()
    for owner in shape.owners:
        key = entry.key[owner.within]
        if not any(key):
            continue
        place = owner.within.stop - 1 - len(shape.prefix)
        name = shape.keys[place].name if place >= 0 else ""
        found = work.find(Target(owner.section), key, entry, name)
        if found is MISSING:
            missing.add(owner.relation)
        else:
            setattr(row, f"{owner.relation}_id", found)
    return missing


def point(work: Imported, column: Column, entry: Entry, row: Any) -> bool:
    """Let ``row`` refer to the row that its column names; False if it is missing."""
    name, target = entry.values[column.name], column.target
    found = None
    if name and target is not None:
        key = (*entry.key[target.within], name)
        found = work.find(target, key, entry, column.name)
    setattr(row, f"{column.name}_id", None if found is MISSING else found)
    return found is not MISSING


def _refuse_fixed(work: Imported, change: Change, entry: Entry) -> None:
    if change.act is Act.ADDED:
        return
    for name in FIXED.get(change.section, ()):
        if is_touched(change, name):
            text = _("It cannot be changed: make a new list with another reference.")
            work.tell(entry, name, text)


def _wanted(
    work: Imported, column: Column, change: Change, entry: Entry
) -> set[int] | None:
    """Return the ids that a list of names asks for, ``None`` if it stays as it is."""
    target = column.target
    is_list = column.kind is Kind.NAMES and target is not None
    if not is_list or target is None or not is_touched(change, column.name):
        return None
    found = {
        work.find(target, (name,), entry, f"{column.name}.{name}")
        for name in entry.values[column.name]
    }
    if MISSING in found:
        raise SkippedError
    return found


def _attach(column: Column, row: Any, wanted: set[int]) -> None:
    """Make the rows of a list those that are wanted, one by one for the audit log."""
    if column.through is None:
        return
    model, own, other = column.through
    rows: Any = model._default_manager  # noqa: SLF001 - Django's documented model API
    existing = {getattr(one, f"{other}_id"): one for one in rows.filter(**{own: row})}
    for pk in sorted(wanted - set(existing)):
        rows.create(**{own: row, f"{other}_id": pk})
    for pk in sorted(set(existing) - wanted):
        existing[pk].delete()
