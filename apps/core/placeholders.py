"""Templates with macros: ``{payout}``, ``{lead:email|sha256}``.

A template is compiled once, when it is saved and again (cached) where it is used, and
rendered in a single pass: a value that contains ``{payout}`` is not expanded again.
This module reads the grammar and knows templates that are plain text; templates with a
structure are compiled by ``url_templates``, ``form_templates`` and ``json_templates``.

Values are given by canonical name (see ``macros``), native and unencoded; those of
``{field:…}``, ``{lead:…}``, ``{param:…}`` and ``{secret:…}`` under the full name, which
is spelled as its owner spells it. The mapping is asked with ``get`` for the names a
template uses, no others.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum
from functools import lru_cache
from typing import TypeAlias

from django.utils.translation import gettext

from apps.core import encoding
from apps.core.encoding import Encoder, UnsafeValueError
from apps.core.filters import Filter, make_filters
from apps.core.macro_values import MacroValue, as_utc, text_of
from apps.core.macros import TemplateError, resolve

Values: TypeAlias = Mapping[str, MacroValue]

# Templates in use at a time; more are compiled again.
CACHE_SIZE = 4096

# AppsFlyer writes two of its macros with parentheses.
_TOKEN = re.compile(r"\{([^{}]*)\}|(\((?:event-name|event-revenue)\))")
# A brace that starts no macro ('{"a": 1}') is text.
_LOOKS_LIKE_A_NAME = re.compile(r"\s*[A-Za-z_]").match
_FILTER = re.compile(r'\s*\|\s*(\w+)\s*(?::\s*("[^"]*"|[^|"]*))?\s*')


class RenderError(Exception):
    """A template that cannot be rendered with these values; never shows a value."""


class MissingValue(StrEnum):
    """What becomes of a macro without a value."""

    EMPTY = "empty"
    DROP = "drop"
    FAIL = "fail"


class Context(Enum):
    """Where the text of a template goes, which decides how values are encoded."""

    PLAIN = "plain"
    HEADER = "header"
    LINE = "line"
    XML = "xml"
    HTML = "html"
    SLACK = "slack"


_ENCODERS: dict[Context, Encoder] = {
    Context.PLAIN: encoding.plain,
    Context.HEADER: encoding.header_value,
    Context.LINE: encoding.single_line,
    Context.XML: encoding.xml_text,
    Context.HTML: encoding.html_text,
    Context.SLACK: encoding.slack_text,
}


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One macro of a template: canonical ``name``, ``filters``, and what was typed."""

    name: str
    filters: tuple[Filter, ...]
    source: str
    is_raw: bool = False

    def value(self, values: Values) -> MacroValue:
        """Return the native value after all filters; None or "" when missing."""
        value = values.get(self.name)
        if isinstance(value, datetime):
            value = as_utc(value)
        for apply in self.filters:
            value = apply(value)
        return value


Parts: TypeAlias = tuple[str | Placeholder, ...]


@lru_cache(maxsize=CACHE_SIZE)
def parse(text: str) -> Parts:
    """Split ``text`` into literals and placeholders.

    Raises ``TemplateError`` for unknown macros or filters and for doubled braces.
    """
    parts: list[str | Placeholder] = []
    end = 0
    for token in _tokens(text):
        if token.start() > end:
            parts.append(text[end : token.start()])
        parts.append(_placeholder(token))
        end = token.end()
    if end < len(text):
        parts.append(text[end:])
    return tuple(parts)


def names_of(parts: Parts) -> frozenset[str]:
    """Return the canonical names ``parts`` ask for."""
    return frozenset(part.name for part in parts if isinstance(part, Placeholder))


def macro_names(text: str) -> frozenset[str]:
    """Return the canonical names a template needs, whatever its context."""
    return frozenset(resolve(_name(token)).partition("|")[0] for token in _tokens(text))


def canonical_text(text: str) -> str:
    """Return the template with canonical names instead of aliases, as it is saved."""
    return _TOKEN.sub(_canonical_token, text)


