"""Filters of macros: ``{name|filter:argument}``.

A filter takes a native value and returns one. An empty value stays empty (never the
hash of nothing), except that ``default`` fills it; a value that a filter cannot read
(a date that is none, a phone number that cannot exist) becomes empty, so that the
rule's policy for missing values decides.
"""

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, tzinfo
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import TypeAlias
from urllib.parse import quote
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from django.utils.translation import gettext

from apps.core.encoding import json_text
from apps.core.macro_values import MacroValue, as_utc, is_missing, text_of
from apps.core.macros import TemplateError
from apps.core.normalizing import (
    DEFAULT_REGION,
    digits,
    is_email,
    normalize_email,
    normalize_phone,
    to_e164,
)

Filter: TypeAlias = Callable[[MacroValue], MacroValue]
# Makes a filter from its argument ("" when none); raises ``TemplateError``.
FilterMaker: TypeAlias = Callable[[str], Filter]

MAX_DECIMALS = 8

_HASHES = frozenset({"sha256", "sha1", "md5"})
_is_phone = re.compile(r"phone|mobile|(?<![a-z])(?:tel|cell|msisdn)").search


def make_filters(macro: str, specs: Sequence[tuple[str, str]]) -> tuple[Filter, ...]:
    """Return the filters ``specs`` (name, argument) for the canonical name ``macro``.

    A phone number that is hashed gets the form Meta asks for, unless an earlier filter
    shaped it: ``{lead:phone|e164|sha256}`` hashes with the +, as Google asks for.
    Raises ``TemplateError`` for an unknown filter or an argument it cannot use.
    """
    filters: list[Filter] = []
    is_raw_phone = _is_phone(macro.lower()) is not None
    for name, argument in specs:
        if is_raw_phone and name in _HASHES:
            filters.append(_unless_missing(_hashable_phone))
        is_raw_phone = is_raw_phone and name in {"trim", "lower", "upper", "default"}
        filters.append(_make_filter(name, argument))
    return tuple(filters)


def _make_filter(name: str, argument: str) -> Filter:
    maker = _MAKERS.get(name)
    if maker is None:
        known = ", ".join(sorted(_MAKERS))
        raise TemplateError(
            gettext("Unknown filter “%(name)s”. Known filters: %(known)s.")
            % {"name": name, "known": known}
        )
    try:
        made = maker(argument)
    except TemplateError as error:
        raise TemplateError(
            gettext("Filter “%(name)s”: %(problem)s") % {"name": name, "problem": error}
        ) from error
    return made if name == "default" else _unless_missing(made)


def _hashable_phone(value: MacroValue) -> MacroValue:
    return normalize_phone(text_of(value))


def _unless_missing(made: Filter) -> Filter:
    def apply(value: MacroValue) -> MacroValue:
        return value if is_missing(value) else made(value)

    return apply


def _refuse(argument: str) -> None:
    if argument:
        raise TemplateError(gettext("it takes no argument."))


def _text_filter(change: Callable[[str], str | None]) -> FilterMaker:
    """Return the maker of a filter on text that takes no argument."""

    def make(argument: str) -> Filter:
        _refuse(argument)
        return lambda value: change(text_of(value))

    return make


def _hash(algorithm: str) -> FilterMaker:
    """Return the maker of a filter that hashes, as lower-case hex.

    Ad platforms ask for exactly these algorithms; nothing here relies on them.
    """

    def change(text: str) -> str | None:
        normal = normalize_email(text) if is_email(text) else text
        data = normal.encode(errors="replace")
        return hashlib.new(algorithm, data).hexdigest() if data else None

    return _text_filter(change)


def _e164(argument: str) -> Filter:
    region = argument.upper() or DEFAULT_REGION
    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise TemplateError(
            gettext("name a country by two letters, for example e164:GB.")
        )
    return lambda value: to_e164(text_of(value), region)


def _default(argument: str) -> Filter:
    return lambda value: argument if is_missing(value) else value


