"""Field conditions: how a value is compared with what a rule wants; pure."""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _

from apps.actions.pattern_syntax import PatternError
from apps.actions.patterns import compile_pattern
from apps.postbacks.models import Operator

Test = Callable[[str], bool]
NUMBER_MAX_LENGTH = 40


class UnusableConditionError(ValueError):
    """A value that its operator cannot compare with; says what to write instead."""


@dataclass(frozen=True, slots=True)
class FieldCondition:
    """A field must compare as told. ``holds`` is made of the other two, once."""

    name: str
    operator: str
    value: str
    holds: Test = field(compare=False, repr=False)

    @property
    def wanted(self) -> str:
        """What is wanted, in words."""
        return f"{Operator(self.operator).label} {self.value}".strip()


def compile_condition(name: str, kind: str, value: str) -> FieldCondition:
    """Return the condition. Raises ``UnusableConditionError``."""
    return FieldCondition(name, kind, value, _test(kind, value))


def _test(kind: str, value: str) -> Test:
    if kind in ORDERED:
        return _ordered(ORDERED[kind], value)
    if kind == Operator.MATCHES:
        return _matching(value)
    several = frozenset(part.strip() for part in value.split(","))
    tests: Mapping[str, Test] = {
        Operator.IS: lambda got: _same(got, value),
        Operator.IS_NOT: lambda got: not _same(got, value),
        Operator.CONTAINS: lambda got: value in got,
        Operator.CONTAINS_NOT: lambda got: value not in got,
        Operator.STARTS_WITH: lambda got: got.startswith(value),
        Operator.IN: lambda got: any(_same(got, one) for one in several),
        Operator.NOT_IN: lambda got: not any(_same(got, one) for one in several),
        Operator.PRESENT: bool,
        Operator.ABSENT: lambda got: not got,
    }
    return tests[kind]


ORDERED: Mapping[str, Callable[[object, object], bool]] = {
    Operator.ABOVE: operator.gt,  # type: ignore[dict-item]
    Operator.AT_LEAST: operator.ge,  # type: ignore[dict-item]
    Operator.BELOW: operator.lt,  # type: ignore[dict-item]
    Operator.AT_MOST: operator.le,  # type: ignore[dict-item]
}


def _ordered(compare: Callable[[object, object], bool], value: str) -> Test:
    """Compare as numbers or as dates, whichever ``value`` is."""
    for read in (_number, _moment):
        wanted = read(value)
        if wanted is not None:
            return _comparing(compare, wanted, read)
    raise UnusableConditionError(
        _("«%(value)s» is neither a number nor a date, e.g. 12.50 or 2026-01-31.")
        % {"value": value}
    )


def _comparing(
    compare: Callable[[object, object], bool],
    wanted: object,
    read: Callable[[str], object],
) -> Test:
    def holds(got: str) -> bool:
        found = read(got)
        return found is not None and compare(found, wanted)

    return holds


def _matching(value: str) -> Test:
    """Return a search that takes time in proportion to the text, whatever it is."""
    try:
        return compile_pattern(value).search
    except PatternError as error:
        words = _("The expression is not usable: %(problem)s")
        raise UnusableConditionError(words % {"problem": error}) from None


def _same(got: str, wanted: str) -> bool:
    """Compare as numbers where both are: 10 and 10.00 are the same."""
    if got == wanted:
        return True
    number = _number(got)
    return number is not None and number == _number(wanted)


def _number(text: str) -> Decimal | None:
    if len(text) > NUMBER_MAX_LENGTH:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