@dataclass(frozen=True, slots=True)
class TextTemplate:
    """A template whose text has no structure of its own."""

    parts: Parts
    encode: Encoder
    names: frozenset[str]

    def render(self, values: Values, missing: MissingValue = MissingValue.EMPTY) -> str:
        """Return the text; there is no parameter to drop, so DROP leaves it empty.

        Raises ``RenderError`` for a value that cannot stand in this context.
        """
        text = render_parts(self.parts, values, self.encode, missing)
        if text is None:
            return render_parts(self.parts, values, self.encode) or ""
        return text


@lru_cache(maxsize=CACHE_SIZE)
def compile_text(text: str, context: Context = Context.PLAIN) -> TextTemplate:
    """Compile a template of plain text, a header value, XML or a chat message.

    Raises ``TemplateError``.
    """
    parts = parse(text)
    if context is not Context.PLAIN:
        refuse_raw(parts)
    return TextTemplate(parts, _ENCODERS[context], names_of(parts))


def render_parts(
    parts: Parts,
    values: Values,
    encode: Encoder,
    missing: MissingValue = MissingValue.EMPTY,
) -> str | None:
    """Render ``parts`` with every value encoded; None when they are to be dropped.

    Raises ``RenderError`` when a value is missing and must not be, or is unsafe here.
    """
    rendered: list[str] = []
    for part in parts:
        if isinstance(part, str):
            rendered.append(part)
            continue
        text = text_of(part.value(values))
        if text:
            try:
                rendered.append(encode(text))
            except UnsafeValueError as error:
                raise RenderError(f"{part.source} {error}") from error
        elif missing is not MissingValue.EMPTY:
            refuse_missing(part, missing)
            return None
    return "".join(rendered)


def refuse_missing(part: Placeholder, missing: MissingValue) -> None:
    """Raise ``RenderError`` when the policy says that a missing value fails."""
    if missing is MissingValue.FAIL:
        raise RenderError(f"{part.source} has no value, and this postback needs it.")


def refuse_raw(parts: Parts) -> None:
    """Raise ``TemplateError`` for ``{_name}``, which only plain text may hold."""
    for part in parts:
        if isinstance(part, Placeholder) and part.is_raw:
            raise TemplateError(
                gettext(
                    "%(macro)s would be inserted unencoded, which only a plain text "
                    "body allows. Write {%(name)s}."
                )
                % {"macro": part.source, "name": part.name}
            )


def _tokens(text: str) -> Iterator[re.Match[str]]:
    for token in _TOKEN.finditer(text):
        if token[2] or _LOOKS_LIKE_A_NAME(token[1]):
            yield token


def _name(token: re.Match[str]) -> str:
    """Return the name that was typed, without filters and the mark of a raw macro."""
    if token[2]:
        return token[2]
    return token[1].partition("|")[0].strip().removeprefix("_")


def _placeholder(token: re.Match[str]) -> Placeholder:
    if token.string[token.start() - 1 : token.start()] == "{":
        raise TemplateError(
            gettext("Write %(macro)s with single braces.") % {"macro": token[0]}
        )
    name, _, implied = resolve(_name(token)).partition("|")
    specs = [(implied, "")] if implied else []
    specs += _filter_specs(token)
    is_raw = not token[2] and token[1].lstrip().startswith("_")
    return Placeholder(name, make_filters(name, specs), token[0], is_raw)


def _filter_specs(token: re.Match[str]) -> list[tuple[str, str]]:
    if token[2] or "|" not in token[1]:
        return []
    text = token[1]
    position = text.index("|")
    specs = []
    while position < len(text):
        found = _FILTER.match(text, position)
        if found is None:
            raise TemplateError(
                gettext(
                    "%(macro)s: write filters as {name|filter} or "
                    '{name|filter:"argument"}.'
                )
                % {"macro": token[0]}
            )
        specs.append((found[1].lower(), (found[2] or "").strip().strip('"')))
        position = found.end()
    return specs


def _canonical_token(token: re.Match[str]) -> str:
    if not (token[2] or _LOOKS_LIKE_A_NAME(token[1])):
        return token[0]
    _, bar, filters = (token[1] or "").partition("|")
    mark = "_" if (token[1] or "").lstrip().startswith("_") else ""
    return f"{{{mark}{resolve(_name(token))}{bar}{filters}}}"
