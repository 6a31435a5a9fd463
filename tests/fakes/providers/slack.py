"""Slack's incoming webhooks and the two methods of its Web API that we call."""

from typing import Any, ClassVar

from tests.fakes.provider import Answer, Asked, FakeProvider, json_answer, text_answer

WEBHOOK_PATH = "/services/T000/B000/canary-slack-webhook"
BOT_TOKEN = "xoxb-canary-slack-token"
CHANNEL = "C000000001"
MAX_BLOCKS = 50


class Slack(FakeProvider):
    """Keeps the messages of its one webhook and its one channel."""

    name: ClassVar = "slack"
    accepts: ClassVar = {
        "webhook_path": WEBHOOK_PATH,
        "bot_token": BOT_TOKEN,
        "channel": CHANNEL,
    }

    def answer(self, asked: Asked) -> Answer:
        if asked.path.startswith("/api/"):
            return json_answer(self._method(asked, asked.path.removeprefix("/api/")))
        if asked.method != "POST" or asked.path != self.config["webhook_path"]:
            return text_answer("no_service", 404)
        message = asked.json()
        if asked.content_type != "application/json" or not isinstance(message, dict):
            return text_answer("invalid_payload", 400)
        mistake = _mistake(message)
        if mistake:
            return text_answer(mistake, 400)
        self.effects.append(message)
        return text_answer("ok")

    def _method(self, asked: Asked, name: str) -> dict[str, Any]:
        if name not in ("auth.test", "chat.postMessage") or asked.method != "POST":
            return _error("unknown_method")
        if not asked.bearer():
            return _error("not_authed")
        if asked.bearer() != self.config["bot_token"]:
            return _error("invalid_auth")
        if name == "auth.test":
            return {"ok": True, "team": "Acme", "user": "postbacks", "user_id": "U001"}
        return self._post(asked)

    def _post(self, asked: Asked) -> dict[str, Any]:
        message = asked.json()
        if asked.content_type != "application/json" or not isinstance(message, dict):
            return _error("invalid_arguments")
        mistake = _mistake(message)
        if mistake:
            return _error(mistake)
        if message.get("channel") != self.config["channel"]:
            return _error("channel_not_found")
        self.effects.append(message)
        ts = f"1405895017.{len(self.effects):06d}"
        return {"ok": True, "channel": message["channel"], "ts": ts, "message": message}


def _mistake(message: dict[str, Any]) -> str:
    blocks = message.get("blocks", [])
    if not isinstance(blocks, list) or len(blocks) > MAX_BLOCKS:
        return "invalid_blocks"
    if not all(isinstance(block, dict) and block.get("type") for block in blocks):
        return "invalid_blocks"
    return "" if message.get("text") or blocks else "no_text"


def _error(word: str) -> dict[str, Any]:
    return {"ok": False, "error": word}
