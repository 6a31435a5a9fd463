"""Keeps what was not accepted, with the reason and without its secrets (R232)."""

from typing import Any
from uuid import UUID

from apps.ingest.inbound import Inbound
from apps.ingest.models import RefusedRequest, Result
from apps.ingest.refusals import Answer, RefusedError
from apps.ingest.tallies import Tally, tally

KEPT_FIELDS = 50
KEPT_CHARACTERS = 500
TOKEN_PREFIX_LENGTH = 8
MINIMUM_TOKEN_LENGTH = 20
SECRET_WORDS = ("secure", "token", "secret", "password", "passwd", "api_key", "apikey")


def record_refusal(inbound: Inbound, refusal: RefusedError) -> None:
    """Keep a refused request with its reason."""
    _record(
        inbound,
        result=Result.REFUSED,
        reason=refusal.reason,
        detail=refusal.detail,
        offer_id=refusal.offer_id,
    )
    if refusal.offer_id is not None:
        name = inbound.get("event_name")
        tally(refusal.offer_id, name, Tally.REFUSED, inbound.received_at)


def record_duplicate(inbound: Inbound, answer: Answer, offer_id: int) -> None:
    """Keep a repeated report with the event that it repeats."""
    _record(
        inbound,
        result=Result.DUPLICATE,
        reason="duplicate",
        detail=answer.detail or "",
        offer_id=offer_id,
        first_event_id=answer.event,
    )


def _record(
    inbound: Inbound,
    *,
    result: Result,
    reason: str,
    detail: str,
    offer_id: int | None,
    first_event_id: UUID | None = None,
) -> None:
    RefusedRequest.objects.create(
        received_at=inbound.received_at,
        result=result,
        reason=reason[:80],
        detail=detail[:500],
        method=inbound.method,
        path=inbound.path,
        fields=_redacted(inbound),
        headers=dict(inbound.headers),
        remote_address=inbound.remote_address,
        token_prefix=_token_prefix(inbound.token),
        offer_id=offer_id,
        event_name=_storable(inbound.get("event_name"), 200),
        transaction_id=_storable(inbound.get("transaction_id"), 64),
        first_event_id=first_event_id,
    )


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
