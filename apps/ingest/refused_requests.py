"""Keeps what was not accepted, with the reason and without its secrets (R232)."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from apps.core.ids import uuid7
from apps.core.sql import rows_of
from apps.ingest.inbound import Inbound
from apps.ingest.refusals import Answer

KEPT_FIELDS = 50
KEPT_CHARACTERS = 500
TOKEN_PREFIX_LENGTH = 8
MINIMUM_TOKEN_LENGTH = 20
SECRET_WORDS = ("secure", "token", "secret", "password", "passwd", "api_key", "apikey")


COLUMNS = (
    "id, received_at, result, reason, detail, method, path, fields, headers, "
    "remote_address, token_prefix, offer_id, event_name, transaction_id, first_event_id"
)
INSERT = f"""
INSERT INTO ingest_refusedrequest ({COLUMNS})
SELECT {COLUMNS} FROM json_to_recordset(%s::json)
    AS v(id uuid, received_at timestamptz, result text, reason text, detail text,
         method text, path text, fields jsonb, headers jsonb, remote_address inet,
         token_prefix text, offer_id bigint, event_name text, transaction_id text,
         first_event_id uuid)
RETURNING id
"""  # noqa: S608 - only our own column names are put in

_as_json = json.JSONEncoder(default=str, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Refused:
    """A report that was refused or a duplicate, and what its sender was told."""

    inbound: Inbound
    answer: Answer
    offer_id: int | None


def record_refused(refused: Sequence[Refused]) -> None:
    """Keep what was not accepted."""
    rows = _as_json([_row(entry) for entry in refused])
    rows_of(INSERT, (rows,))


def _row(refused: Refused) -> dict[str, Any]:
    inbound, answer = refused.inbound, refused.answer
    return {
        "id": uuid7(),
        "received_at": inbound.received_at,
        "result": answer.result,
        "reason": _storable(answer.reason or "", 80),
        "detail": _storable(answer.detail or "", 500),
        "method": inbound.method,
        "path": _storable(inbound.path, 500),
        "fields": _redacted(inbound),
        "headers": dict(inbound.headers),
        "remote_address": inbound.remote_address,
        "token_prefix": _token_prefix(inbound.token),
        "offer_id": refused.offer_id,
        "event_name": _storable(inbound.get("event_name"), 200),
        "transaction_id": _storable(inbound.get("transaction_id"), 64),
        "first_event_id": answer.event,
    }


def _token_prefix(token: str) -> str:
    """Return what tells tokens apart; nothing of a short one, it could be all of it."""
    if len(token) < MINIMUM_TOKEN_LENGTH:
        return ""
    return _storable(token, TOKEN_PREFIX_LENGTH)


def _redacted(inbound: Inbound) -> dict[str, Any]:
    """Return the first fields, shortened, with everything secret masked."""
    kept = list(inbound.values.items())[:KEPT_FIELDS]
    return {
        _storable(name, 100): "••••"
        if any(word in name.lower() for word in SECRET_WORDS)
        else _storable(value, KEPT_CHARACTERS)
        for name, value in kept
    }


def _storable(text: str, length: int) -> str:
    """Shorten ``text`` and drop what PostgreSQL cannot store."""
    clean = text.replace("\x00", "�").encode("utf-8", "replace").decode()
    return clean[:length]
