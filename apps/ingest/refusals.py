"""Why a request is refused, and the answer that says so."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

STATUS_CODES: Mapping[str, int] = {
    "bad_token": 401,
    "ip_denied": 403,
    "forbidden": 403,
    "unknown_transaction": 404,
    "unknown_offer": 404,
    "not_found": 404,
    "conversion_required": 409,
    "event_not_enabled": 409,
    "offer_inactive": 409,
    "click_expired": 409,
    "too_late": 409,
    "forbidden_move": 409,
    "payload_too_large": 413,
    "unknown_event": 422,
    "event_mismatch": 422,
    "transaction_required": 422,
    "missing_field": 422,
    "bad_field": 422,
    "bad_amount": 422,
    "bad_currency": 422,
    "bad_status": 422,
    "throttled": 429,
    # The sender did nothing wrong: the event came over one of the offer's limits.
    "filtered": 200,
}
"""The HTTP status of each reason (DESIGN §5)."""

BAD_TOKEN = (
    "The token is missing, unknown or no longer valid. Send it as «secure» or as an "
    "Authorization: Bearer header."
)


class RefusedError(Exception):
    """A request that is not accepted: a code for programs, a sentence for people."""

    def __init__(
        self, reason: str, detail: str, *, offer_id: int | None = None
    ) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.offer_id = offer_id

    @property
    def status_code(self) -> int:
        """The HTTP status of the answer."""
        return STATUS_CODES[self.reason.partition(":")[0]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the sender is told (DESIGN §5)."""

    result: str
    reason: str | None = None
    detail: str | None = None
    event: UUID | None = None
    conversion: UUID | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the body of the answer."""
        return {
            "result": self.result,
            "reason": self.reason,
            "detail": self.detail,
            "event": str(self.event) if self.event else None,
            "conversion": str(self.conversion) if self.conversion else None,
        }
