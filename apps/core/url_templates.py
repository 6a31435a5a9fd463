"""Templates of URLs: parsed before substitution, so no value can change their shape.

Macros may stand in path segments and in values of query parameters, never in scheme,
host, port or the name of a parameter. All parsing happens when the template is
compiled; rendering only joins text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias
from urllib.parse import SplitResult, quote, unquote, urlsplit

from django.utils.translation import gettext

from apps.core.encoding import url_value
from apps.core.macros import TemplateError
from apps.core.placeholders import (
    CACHE_SIZE,
    MissingValue,
    Parts,
    Placeholder,
    RenderError,
    Values,
    names_of,
    parse,
    refuse_raw,
    render_parts,
)

# Stands for a macro while the URL is parsed: a character no URL and no text may hold.
_MARK = "\ufdd0"
# RFC 3986 reserved characters and "%", which stay as typed in literal text.
_LITERAL = ":/?#[]@!$&'()*+,;=%"
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9._-]*[a-z0-9_])?\.?|\[[0-9a-f:.]+\]")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\\]|" + _MARK)


@dataclass(frozen=True, slots=True)
class _Segment:
    """A path segment with macros; ``source`` is how it was typed."""

    parts: Parts
    source: str

    def render(self, values: Values, missing: MissingValue) -> str:
        text = render_parts(self.parts, values, url_value, missing) or ""
        if _is_traversal(text):
            raise RenderError(
                f"{self.source} is empty, / or a way up here, which would change the "
                "path of the URL. Give it a default, or move it into the query."
            )
        return text


@dataclass(frozen=True, slots=True)
class _Parameter:
    """A query parameter whose value has macros; ``parts`` begin with its name."""

    parts: Parts

    def render(self, values: Values, missing: MissingValue) -> str | None:
        return render_parts(self.parts, values, url_value, missing)


_Path: TypeAlias = tuple[str | _Segment, ...]
_Query: TypeAlias = tuple[str | _Parameter, ...]


@dataclass(frozen=True, slots=True)
class UrlTemplate:
    """A URL whose path segments and parameter values may hold macros.

    ``origin`` is scheme, host and port as typed; what follows it in a rendered URL is
    the request target.
    """

    origin: str
    path: _Path
    query: _Query
    names: frozenset[str]

    def render(self, values: Values, missing: MissingValue = MissingValue.EMPTY) -> str:
        """Return the URL; DROP leaves out parameters without a value.

        Raises ``RenderError`` for a value that is missing and must not be, or that
        would change the path.
        """
        url = self.origin + "/".join(
            [
                piece if isinstance(piece, str) else piece.render(values, missing)
                for piece in self.path
            ]
        )
        query = [
            text
            for piece in self.query
            if (text := _rendered(piece, values, missing)) is not None
        ]
        return f"{url}?{'&'.join(query)}" if query else url


def _rendered(
    piece: str | _Parameter, values: Values, missing: MissingValue
) -> str | None:
    return piece if isinstance(piece, str) else piece.render(values, missing)


@lru_cache(maxsize=CACHE_SIZE)
def compile_url(text: str) -> UrlTemplate:
    """Compile an http or https URL.

    Raises ``TemplateError`` saying what is wrong and what to write instead.
    """
    parts = parse(text.strip())
    refuse_raw(parts)
    marked = "".join(_marked(part) for part in parts)
    if "#" in marked:
        raise TemplateError(gettext("Remove the part after #: it is never sent."))
    split, origin = _split(marked)
    macros = iter([part for part in parts if isinstance(part, Placeholder)])
    segments = (split.path or "/").split("/")
    path = tuple(_segment(_unmarked(text, macros)) for text in segments)
    query = _query(split.query, macros) if split.query else ()
    return UrlTemplate(origin, path, query, names_of(parts))


def _split(marked: str) -> tuple[SplitResult, str]:
    try:
        split = urlsplit(marked)
        return split, _origin(split)
    except TemplateError:
        raise
    except ValueError as error:
        raise TemplateError(
            gettext("This is not a URL: check host and port.")
        ) from error


def _marked(part: str | Placeholder) -> str:
    if isinstance(part, Placeholder):
        return _MARK
    if _FORBIDDEN.search(part):
        raise TemplateError(
            gettext(
                "A URL holds no spaces, line breaks or backslashes: write %20, %0A, "
                "%5C."
            )
        )
    if "{" in part or "}" in part:
        raise TemplateError(
            gettext("A { or } has no partner. Macros look like {payout}.")
        )
    return part


def _origin(split: SplitResult) -> str:
    """Return "scheme://host[:port]" after checking that it is literal and sane."""
    if split.scheme not in {"http", "https"} or not split.netloc:
        raise TemplateError(
            gettext("Start the URL with https:// (or http://) and a host.")
        )
    if "@" in split.netloc:
        raise TemplateError(
            gettext(
                "Remove the user name and password before the host: put them into a "
                "connection, where they are kept secret."
            )
        )
    if _MARK in split.netloc:
        raise TemplateError(
            gettext(
                "A macro cannot stand in the host or port: the destination must be "
                "fixed. Use macros in the path and in the values of parameters."
            )
        )
    host = split.hostname or ""
    if ":" in host:
        host = f"[{host}]"
    elif not host.isascii():
        host = host.encode("idna").decode("ascii")
    if not _HOST.fullmatch(host):
        raise TemplateError(gettext("“%(host)s” is not a host name.") % {"host": host})
    port = "" if split.port is None else f":{split.port}"
    return f"{split.scheme}://{host}{port}"


def _unmarked(text: str, macros: Iterator[Placeholder]) -> Parts:
    """Put the next of ``macros`` back where ``text`` holds a mark."""
    parts: list[str | Placeholder] = []
    for number, literal in enumerate(text.split(_MARK)):
        if number:
            parts.append(next(macros))
        if literal:
            parts.append(quote(literal, safe=_LITERAL))
    return tuple(parts)


def _source(parts: Parts) -> str:
    return "".join(part if isinstance(part, str) else part.source for part in parts)


def _segment(parts: Parts) -> str | _Segment:
    source = _source(parts)
    if not names_of(parts):
        return source
    if any(name.startswith("secret:") for name in names_of(parts)):
        raise TemplateError(
            gettext("%(part)s: a secret may not stand in the path of a URL.")
            % {"part": source}
        )
    return _Segment(parts, source)


def _query(text: str, macros: Iterator[Placeholder]) -> _Query:
    return tuple(_parameter(_unmarked(piece, macros)) for piece in text.split("&"))


def _parameter(parts: Parts) -> str | _Parameter:
    if not names_of(parts):
        return _source(parts)
    name = parts[0]
    if not isinstance(name, str) or "=" not in name:
        raise TemplateError(
            gettext(
                "%(part)s: a macro can stand in the value of a parameter, not in "
                "its name. Write name={macro}."
            )
            % {"part": _source(parts)}
        )
    return _Parameter(parts)


def _is_traversal(text: str) -> bool:
    """Tell whether a rendered segment is empty, only slashes, or leads upwards.

    Receivers differ in when they decode %2F and what they cut at ";", so the decoded
    segment must be harmless too.
    """
    if text and "." not in text and "%" not in text:
        return False
    decoded = unquote(text)
    steps = re.split(r"[/\\]", decoded)
    return not decoded.strip("/\\") or any(
        step.partition(";")[0].strip() in {".", ".."} for step in steps
    )
