"""Google Analytics' Measurement Protocol: 204 to anything, and a path that validates."""

import re
from typing import Any, ClassVar

from tests.fakes.provider import Answer, Asked, FakeProvider, json_answer

MAX_BODY_BYTES = 130_000
RESERVED = {"ad_click", "error", "first_visit", "session_start", "user_engagement"}
NAME = r"[A-Za-z][A-Za-z0-9_]{0,39}"
Mistake = tuple[str, str, str]


class Ga4(FakeProvider):
    """Counts what is right, and says nothing about the rest."""

    name: ClassVar = "ga4"
    accepts: ClassVar = {
        "measurement_id": "G-ABCD123456",
        "api_secret": "canary-ga4-secret",
    }

    def answer(self, asked: Asked) -> Answer:
        if asked.method != "POST":
            return Answer(405)
        if len(asked.body) >= MAX_BODY_BYTES:
            return Answer(413)
        mistakes = _mistakes(asked)
        if asked.path == "/debug/mp/collect":
            return json_answer({"validationMessages": list(map(_message, mistakes))})
        if asked.path != "/mp/collect":
            return Answer(404)
        if not mistakes and self._is_ours(asked):
            self.effects.append(asked.json())
        return Answer(204)

    def _is_ours(self, asked: Asked) -> bool:
        given = {name: asked.query.get(name) for name in self.accepts}
        return all(given[name] == self.config[name] for name in given)


def _message(mistake: Mistake) -> dict[str, str]:
    path, description, code = mistake
    return {"fieldPath": path, "description": description, "validationCode": code}


def _mistakes(asked: Asked) -> list[Mistake]:
    found: list[Mistake] = [
        (name, f"Measurement requires {name}.", "VALUE_REQUIRED")
        for name in ("measurement_id", "api_secret")
        if not asked.query.get(name)
    ]
    document = asked.json() if asked.content_type == "application/json" else None
    if not isinstance(document, dict):
        return [*found, ("", "The body is no JSON.", "VALUE_INVALID")]
    if not document.get("client_id"):
        text = "Measurement requires a client_id."
        found.append(("client_id", text, "VALUE_REQUIRED"))
    events = document.get("events")
    if not isinstance(events, list) or not 1 <= len(events) <= 25:
        return [*found, ("events", "One to 25 events.", "VALUE_REQUIRED")]
    return found + [mistake for event in events for mistake in _in_event(event)]


def _in_event(event: dict[str, Any]) -> list[Mistake]:
    found: list[Mistake] = []
    name, params = str(event.get("name")), event.get("params", {})
    if not re.fullmatch(NAME, name):
        found.append(("events", f"Event name [{name}] is invalid.", "NAME_INVALID"))
    if name in RESERVED:
        found.append(("events", f"Event name [{name}] is reserved.", "NAME_RESERVED"))
    if len(params) > 25:
        found.append(("events.params", "Too many.", "EXCEEDED_MAX_ENTITIES"))
    if "value" in params and "currency" not in params:
        text = "A currency is required with a value."
        found.append(("events.params.currency", text, "VALUE_REQUIRED"))
    if name == "purchase" and not params.get("transaction_id"):
        text = "A purchase requires a transaction_id."
        found.append(("events.params.transaction_id", text, "VALUE_REQUIRED"))
    return found + _in_params(params)


def _in_params(params: dict[str, Any]) -> list[Mistake]:
    limits = {"page_title": 300, "page_referrer": 420, "page_location": 1_000}
    found: list[Mistake] = []
    for name, value in params.items():
        path = f"events.params.{name}"
        if not re.fullmatch(NAME, name) or name.startswith("google_"):
            found.append((path, "The name is invalid.", "NAME_INVALID"))
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            found.append((path, "The value is invalid.", "VALUE_INVALID"))
        elif len(str(value)) > limits.get(name, 100):
            found.append((path, "The value is too long.", "VALUE_OUT_OF_BOUNDS"))
    return found
