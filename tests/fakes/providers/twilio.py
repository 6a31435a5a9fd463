"""Twilio's message resource, as its documentation describes it."""

import re
from typing import Any, ClassVar

from tests.fakes.provider import Answer, Asked, FakeProvider, json_answer

ACCOUNT = "AC" + "0" * 32
MAX_LENGTH = 1_600
# Twilio's numbers for trying things out, and what they lead to.
MAGIC_NUMBERS = {
    "+15005550001": 21211,
    "+15005550003": 21408,
    "+15005550004": 21610,
    "+15005550009": 21614,
}
MESSAGES = {
    21211: "The 'To' number is not a valid phone number.",
    21408: "Permission to send an SMS has not been enabled for the region.",
    21602: "Message body is required.",
    21603: "A 'From' phone number is required.",
    21604: "A 'To' phone number is required.",
    21610: "Attempt to send to unsubscribed recipient.",
    21614: "'To' number is not a valid mobile number.",
    21617: "The concatenated message body exceeds the 1600 character limit.",
}


class Twilio(FakeProvider):
    """Keeps the messages it queued."""

    name: ClassVar = "twilio"
    accepts: ClassVar = {"account_sid": ACCOUNT, "password": "canary-twilio-token"}

    def answer(self, asked: Asked) -> Answer:
        found = re.fullmatch(
            r"/2010-04-01/Accounts/(\w+)(/Messages)?\.json", asked.path
        )
        if found is None:
            return _error(
                20404, f"The requested resource {asked.path} was not found", 404
            )
        if asked.basic() is None or asked.basic() != self._credentials():
            return _error(20003, "Authenticate", 401)
        if found[1] != self.config["account_sid"]:
            return _error(
                20404, f"The requested resource {asked.path} was not found", 404
            )
        if not found[2]:
            return json_answer(
                {"sid": found[1], "friendly_name": "Demo", "status": "active"}
            )
        if asked.method != "POST":
            return _error(20004, "Method not allowed", 405)
        return self._queue(asked)

    def _credentials(self) -> tuple[str, str]:
        user = self.config.get("user") or self.config["account_sid"]
        return user, self.config["password"]

    def _queue(self, asked: Asked) -> Answer:
        if asked.content_type != "application/x-www-form-urlencoded":
            return _error(20001, "Unsupported content type", 415)
        fields = asked.form()
        code = _mistake(fields)
        if code is not None:
            return _error(code, MESSAGES[code], 400)
        message = {"sid": f"SM{len(self.effects):032x}", **fields}
        self.effects.append(message)
        answer = {
            "account_sid": self.config["account_sid"],
            "sid": message["sid"],
            "status": "accepted" if "MessagingServiceSid" in fields else "queued",
            "to": fields["To"],
            "body": fields["Body"],
            "num_segments": "1",
            "error_code": None,
        }
        return json_answer(answer, 201)


def _mistake(fields: dict[str, str]) -> int | None:
    if not fields.get("To"):
        return 21604
    if not re.fullmatch(r"\+[1-9]\d{1,14}", fields["To"]):
        return 21211
    if not fields.get("From") and not fields.get("MessagingServiceSid"):
        return 21603
    if not fields.get("Body"):
        return 21602
    if len(fields["Body"]) > MAX_LENGTH:
        return 21617
    return MAGIC_NUMBERS.get(fields["To"])


def _error(code: int, message: str, status: int) -> Answer:
    document: dict[str, Any] = {
        "code": code,
        "message": message,
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": status,
    }
    return json_answer(document, status)
