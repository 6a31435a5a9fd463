"""An inbound request, read within bounds and free of its secret."""

import ipaddress
import json
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

from django.conf import settings
from django.core.exceptions import BadRequest, TooManyFieldsSent
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError

from apps.ingest.refusals import RefusedError
from apps.ingest.vocabulary import PLAIN_FIELDS, PLAIN_PARAMS, TOKEN_FIELD

KEPT_HEADERS = {
    "User-Agent": "HTTP_USER_AGENT",
    "Content-Type": "CONTENT_TYPE",
    "X-Forwarded-For": "HTTP_X_FORWARDED_FOR",
    "Referer": "HTTP_REFERER",
}
BEARER = "Bearer "
NESTING_MAX = 32
NUMBER_MAX_LENGTH = 18
EMPTY: Mapping[str, Any] = MappingProxyType({})


class Inbound(NamedTuple):
    """What somebody reports, whatever door it came through.

    ``values`` are the fields as text, without the token; ``nested`` those of a JSON
    body that are lists or objects. ``offer_token`` and ``event_id`` come from the
    dedicated URL of an offer's event. ``contact`` identifies the person of a lead; it
    is compared with lists and kept nowhere but in the lead, sealed. ``is_history`` is
    stored, and nobody is told. ``repeat_key`` tells a row of a file from all others.
    """

    source: str
    received_at: datetime
    values: Mapping[str, str]
    token: str = ""
    nested: Mapping[str, Any] = EMPTY
    offer_token: str = ""
    event_id: str = ""
    method: str = ""
    path: str = ""
    headers: Mapping[str, str] = EMPTY
    remote_address: str | None = None
    contact: Mapping[str, str] = EMPTY
    is_history: bool = False
    repeat_key: str = ""

    def get(self, name: str) -> str:
        """Return a field's text, or "" when it is missing."""
        return self.values.get(name, "")


def read_request(
    request: HttpRequest,
    *,
    source: str,
    received_at: datetime,
    offer_token: str = "",
    event_id: str = "",
) -> Inbound:
    """Read query and body (form or JSON) of ``request``.

    Raises ``RefusedError`` for what exceeds the inbound limits or is no JSON object.
    """
    nested: dict[str, Any] = {}
    try:
        values = read_query(request)
        if request.method == "POST":
            _read_body(request, values, nested)
    except TooManyFieldsSent as error:
        raise _too_many_fields() from error
    except (MultiPartParserError, UnreadablePostError, BadRequest) as error:
        raise RefusedError("bad_field:body", "The body cannot be read.") from error
    check_bounds(values)
    return Inbound(
        source=source,
        received_at=received_at,
        token=values.pop(TOKEN_FIELD, "") or bearer_token(request),
        values=values,
        nested=nested,
        offer_token=offer_token,
        event_id=event_id,
        method=request.method or "",
        path=request.path[:500],
        headers=kept_headers(request),
        remote_address=remote_address(request),
    )


def read_query(request: HttpRequest) -> dict[str, str]:
    """Return the fields of the query; of a repeated one the last, as Django does.

    Django's own ``QueryDict`` keeps them all, at three times the cost.
    """
    query = request.META.get("QUERY_STRING", "")
    if not query:
        return {}
    try:
        pairs = parse_qsl(
            query, keep_blank_values=True, max_num_fields=settings.INBOUND_MAX_FIELDS
        )
    except ValueError as error:
        raise _too_many_fields() from error
    return dict(pairs)


def unread_request(
    request: HttpRequest, *, source: str, received_at: datetime
) -> Inbound:
    """Return what is known of a request whose fields could not be read."""
    return Inbound(
        source,
        received_at,
        {},
        token=bearer_token(request),
        method=request.method or "",
        path=request.path[:500],
        headers=kept_headers(request),
        remote_address=remote_address(request),
    )


def _read_body(
    request: HttpRequest, values: dict[str, str], nested: dict[str, Any]
) -> None:
    check_length(request, settings.INBOUND_BODY_MAX_BYTES)
    if request.content_type == "application/json":
        split_json(parse_json(request.body), values, nested)
        check_nested(nested)
    else:
        values.update(request.POST.dict())


