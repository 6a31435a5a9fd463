"""Templates of request headers: one ``Name: value`` a line, values may hold macros."""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext

from apps.core.encoding import UnsafeValueError, header_value
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

_is_name = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+").fullmatch

# They frame the message or belong to one connection: the sender writes them.
_OWN = frozenset(
    (
        *("connection", "content-length", "expect", "host", "keep-alive"),
        *("proxy-authenticate", "proxy-authorization", "proxy-connection"),
        *("te", "trailer", "transfer-encoding", "upgrade"),
    )
)
_OUR_PREFIX = "x-postback-"


@dataclass(frozen=True, slots=True)
class HeaderTemplate:
    """Header names that are fixed and values that may hold macros."""

    headers: tuple[tuple[str, Parts], ...]
    names: frozenset[str]

    def render(
        self, values: Values, missing: MissingValue = MissingValue.EMPTY
    ) -> dict[str, str]:
        """Return the headers; DROP leaves out those without a value.

        Raises ``RenderError`` for a value that no header may hold.
        """
        rendered = (
            (name, render_parts(parts, values, header_value, missing))
            for name, parts in self.headers
        )
        return {name: text.strip() for name, text in rendered if text is not None}


@lru_cache(maxsize=CACHE_SIZE)
def compile_headers(text: str) -> HeaderTemplate:
    """Compile ``Name: value`` lines; empty lines are ignored.

    Raises ``TemplateError`` naming the line; never shows a value.
    """
    lines = ((n, line.strip()) for n, line in enumerate(text.split("\n"), start=1))
    headers = tuple(_header(number, line) for number, line in lines if line)
    seen = [name.lower() for name, _ in headers]
    for name in seen:
        if seen.count(name) > 1:
            raise TemplateError(
                gettext("The header %(name)s is there twice.") % {"name": name}
            )
    names = frozenset().union(*(names_of(parts) for _, parts in headers))
    return HeaderTemplate(headers, names)


def _header(number: int, line: str) -> tuple[str, Parts]:
    name, colon, value = line.partition(":")
    name = name.strip()
    if not colon or not _is_name(name):
        raise TemplateError(
            gettext("Line %(number)d: write Name: value.") % {"number": number}
        )
    if name.lower() in _OWN or name.lower().startswith(_OUR_PREFIX):
        raise TemplateError(
            gettext("Line %(number)d: %(name)s is set by the sender itself.")
            % {"number": number, "name": name}
        )
    parts = parse(value.strip())
    refuse_raw(parts)
    try:
        return name, tuple(
            header_value(part) if isinstance(part, str) else part for part in parts
        )
    except UnsafeValueError as error:
        raise TemplateError(
            gettext("Line %(number)d: the value %(problem)s")
            % {"number": number, "problem": gettext(str(error))}
        ) from error
