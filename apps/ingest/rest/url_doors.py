"""The doors that are no REST API, as the API's documentation describes them."""

from typing import Any

from apps.ingest.rest.documented import ACCEPTED, REFUSALS, refusal_example

PARAMETERS = {
    "secure": "The token; or send an Authorization: Bearer header.",
    "transaction_id": "Of the click, unchanged.",
    "event_id": "Number of the event type; neither id nor name: the conversion.",
    "event_name": "Exact name of the event; must agree with event_id if both are sent.",
    "amount": "Amount of the sale, e.g. 99.90.",
    "currency": "ISO 4217 code; the offer's unless told.",
    "status": "approved, pending, rejected or hold; sent again, it moves a conversion.",
    "scope": "«transaction» moves all conversions of the transaction.",
    "goal": "Name or alias of a goal of the offer.",
    "order_id": "The advertiser's order; one order counts once.",
    "device_id": "For events that count once per device.",
    "user_id": "For events that count once per user.",
    "occurred_at": "ISO 8601 with a time zone; now unless told.",
}
ANSWER = {"$ref": "#/components/schemas/AnswerOut"}
REFUSED_BY_POSTBACK = (401, 403, 404, 409, 413, 422, 429, 503)
REFUSED_BY_CLICK = (404, 409, 413, 422, 503)


def add_url_doors(
    result: dict[str, Any],
    generator: Any,
    request: Any,
    public: bool,
) -> dict[str, Any]:
    """Add the postback URL, its dedicated form and the tracking link."""
    query = [_parameter(name, what) for name, what in PARAMETERS.items()]
    dedicated = [
        _parameter("offer_token", "The offer's public token.", "path"),
        _parameter("event_id", "Number of the event type.", "path"),
        *(known for known in query if known["name"] != "event_id"),
    ]
    result["paths"] |= {
        "/postback": _postback("postback", query),
        "/postback/{offer_token}/{event_id}": _postback(
            "dedicated_postback", dedicated
        ),
        "/click/{offer_token}": {"get": _click()},
    }
    return result


def _parameter(name: str, what: str, place: str = "query") -> dict[str, Any]:
    return {
        "name": name,
        "in": place,
        "required": place == "path",
        "description": what,
        "schema": {"type": "string"},
    }


def _postback(name: str, parameters: list[dict[str, Any]]) -> dict[str, Any]:
    operation = {
        "tags": ["postback"],
        "description": "A server-to-server postback. Other parameters are kept.",
        "parameters": parameters,
        "security": [{}, {"token": []}],
        "responses": {
            "200": _answer("Accepted, repeated or over a limit.", ACCEPTED),
            **_refusals(REFUSED_BY_POSTBACK),
        },
    }
    fields = {
        "type": "object",
        "additionalProperties": True,
        "properties": {
            known["name"]: {"type": "string"}
            for known in parameters
            if known["in"] == "query"
        },
    }
    body = {
        "content": {
            "application/json": {"schema": fields},
            "application/x-www-form-urlencoded": {"schema": fields},
        }
    }
    return {
        "get": {**operation, "operationId": f"get_{name}"},
        "post": {**operation, "operationId": f"post_{name}", "requestBody": body},
    }


def _click() -> dict[str, Any]:
    token = {"transaction_id": {"type": "string"}}
    return {
        "operationId": "click",
        "tags": ["click"],
        "description": "A tracking link: stores a click and redirects to the offer.",
        "parameters": [
            _parameter("offer_token", "The offer's public token.", "path"),
            _parameter("affiliate", "Number of the affiliate."),
            *(_parameter(f"sub{n}", "Kept for postbacks.") for n in range(1, 11)),
        ],
        "security": [{}],
        "responses": {
            "302": {"description": "To the landing page of the offer."},
            "200": {
                "description": "The offer has no landing page.",
                "content": {
                    "application/json": {
                        "schema": {"type": "object", "properties": token}
                    }
                },
            },
            **_refusals(REFUSED_BY_CLICK),
        },
    }


def _refusals(statuses: tuple[int, ...]) -> dict[str, Any]:
    return {
        str(status): _answer(
            f"Refused, e.g. «{REFUSALS[status][0]}».", refusal_example(status).value
        )
        for status in statuses
    }


def _answer(what: str, example: Any) -> dict[str, Any]:
    content = {"schema": ANSWER, "example": example}
    return {"description": what, "content": {"application/json": content}}
