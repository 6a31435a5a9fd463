"""What a macro can stand for, and how such a value is written as text."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import TypeAlias

MacroValue: TypeAlias = str | int | float | Decimal | bool | datetime | None


class LayeredValues(Mapping[str, MacroValue]):
    """Values over others that may be computed when asked for, so never copied."""

    def __init__(
        self, upper: Mapping[str, MacroValue], lower: Mapping[str, MacroValue]
    ) -> None:
        """Answer from ``upper``, for other names from ``lower``."""
        self._upper = upper
        self._lower = lower

    def __getitem__(self, name: str) -> MacroValue:
        """Return the value of ``name``."""
        return self._upper[name] if name in self._upper else self._lower[name]

    def __iter__(self) -> Iterator[str]:
        """Return all names once."""
        return iter({**dict.fromkeys(self._lower), **dict.fromkeys(self._upper)})

    def __len__(self) -> int:
        """Return how many names there are."""
        return sum(1 for _ in self)


def as_utc(moment: datetime) -> datetime:
    """Return ``moment`` in UTC; a moment without a zone is taken as UTC."""
    if moment.tzinfo is UTC:
        return moment
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment.astimezone(UTC)


def text_of(value: MacroValue) -> str:
    """Write ``value`` as text: nothing as "", true as 1, a moment as ISO 8601.

    Seconds are the finest unit (the filter ``ms`` keeps more); UTC is written as Z.
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds").replace("+00:00", "Z")
    return str(value)


def is_missing(value: MacroValue) -> bool:
    """Tell whether ``value`` counts as "no value" for filters and policies."""
    return value is None or value == ""
