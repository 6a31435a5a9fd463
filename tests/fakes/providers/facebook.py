"""Meta's Graph API: events of one pixel, people of one audience."""

import hashlib
import hmac
import re
import time
from typing import Any, ClassVar

from tests.fakes.meta_events import Mistake, mistake_in
from tests.fakes.provider import Answer, Asked, FakeProvider, json_answer

PIXEL = "1234567890"
AUDIENCE = "23850000000000001"
TOKEN = "canary-facebook-token"
APP_SECRET = "canary-facebook-secret"
MAX_ROWS = 10_000
KEYS = {"EMAIL", "PHONE"}

_is_hash = re.compile(r"[0-9a-f]{64}").fullmatch


class Facebook(FakeProvider):
    """Counts equal events once, and knows who is in the audience.

    ``now`` in the configuration takes the place of the clock; without ``app_secret``
    no proof is asked for.
    """

    name: ClassVar = "facebook"
    accepts: ClassVar = {
        "token": TOKEN,
        "app_secret": APP_SECRET,
        "pixel": PIXEL,
        "audience": AUDIENCE,
        "now": None,
    }

    def reset(self) -> None:
        super().reset()
        self.seen: set[tuple[str, str]] = set()
        self.deduped = 0
        self.members: set[str] = set()

    def state(self) -> dict[str, Any]:
        members = sorted(self.members)
        return {**super().state(), "deduped": self.deduped, "members": members}

    def answer(self, asked: Asked) -> Answer:
        version, _, path = asked.path.lstrip("/").partition("/")
        if not re.fullmatch(r"v\d+\.\d+", version):
            return _error(2_635, "You are calling a deprecated version of the API.")
        document = asked.json() if asked.content_type == "application/json" else None
        given = document if isinstance(document, dict) else {}
        trouble = self._refusal(asked, given)
        if trouble is not None:
            return trouble
        if asked.method == "GET":
            return self._shown(path)
        if (asked.method, path) == ("POST", f"{self.config['pixel']}/events"):
            return self._count(given)
        if path == f"{self.config['audience']}/users":
            return self._change(asked.method, given.get("payload"))
        return _unsupported(path)

    def _refusal(self, asked: Asked, given: dict[str, Any]) -> Answer | None:
        """Return the answer to wrong credentials."""
        token = given.get("access_token") or asked.bearer()
        if token != self.config["token"]:
            return _error(190, "Invalid OAuth access token - Cannot parse access token")
        secret = str(self.config["app_secret"])
        proof = given.get("appsecret_proof") or asked.query.get("appsecret_proof")
        expected = hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        if secret and proof != expected:
            return _error(100, "Invalid appsecret_proof provided in the API argument")
        return None

    def _shown(self, path: str) -> Answer:
        if path == "me/permissions":
            row = {"permission": "ads_management", "status": "granted"}
            return json_answer({"data": [row]})
        if path == self.config["pixel"]:
            return json_answer({"name": "Demo pixel", "id": path})
        return _unsupported(path)

    def _count(self, given: dict[str, Any]) -> Answer:
        events = given.get("data")
        mistake = mistake_in(events, self.config["now"] or time.time())
        if mistake is not None:
            return _invalid(mistake)
        for event in events or []:
            key = (event["event_name"], event.get("event_id", ""))
            if key[1] and key in self.seen:
                self.deduped += 1
                continue
            self.seen.add(key)
            self.effects.append(event)
        received = len(events or [])
        return json_answer(
            {"events_received": received, "messages": [], "fbtrace_id": "A8sFake"}
        )

    def _change(self, method: str, payload: Any) -> Answer:
        schema, rows = _table(payload)
        if not rows or len(rows) > MAX_ROWS or not set(schema) <= KEYS:
            return _error(100, "(#100) The parameter payload is required.")
        if not all(len(row) == len(schema) for row in rows):
            return _error(100, "(#100) The number of columns does not match.")
        valid = [row for row in rows if all(_is_hash(str(text)) for text in row)]
        for row in valid:
            self._move(method, dict(zip(schema, row, strict=True)))
        return json_answer(
            {
                "audience_id": self.config["audience"],
                "session_id": "778899",
                "num_received": len(rows),
                "num_invalid_entries": len(rows) - len(valid),
                "invalid_entry_samples": {},
            }
        )

    def _move(self, method: str, row: dict[str, str]) -> None:
        before = set(self.members)
        if method == "POST":
            self.members |= set(row.values())
        else:
            self.members -= set(row.values())
        if self.members != before:
            done = "added" if method == "POST" else "removed"
            self.effects.append({done: row})


def _table(payload: Any) -> tuple[list[str], list[list[str]]]:
    given = payload if isinstance(payload, dict) else {}
    return given.get("schema") or [], given.get("data") or []


def _unsupported(path: str) -> Answer:
    name = path.partition("/")[0]
    sentence = (
        f"Unsupported post request. Object with ID '{name}' does not exist, cannot be "
        "loaded due to missing permissions, or does not support this operation."
    )
    return _error(100, sentence, "GraphMethodException", error_subcode=33)


def _invalid(mistake: Mistake) -> Answer:
    return _error(
        100,
        "Invalid parameter",
        error_subcode=mistake.subcode,
        is_transient=False,
        error_user_title=mistake.title,
        error_user_msg=mistake.sentence,
    )


def _error(
    code: int, message: str, kind: str = "OAuthException", **details: Any
) -> Answer:
    error = {"message": message, "type": kind, "code": code, **details}
    return json_answer({"error": {**error, "fbtrace_id": "A6UyFake"}}, 400)
