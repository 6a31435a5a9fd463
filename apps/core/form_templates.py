"""Templates of form bodies and other lists: one ``key=value`` a line."""

from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext

from apps.core import encoding
from apps.core.encoding import Encoder
from apps.core.macros import TemplateError
from apps.core.placeholders import (
    CACHE_SIZE,
    MissingValue,
    Parts,
    Values,
    names_of,
    parse,
    refuse_raw,
    render_parts,
)


@dataclass(frozen=True, slots=True)
class FormTemplate:
    """Keys that are fixed and values that may hold macros, in order."""

    pairs: tuple[tuple[str, Parts], ...]
    names: frozenset[str]

    def render(self, values: Values, missing: MissingValue = MissingValue.EMPTY) -> str:
        """Return the body as application/x-www-form-urlencoded.

        Raises ``RenderError`` when a value is missing and must not be.
        """
        return "&".join(
            f"{encoding.form_value(key)}={encoding.form_value(text)}"
            for key, text in self.items(values, missing)
        )

    def items(
        self,
        values: Values,
        missing: MissingValue = MissingValue.EMPTY,
        encode: Encoder = encoding.plain,
    ) -> list[tuple[str, str]]:
        """Return keys with their rendered values, without those to be dropped.

        Raises ``RenderError`` when a value is missing and must not be.
        """
        rendered = (
            (key, render_parts(parts, values, encode, missing))
            for key, parts in self.pairs
        )
        return [(key, text) for key, text in rendered if text is not None]


@lru_cache(maxsize=CACHE_SIZE)
def compile_form(text: str) -> FormTemplate:
    """Compile ``key=value`` lines; empty lines are ignored, keys may repeat.

    Raises ``TemplateError`` naming the line.
    """
    lines = ((n, line.strip()) for n, line in enumerate(text.split("\n"), start=1))
    pairs = tuple(_pair(number, line) for number, line in lines if line)
    names = frozenset().union(*(names_of(parts) for _, parts in pairs))
    return FormTemplate(pairs, names)


def _pair(number: int, line: str) -> tuple[str, Parts]:
    key, equals, value = line.partition("=")
    key = key.strip()
    if not equals or not key:
        raise TemplateError(
            gettext("Line %(number)d: write name=value.") % {"number": number}
        )
    if names_of(parse(key)):
        raise TemplateError(
            gettext("Line %(number)d: a macro can stand in a value, not a name.")
            % {"number": number}
        )
    parts = parse(value.strip())
    refuse_raw(parts)
    return key, parts
