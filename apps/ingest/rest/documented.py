"""Answers and examples that the API's documentation shows."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse

from apps.ingest.serializers import AnswerOut

UUID_ONE = "0199a3c0-6dc2-796b-a60f-7b2371bafcc2"
UUID_TWO = "0199a3c0-6dc2-72d0-9316-5184c00e823b"
ACCEPTED = {
    "result": "accepted",
    "reason": None,
    "detail": None,
    "event": UUID_ONE,
    "conversion": UUID_TWO,
}
REFUSALS: dict[int, tuple[str, str]] = {
    401: ("bad_token", "The token is missing, unknown or no longer valid."),
    403: ("ip_denied", "198.51.100.7 may not report for this offer."),
    404: ("unknown_transaction", "No click has this transaction id."),
    405: ("bad_method", "This address does not know that method."),
    409: ("conversion_required", "This event needs a conversion first."),
    413: ("payload_too_large", "A body may have 256 KiB."),
    415: ("bad_media_type", "Send application/json."),
    422: ("unknown_event", "No event is named «Sale». Did you mean «sale»?"),
    429: ("throttled", "At most 2000 requests a second."),
    503: ("unavailable", "The database is away."),
}


def refusal_example(status: int) -> OpenApiExample:
    """Return what a refusal with the HTTP ``status`` looks like."""
    reason, detail = REFUSALS[status]
    value = {
        "result": "refused",
        "reason": reason,
        "detail": detail,
        "event": None,
        "conversion": None,
    }
    return OpenApiExample(
        f"{status} {reason}", value, response_only=True, status_codes=[str(status)]
    )


def answers(shape: Any, *, created: bool = False) -> dict[int, Any]:
    """Return every answer of a door: what it gives, and all refusals."""
    refusals = {
        status: OpenApiResponse(
            AnswerOut, f"Refused, e.g. «{reason}».", [refusal_example(status)]
        )
        for status, (reason, _) in REFUSALS.items()
    }
    if not created:
        return {200: shape, **refusals}
    seen = "Reported before, or over a limit of the offer."
    return {201: shape, 200: OpenApiResponse(shape, seen), **refusals}


def reading_answers(shape: Any) -> dict[int, Any]:
    """Return every answer of a reading view."""
    known = answers(shape)
    return {
        status: known[status] for status in (200, 401, 403, 404, 405, 422, 429, 503)
    }


# How a client may authenticate, where the view itself does not tell.
SECURITY: list[Any] = [{"token": []}, {"cookieAuth": []}]

EVENT = {
    "transaction_id": "4f1c2e7a9b0d",
    "event": "sale",
    "amount": "99.90",
    "currency": "USD",
    "order_id": "A-2982",
}
REFUSED_BY_LIST = OpenApiExample(
    "422 value_listed",
    {
        **ACCEPTED,
        "result": "refused",
        "reason": "value_listed",
        "detail": "The value of «email» is on the list «Opt-outs», which this offer "
        "does not accept.",
        "event": None,
        "conversion": None,
    },
    response_only=True,
    status_codes=["422"],
)
EVENT_EXAMPLES = [
    OpenApiExample("An event", EVENT, request_only=True),
    OpenApiExample(
        "The conversion itself",
        {"transaction_id": "4f1c2e7a9b0d", "amount": "99.90"},
        request_only=True,
    ),
    OpenApiExample("Accepted", ACCEPTED, response_only=True, status_codes=["201"]),
    REFUSED_BY_LIST,
]
BATCH_EXAMPLE = [
    OpenApiExample("Two events", {"events": [EVENT, EVENT]}, request_only=True),
    OpenApiExample(
        "One accepted, one repeated",
        {
            "accepted": 1,
            "duplicate": 1,
            "refused": 0,
            "results": [
                {**ACCEPTED, "status": 201},
                {
                    **ACCEPTED,
                    "result": "duplicate",
                    "reason": "duplicate",
                    "detail": "This was reported before; nothing was counted again.",
                    "status": 200,
                },
            ],
        },
        response_only=True,
        status_codes=["200"],
    ),
]
CLICK_EXAMPLE = [
    OpenApiExample(
        "A click of an affiliate",
        {"offer": "0123456789abcdef", "affiliate": "7", "sub1": "banner-3"},
        request_only=True,
    ),
]
LEAD_EXAMPLES = [
    OpenApiExample(
        "A lead of a call centre",
        {
            "offer": "0123456789abcdef",
            "email": "jane@example.org",
            "phone": "+14155550100",
            "first_name": "Jane",
        },
        request_only=True,
    ),
    REFUSED_BY_LIST,
]
LISTED_EXAMPLES = [
    OpenApiExample(
        "Somebody who opted out", {"value": "jane@example.org"}, request_only=True
    ),
    OpenApiExample(
        "Added", {"status": "added"}, response_only=True, status_codes=["200"]
    ),
]
STATUS_EXAMPLES = [
    OpenApiExample(
        "Reject without telling partners",
        {"status": "rejected", "reason": "chargeback", "fire_postbacks": False},
        request_only=True,
    ),
]
