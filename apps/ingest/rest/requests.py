"""A REST request as the doors read it: a JSON object within bounds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from apps.ingest.inbound import (
    Inbound,
    bearer_token,
    check_bounds,
    check_length,
    check_nested,
    kept_headers,
    number_in,
    parse_json,
    remote_address,
    split_json,
)
from apps.ingest.refusals import RefusedError


def read_document(request: HttpRequest, *, max_bytes: int = 0) -> dict[str, Any]:
    """Return the JSON object in the body. Raises ``RefusedError``."""
    check_length(request, max_bytes or settings.INBOUND_BODY_MAX_BYTES)
    return parse_json(request.body)


def inbound_of(
    request: HttpRequest,
    document: Mapping[str, Any],
    *,
    source: str,
    received_at: datetime,
) -> Inbound:
    """Return ``document`` as a report; nothing of it has been checked yet.

    ``event`` may be the number or the name of the event type.
    """
    values: dict[str, str] = {}
    nested: dict[str, Any] = {}
    split_json(document, values, nested)
    event = values.pop("event", "")
    if event:
        values.setdefault("event_id" if number_in(event) else "event_name", event)
    return Inbound(
        source=source,
        received_at=received_at,
        values=values,
        nested=nested,
        token=bearer_token(request),
        method=request.method or "",
        path=request.path[:500],
        headers=kept_headers(request),
        remote_address=remote_address(request),
    )


def check_inbound(inbound: Inbound) -> None:
    """Raise ``RefusedError`` for what exceeds the inbound limits."""
    check_bounds(inbound.values)
    check_nested(inbound.nested)


def text_of(document: Mapping[str, Any], name: str, *, max_length: int) -> str:
    """Return a member as text, "" when it is missing. Raises ``RefusedError``."""
    value = document.get(name)
    if value is None:
        return ""
    if isinstance(value, bool | dict | list):
        raise RefusedError(f"bad_field:{name}", f"«{name}» must be a text.")
    text = str(value)
    if len(text) > max_length or not text.isprintable():
        raise RefusedError(
            f"bad_field:{name}",
            f"«{name}» may have {max_length} characters, none of them control "
            "characters.",
        )
    return text