def _map(argument: str) -> Filter:
    pairs = [pair.partition("=") for pair in argument.split(",")]
    if not all(key.strip() and equals for key, equals, _ in pairs):
        raise TemplateError(
            gettext('write pairs, for example map:"approved=1,pending=2,*=0".')
        )
    table = {key.strip(): target.strip() for key, _, target in pairs}
    fallback = table.pop("*", None)

    def apply(value: MacroValue) -> MacroValue:
        found = table.get(text_of(value), fallback)
        return value if found is None else found

    return apply


def _date(argument: str) -> Filter:
    if "%" not in argument:
        raise TemplateError(gettext('write a pattern, for example date:"%Y-%m-%d".'))
    return _moment_filter(lambda moment: moment.strftime(argument))


def _tz(argument: str) -> Filter:
    try:
        zone: tzinfo = ZoneInfo(argument)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise TemplateError(
            gettext("name a time zone, for example tz:Europe/Kyiv.")
        ) from error
    return _moment_filter(lambda moment: moment.astimezone(zone))


def _moment_filter(change: Callable[[datetime], MacroValue]) -> Filter:
    def apply(value: MacroValue) -> MacroValue:
        try:
            return change(_moment(value))
        except (ValueError, OverflowError, OSError):
            return None

    return apply


def _moment_maker(change: Callable[[datetime], MacroValue]) -> FilterMaker:
    def make(argument: str) -> Filter:
        _refuse(argument)
        return _moment_filter(change)

    return make


def _moment(value: MacroValue) -> datetime:
    """Read a moment: native, ISO 8601 text, or Unix seconds; raise if it is none."""
    if isinstance(value, datetime):
        return value
    text = text_of(value)
    if text.isdecimal():
        return datetime.fromtimestamp(int(text), UTC)
    return as_utc(datetime.fromisoformat(text))


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000


def _round(argument: str) -> Filter:
    unit = Decimal(1).scaleb(-_count(argument or "2", MAX_DECIMALS))
    return lambda value: _quantized(value, unit)


def _cents(argument: str) -> Filter:
    _refuse(argument)

    def apply(value: MacroValue) -> MacroValue:
        rounded = _quantized(value, Decimal("0.01"))
        return None if rounded is None else int(rounded * 100)

    return apply


def _quantized(value: MacroValue, unit: Decimal) -> Decimal | None:
    """Round half to even, as amounts are rounded when they are stored."""
    try:
        rounded = Decimal(text_of(value).strip()).quantize(unit, ROUND_HALF_EVEN)
    except InvalidOperation:
        return None
    return rounded if rounded.is_finite() else None


def _truncate(argument: str) -> Filter:
    length = _count(argument, 65_536)
    return lambda value: text_of(value)[:length]


def _count(argument: str, limit: int) -> int:
    if not argument.isdecimal() or int(argument) > limit:
        raise TemplateError(
            gettext("give a whole number up to %(limit)d.") % {"limit": limit}
        )
    return int(argument)


_unix = _moment_maker(lambda moment: int(moment.timestamp()))
_ms = _moment_maker(_milliseconds)

_MAKERS: dict[str, FilterMaker] = {
    "lower": _text_filter(str.lower),
    "upper": _text_filter(str.upper),
    "trim": _text_filter(str.strip),
    "digits": _text_filter(digits),
    "last10": _text_filter(lambda text: digits(text)[-10:]),
    "urlencode": _text_filter(lambda text: quote(text, safe="", errors="replace")),
    "jsonstr": _text_filter(json_text),
    "json": _text_filter(lambda text: json.dumps(text, ensure_ascii=False)),
    "sha256": _hash("sha256"),
    "sha1": _hash("sha1"),
    "md5": _hash("md5"),
    "e164": _e164,
    "default": _default,
    "map": _map,
    "date": _date,
    "tz": _tz,
    "iso": _moment_maker(lambda moment: moment),
    "unix": _unix,
    "ms": _ms,
    "unix_ms": _ms,
    "round": _round,
    "number": _round,
    "cents": _cents,
    "truncate": _truncate,
}
