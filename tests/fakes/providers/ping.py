"""A receiver of pings: it knows a token, checks the signature, notices repetitions."""

import hashlib
import hmac
import time
from typing import ClassVar

from tests.fakes.provider import Answer, Asked, FakeProvider, json_answer, text_answer

WINDOW_SECONDS = 300


class Ping(FakeProvider):
    """Keeps the pings it took, one for each X-Postback-Id."""

    name: ClassVar = "ping"
    accepts: ClassVar = {
        "token": "canary-ping-token",
        "signing_secret": "canary-ping-signing",
    }

    def reset(self) -> None:
        """Forget the ids as well."""
        super().reset()
        self.seen: set[str] = set()

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/open":
            return self._take(asked)
        if asked.bearer() != self.config["token"]:
            return json_answer({"error": "unknown token"}, 401)
        if not self._is_signed(asked):
            return json_answer({"error": "bad signature"}, 400)
        return self._take(asked)

    def _take(self, asked: Asked) -> Answer:
        postback = asked.headers.get("X-Postback-Id", "")
        if postback in self.seen:
            return json_answer({"error": "duplicate"}, 409)
        self.seen.add(postback)
        self.effects.append(
            {"id": postback, "query": asked.query, "body": asked.body.decode()}
        )
        return text_answer("OK")

    def _is_signed(self, asked: Asked) -> bool:
        header = asked.headers.get("X-Postback-Signature", "")
        parts = dict(part.partition("=")[::2] for part in header.split(","))
        stamp = parts.get("t", "0")
        signed = asked.body if asked.method == "POST" else b""
        key = self.config["signing_secret"].encode()
        expected = hmac.new(key, f"{stamp}.".encode() + signed, hashlib.sha256)
        is_fresh = abs(time.time() - int(stamp)) <= WINDOW_SECONDS
        return is_fresh and hmac.compare_digest(
            parts.get("v1", ""), expected.hexdigest()
        )
