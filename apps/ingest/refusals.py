"""Why a request is refused, and the answer that says so."""

from collections.abc import Mapping
from typing import Any, NamedTuple
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
    "payload_too_large": 413,
    "unknown_event": 422,
    "event_mismatch": 422,
    "transaction_required": 422,
    "missing_field": 422,
    "bad_field": 422,
    "bad_amount": 422,
    "bad_currency": 422,
    "bad_state": 409,
    "bad_status": 422,
    "value_listed": 422,
    "value_not_listed": 422,
    "throttled": 429,
    # The sender did nothing wrong: the event came over one of the offer's limits.
    "filtered": 200,
}
"""The HTTP status of each reason (DESIGN §5)."""

NOT_AUTHENTICATED = (
    "The token is missing, unknown or no longer valid. Send it as «secure» or as an "
    "Authorization: Bearer header."
)


class RefusedError(Exception):
    """A request that is not accepted: a code for programs, a sentence for people."""

    def __init__(
        self,
        reason: str,
        detail: str,
        *,
        offer_id: int | None = None,
        event_name: str = "",
        retry_after: int = 0,
    ) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail
        self.offer_id = offer_id
        self.retry_after = retry_after
        self.event_name = event_name

    @property
    def answer(self) -> "Answer":
        """What the sender is told."""
        return Answer(
            "refused",
            self.reason,
            self.detail,
            status_code=self.status_code,
            retry_after=self.retry_after,
        )

    @property
    def status_code(self) -> int:
        """The HTTP status of the answer."""
        return STATUS_CODES[self.reason.partition(":")[0]]


UNAVAILABLE_RETRY_SECONDS = 5


def unavailable() -> "Answer":
    """Say that the database is away: 503, so that the sender tries again."""
    return Answer(
        "refused",
        "unavailable",
        "The database is away. Try again after Retry-After seconds.",
        status_code=503,
        retry_after=UNAVAILABLE_RETRY_SECONDS,
    )


class Answer(NamedTuple):
    """What the sender is told (DESIGN §5), with the HTTP status and seconds to wait."""

    result: str
    reason: str | None = None
    detail: str | None = None
    event: UUID | None = None
    conversion: UUID | None = None
    status_code: int = 200
    retry_after: int = 0

    @property
    def is_kept(self) -> bool:
        """Tell whether it is stored among the refused requests.

        Storing what was throttled, or while the database is away, would make it worse.
        """
        return self.reason not in ("throttled", "unavailable")

    @property
    def headers(self) -> dict[str, str]:
        """The HTTP headers of the answer."""
        return {"Retry-After": str(self.retry_after)} if self.retry_after else {}

    def as_json(self) -> dict[str, Any]:
        """Return the body of the answer."""
        return {
            "result": self.result,
            "reason": self.reason,
            "detail": self.detail,
            "event": str(self.event) if self.event else None,
            "conversion": str(self.conversion) if self.conversion else None,
        }