def check_length(request: HttpRequest, max_bytes: int) -> None:
    """Raise ``RefusedError`` (``payload_too_large``) before a huge body is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdigit() or len(length) > 12 or int(length) > max_bytes:
        raise RefusedError(
            "payload_too_large", f"A body may have {max_bytes // 1024} KiB."
        )


def parse_json(body: bytes) -> dict[str, Any]:
    """Return the JSON object in ``body``; decimal fractions stay as they were typed."""
    try:
        document = json.loads(
            body or b"{}", parse_float=str, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError) as error:
        raise RefusedError("bad_field:body", "The body is not valid JSON.") from error
    if not isinstance(document, dict):
        raise RefusedError("bad_field:body", "The body must be a JSON object.")
    return document


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def split_json(
    document: Mapping[str, Any], values: dict[str, str], nested: dict[str, Any]
) -> None:
    """Sort the members of a JSON object into plain values and nested ones."""
    for name, value in document.items():
        if isinstance(value, dict | list):
            nested[name] = value
        elif value is not None:
            values[name] = str(value).lower() if isinstance(value, bool) else str(value)


def check_bounds(values: Mapping[str, str]) -> None:
    """Raise ``RefusedError`` for too many fields, a huge value or control characters.

    PostgreSQL cannot store NUL, and no honest sender puts control characters into a
    field; so they are refused at the door.
    """
    if len(values) > settings.INBOUND_MAX_FIELDS:
        raise _too_many_fields()
    value_max: int = settings.INBOUND_VALUE_MAX_BYTES
    for name, value in values.items():
        if len(value) > value_max or len(name) > 200:
            raise _bad_field(name, "The value is too long.")
        if not (value.isprintable() or _has_only_white_space_beside_text(value)):
            raise _bad_field(name, "The value has control characters.")
        if not name.isprintable():
            raise _bad_field(name, "The name has control characters.")


def _too_many_fields() -> RefusedError:
    detail = f"A request may have {settings.INBOUND_MAX_FIELDS} fields."
    return RefusedError("payload_too_large", detail)


def check_nested(nested: Mapping[str, Any]) -> None:
    """Raise ``RefusedError`` for lists or objects too large, too deep or misplaced.

    PostgreSQL's JSON holds neither NUL nor half of a surrogate pair.
    """
    for name, value in nested.items():
        if name in PLAIN_FIELDS or name in PLAIN_PARAMS:
            raise _bad_field(name, "A text or a number is needed.")
        if name == "fields" and not isinstance(value, dict):
            raise _bad_field(name, "An object of names and values is needed.")
        try:
            text = json.dumps(value, ensure_ascii=False)
        except RecursionError:
            text = ""
        if not text or _is_too_deep(text):
            raise _bad_field(name, "The value is nested too deeply.")
        if len(text) > settings.INBOUND_VALUE_MAX_BYTES or len(name) > 200:
            raise _bad_field(name, "The value is too long.")
        if "\\u0000" in text or _has_surrogates(text) or not name.isprintable():
            raise _bad_field(name, "The value has control characters.")


def _bad_field(name: str, detail: str) -> RefusedError:
    return RefusedError(f"bad_field:{printable(name)}", detail)


def _is_too_deep(text: str) -> bool:
    depth = 0
    for character in text:
        if character in "[{":
            depth += 1
            if depth > NESTING_MAX:
                return True
        elif character in "]}":
            depth -= 1
    return False


def _has_surrogates(text: str) -> bool:
    return any(0xD800 <= ord(character) <= 0xDFFF for character in text)


def _has_only_white_space_beside_text(value: str) -> bool:
    return all(
        character in "\r\n\t" or ord(character) >= 0xA0 or character.isprintable()
        for character in value
    ) and not _has_surrogates(value)


def printable(text: str) -> str:
    """Return ``text`` in at most 60 printable characters, to be named in an answer."""
    cut = text[:60]
    if cut.isprintable():
        return cut
    return "".join(c if c.isprintable() else "�" for c in cut)


def number_in(text: str) -> int:
    """Return the number in ``text``, 0 for what cannot be a primary key."""
    is_number = text.isascii() and text.isdigit() and len(text) <= NUMBER_MAX_LENGTH
    return int(text) if is_number else 0


def django_request(request: Any) -> HttpRequest:
    """Return Django's request, which REST framework wraps under a private name."""
    inner: HttpRequest = request._request  # noqa: SLF001 - there is no public one
    return inner


def bearer_token(request: HttpRequest) -> str:
    """Return the token of an ``Authorization: Bearer`` header, or ""."""
    header = request.META.get("HTTP_AUTHORIZATION", "")
    return header[len(BEARER) :].strip() if header.startswith(BEARER) else ""


def kept_headers(request: HttpRequest) -> dict[str, str]:
    """Return the few headers worth keeping; never one that carries a secret."""
    return {
        name: printable(value)
        for name, key in KEPT_HEADERS.items()
        if (value := request.META.get(key))
    }


def remote_address(request: HttpRequest) -> str | None:
    """Return the address of the sender, ``None`` when it cannot be told.

    Of ``X-Forwarded-For`` only the entries that our own proxies wrote are believed:
    the right-most ``TRUSTED_PROXY_COUNT`` ones.
    """
    address: str = request.META.get("REMOTE_ADDR") or ""
    if count := settings.TRUSTED_PROXY_COUNT:
        hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        address = hops[-count].strip() if len(hops) >= count else address
        try:
            ipaddress.ip_address(address)
        except ValueError:
            return None
    return address or None
