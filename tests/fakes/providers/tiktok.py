"""TikTok's Events API 2.0: every answer has the status 200, the code tells."""

import re
import time
from typing import Any, ClassVar

from tests.fakes.provider import Answer, Asked, FakeProvider, json_answer

PIXEL = "C4A1B2C3D4E5F6G7H8I9"
TOKEN = "canary-tiktok-token"
MAX_EVENTS = 1_000
WEEK_SECONDS = 7 * 24 * 3600
HASHED = ("email", "phone", "external_id")

_is_hash = re.compile(r"[0-9a-f]{64}").fullmatch


class TikTok(FakeProvider):
    """Counts equal events once; ``now`` takes the place of the clock."""

    name: ClassVar = "tiktok"
    accepts: ClassVar = {"token": TOKEN, "pixel": PIXEL, "now": None}

    def reset(self) -> None:
        super().reset()
        self.seen: set[tuple[str, str]] = set()

    def answer(self, asked: Asked) -> Answer:
        if asked.headers.get("Access-Token") != self.config["token"]:
            return _answer(40_105, "Access token is incorrect or has been revoked.")
        if (asked.method, asked.path) == ("GET", "/open_api/v1.3/pixel/list/"):
            return self._pixels(asked.query.get("code", ""))
        if (asked.method, asked.path) != ("POST", "/open_api/v1.3/event/track/"):
            return _answer(40_002, "Path not found")
        given = asked.json() if asked.content_type == "application/json" else None
        if not isinstance(given, dict) or given.get("event_source") != "web":
            return _answer(40_002, "event_source: Not a valid choice")
        if given.get("event_source_id") != self.config["pixel"]:
            wrong = given.get("event_source_id")
            return _answer(40_001, f"No permission to operate pixel code: {wrong}")
        return self._count(given.get("data"))

    def _pixels(self, code: str) -> Answer:
        if code != self.config["pixel"]:
            return _answer(40_001, f"No permission to operate pixel code: {code}")
        return _answer(0, "OK", {"pixels": [{"pixel_code": code}]})

    def _count(self, events: Any) -> Answer:
        if not isinstance(events, list) or not 1 <= len(events) <= MAX_EVENTS:
            return _answer(40_002, f"data: Length must be between 1 and {MAX_EVENTS}")
        now = self.config["now"] or time.time()
        mistakes = [_mistake(event, now) for event in events]
        wrong = next(filter(None, mistakes), "")
        if wrong:
            return _answer(40_002, wrong)
        for event in events:
            key = (event["event"], event.get("event_id", ""))
            if not key[1] or key not in self.seen:
                self.seen.add(key)
                self.effects.append(event)
        return _answer(0, "OK")


def _mistake(event: dict[str, Any], now: float) -> str:
    moment, user = event.get("event_time"), event.get("user", {})
    if not isinstance(event.get("event"), str):
        return "data.0.event: Not a valid string"
    if not isinstance(moment, int) or not now - WEEK_SECONDS <= moment <= now + 60:
        return "data.0.event_time: Not a valid time"
    for name in HASHED:
        if name in user and not _is_hash(str(user[name])):
            return f"data.0.user.{name}: Not a valid SHA-256"
    return "" if user else "data.0.user: Missing data for required field"


def _answer(code: int, message: str, data: Any = None) -> Answer:
    document = {"code": code, "message": message, "request_id": "20261120205334F"}
    return json_answer({**document, "data": data or {}})
