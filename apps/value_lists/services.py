"""Looking up, adding and removing values, each in the form that its list compares."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.actions.contract import ListChange
from apps.core.source_texts import source_text
from apps.core.sql import direct_cursor, one_line, rows_of
from apps.value_lists.comparing import UnfitValueError, compared_form
from apps.value_lists.models import ValueList, ValueSource

# The number of a list and a value in the form that the list compares.
Entry = tuple[int, str]

POSTBACK = ValueSource.POSTBACK
BATCH_SIZE = 1_000
REASONS_KEPT = 5

# One by one through the index: a plan that reads whole lists is never better for long.
FIND = one_line("""
SELECT stored.value_list_id, stored.value
  FROM unnest(%s::bigint[], %s::text[]) AS asked(list_id, value)
 CROSS JOIN LATERAL (
       SELECT value_list_id, value FROM value_lists_listedvalue
        WHERE value_list_id = asked.list_id AND value = asked.value
        LIMIT 1) stored
""")
ADD = one_line("""
INSERT INTO value_lists_listedvalue (value_list_id, value, added_at, source)
SELECT list_id, value, %s, %s
  FROM unnest(%s::bigint[], %s::text[]) AS given(list_id, value)
    ON CONFLICT (value_list_id, value) DO NOTHING
""")
# Locked in one order everywhere, so that two removals cannot wait for each other.
REMOVE = one_line("""
DELETE FROM value_lists_listedvalue WHERE id IN (
    SELECT stored.id
      FROM unnest(%s::bigint[], %s::text[]) AS given(list_id, value)
      JOIN value_lists_listedvalue stored
        ON stored.value_list_id = given.list_id AND stored.value = given.value
     ORDER BY stored.value_list_id, stored.value COLLATE "C"
       FOR UPDATE OF stored)
""")


@dataclass(slots=True)
class Changed:
    """How many values were added (or removed), were so already, or fit no list.

    ``reasons`` name the line of the first ones that do not fit, never the value.
    """

    changed: int = 0
    unchanged: int = 0
    unfit: int = 0
    reasons: list[str] = field(default_factory=list)


def find_entries(entries: Iterable[Entry]) -> frozenset[Entry]:
    """Return those of ``entries`` that are listed; one query by index."""
    wanted = sorted(set(entries))
    if not wanted:
        return frozenset()
    rows = rows_of(FIND, _columns(wanted))
    return frozenset((row.value_list_id, row.value) for row in rows)


def is_on_list(value_list: ValueList, text: str) -> bool:
    """Tell whether a list has a value. Raises ``UnfitValueError``."""
    return bool(find_entries([(value_list.pk, _form(value_list, text))]))


def add_value(
    value_list: ValueList, text: str, source: ValueSource, now: datetime
) -> bool:
    """Add one value; False when the list has it already. Raises ``UnfitValueError``."""
    return bool(_add([(value_list.pk, _form(value_list, text))], source, now))


def remove_value(value_list: ValueList, text: str) -> bool:
    """Remove one value; False when it is not there. Raises ``UnfitValueError``."""
    return bool(_remove([(value_list.pk, _form(value_list, text))]))


def add_values(
    value_list: ValueList, texts: Iterable[str], source: ValueSource, now: datetime
) -> Changed:
    """Add many values, in batches that are each a transaction of their own."""
    return _in_batches(value_list, texts, lambda found: _add(found, source, now))


def remove_values(value_list: ValueList, texts: Iterable[str]) -> Changed:
    """Remove many values, in batches that are each a transaction of their own."""
    return _in_batches(value_list, texts, _remove)


def apply_changes(changes: Sequence[ListChange], now: datetime) -> list[str]:
    """Make what actions asked for, in the caller's transaction.

    Returns for each change why it could not be made, or "". The last word about a
    value counts. An archived list is changed too: it may come back.
    """
    references = {change.list_name for change in changes}
    lists = {
        found.reference: found
        for found in ValueList.objects.filter(reference__in=references)
    }
    problems: list[str] = []
    removals: dict[Entry, bool] = {}
    for change in changes:
        try:
            removals[_entry_of(change, lists.get(change.list_name))] = change.is_removal
        except UnfitValueError as error:
            why = source_text(error)
            problems.append(f"The list «{change.list_name}» was not changed: {why}")
        else:
            problems.append("")
    _add([e for e, is_removal in removals.items() if not is_removal], POSTBACK, now)
    _remove([entry for entry, is_removal in removals.items() if is_removal])
    return problems


def _entry_of(change: ListChange, value_list: ValueList | None) -> Entry:
    if value_list is None:
        raise UnfitValueError(
            _(
                "There is no such list. Choose another one in the postback and add the "
                "value by hand."
            )
        )
    return value_list.pk, _form(value_list, change.value)


def _form(value_list: ValueList, text: str) -> str:
    return compared_form(
        text, normalization=value_list.normalization, hashing=value_list.hashing
    )


def _add(entries: Sequence[Entry], source: ValueSource, now: datetime) -> int:
    if not entries:
        return 0
    with direct_cursor() as cursor:
        parameters = (now, source.value, *_columns(sorted(entries)))
        return cursor.execute(ADD, parameters, prepare=True).rowcount


def _remove(entries: Sequence[Entry]) -> int:
    if not entries:
        return 0
    with direct_cursor() as cursor:
        return cursor.execute(REMOVE, _columns(entries), prepare=True).rowcount


def _columns(entries: Sequence[Entry]) -> tuple[list[int], list[str]]:
    return [number for number, _ in entries], [value for _, value in entries]


def _in_batches(
    value_list: ValueList,
    texts: Iterable[str],
    change: Callable[[Sequence[Entry]], int],
) -> Changed:
    result = Changed()
    fitting = _fitting(value_list, texts, result)
    while batch := list(islice(fitting, BATCH_SIZE)):
        count = change(list(set(batch)))
        result.changed += count
        result.unchanged += len(batch) - count
    return result


def _fitting(
    value_list: ValueList, texts: Iterable[str], result: Changed
) -> Iterator[Entry]:
    """Yield what can be listed; count the rest. Empty lines do not count."""
    for number, text in enumerate(texts, start=1):
        if not text.strip():
            continue
        try:
            yield value_list.pk, _form(value_list, text)
        except UnfitValueError as error:
            result.unfit += 1
            if len(result.reasons) < REASONS_KEPT:
                words = gettext("Line %(number)d: %(problem)s")
                result.reasons.append(words % {"number": number, "problem": error})
