"""Templates of JSON bodies: parsed as JSON first, so no value can break the document.

A string that is exactly one macro takes the value's own type (number, true, null when
empty); a macro within a longer string is inserted as text.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring
from math import isfinite
from typing import Any, NoReturn, TypeAlias

from django.utils.translation import gettext

from apps.core.encoding import json_text
from apps.core.macro_values import MacroValue, is_missing, text_of
from apps.core.macros import TemplateError
from apps.core.placeholders import (
    CACHE_SIZE,
    MissingValue,
    Parts,
    Placeholder,
    Values,
    names_of,
    parse,
    refuse_missing,
    refuse_raw,
    render_parts,
)


@dataclass(frozen=True, slots=True)
class _Single:
    """A string leaf that is exactly one macro."""

    macro: Placeholder

    def render(self, values: Values, missing: MissingValue) -> str | None:
        value = self.macro.value(values)
        if is_missing(value) and missing is not MissingValue.EMPTY:
            refuse_missing(self.macro, missing)
            return None
        return _native(value)


@dataclass(frozen=True, slots=True)
class _Text:
    """A string leaf with macros and text."""

    parts: Parts

    def render(self, values: Values, missing: MissingValue) -> str | None:
        text = render_parts(self.parts, values, json_text, missing)
        return None if text is None else f'"{text}"'


@dataclass(frozen=True, slots=True)
class _Container:
    """An object or array; ``items`` are (key with colon or "", node)."""

    opening: str
    closing: str
    items: tuple[tuple[str, "_Node"], ...]

    def render(self, values: Values, missing: MissingValue) -> str | None:
        rendered = []
        for key, node in self.items:
            text = node if isinstance(node, str) else node.render(values, missing)
            if text is not None:
                rendered.append(key + text)
        return f"{self.opening}{','.join(rendered)}{self.closing}"


_Node: TypeAlias = str | _Single | _Text | _Container


@dataclass(frozen=True, slots=True)
class JsonTemplate:
    """A JSON document whose strings may hold macros."""

    root: _Node
    names: frozenset[str]

    def render(self, values: Values, missing: MissingValue = MissingValue.EMPTY) -> str:
        """Return the document without spaces; DROP leaves out members without value.

        Raises ``RenderError`` when a value is missing and must not be.
        """
        if isinstance(self.root, str):
            return self.root
        return self.root.render(values, missing) or "null"


@lru_cache(maxsize=CACHE_SIZE)
def compile_json(text: str) -> JsonTemplate:
    """Compile a JSON document.

    Raises ``TemplateError`` when it is no JSON, or for a macro in a key.
    """
    try:
        document = json.loads(
            text,
            parse_float=_Number,
            parse_int=_Number,
            parse_constant=_refuse_constant,
        )
    except json.JSONDecodeError as error:
        raise TemplateError(
            gettext(
                "This is not JSON: %(problem)s in line %(line)d, column %(column)d. "
                'Put macros in quotes, as in {"sum": "{payout}"}; '
                "numbers stay numbers."
            )
            % {"problem": error.msg, "line": error.lineno, "column": error.colno}
        ) from error
    except RecursionError as error:
        raise TemplateError(gettext("This JSON is nested too deeply.")) from error
    root = _node(document)
    return JsonTemplate(root, frozenset().union(*_names(root)))


class _Number(str):
    """A number as it was typed, so that 12.50 stays 12.50."""

    __slots__ = ()


def _refuse_constant(name: str) -> NoReturn:
    raise TemplateError(
        gettext("%(name)s is not JSON. Write a number, or null.") % {"name": name}
    )


def _node(value: Any) -> _Node:
    if isinstance(value, _Number):
        return str(value)
    if isinstance(value, str):
        return _leaf(value)
    if isinstance(value, dict):
        members = ((_key(key), _node(member)) for key, member in value.items())
        return _collapsed(_Container("{", "}", tuple(members)))
    if isinstance(value, list):
        return _collapsed(
            _Container("[", "]", tuple(("", _node(item)) for item in value))
        )
    return json.dumps(value)


def _leaf(text: str) -> _Node:
    parts = parse(text)
    refuse_raw(parts)
    if len(parts) == 1 and isinstance(parts[0], Placeholder):
        return _Single(parts[0])
    if names_of(parts):
        return _Text(tuple(json_text(p) if isinstance(p, str) else p for p in parts))
    return encode_basestring(text)


def _key(text: str) -> str:
    if names_of(parse(text)):
        raise TemplateError(
            gettext("“%(name)s”: a macro can stand in a value, not in a name.")
            % {"name": text}
        )
    return f"{encode_basestring(text)}:"


def _collapsed(container: _Container) -> _Node:
    """Return the text of a container without macros, else the container."""
    if all(isinstance(node, str) for _, node in container.items):
        return container.render({}, MissingValue.EMPTY) or ""
    return container


def _names(node: _Node) -> Iterator[frozenset[str]]:
    if isinstance(node, _Single):
        yield frozenset({node.macro.name})
    elif isinstance(node, _Text):
        yield names_of(node.parts)
    elif isinstance(node, _Container):
        for _, child in node.items:
            yield from _names(child)


def _native(value: MacroValue) -> str:
    """Write ``value`` as JSON of its own type."""
    if is_missing(value):
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return text_of(value) if isfinite(value) else "null"
    return encode_basestring(text_of(value))
