"""A REST request as the doors read it: a JSON object within bounds."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from apps.ingest.inbound import (
    Inbound,
    check_bounds,
    check_length,
    check_nested,
    number_in,
    parse_json,
    split_json,
    unread_request,
)
from apps.ingest.refusals import RefusedError
from apps.tracking.statuses import Source


def read_document(request: HttpRequest, *, max_bytes: int = 0) -> dict[str, Any]:
    """Return the JSON object in the body. Raises ``RefusedError``."""
    check_length(request, max_bytes or settings.INBOUND_BODY_MAX_BYTES)
    return parse_json(request.body)


def unread_report(
    request: HttpRequest, received_at: datetime, source: str = Source.API.value
) -> Inbound:
    """Return what is known of a report before its document is read."""
    return unread_request(request, source=source, received_at=received_at)


def with_document(unread: Inbound, document: Mapping[str, Any]) -> Inbound:
    """Return ``unread`` with the fields of ``document``, none of them checked yet.

    ``event`` may be the number or the name of the event type.
    """
    values: dict[str, str] = {}
    nested: dict[str, Any] = {}
    split_json(document, values, nested)
    event = values.pop("event", "")
    if event:
        values.setdefault("event_id" if number_in(event) else "event_name", event)
    return unread._replace(values=values, nested=nested)


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
