"""Phonexa's LMS Sync: every answer is HTTP 200, what happened is in the body."""

import re
from typing import Any, ClassVar

from tests.fakes.provider import Answer, Asked, FakeProvider, json_answer

API_ID = "canary-lms-id-" + "A" * 18
DISABLED = "DISABLED"
PATHS = ("/lead/", "/fullpost/")
STATUS_PATH = "/lead/check-lead-status"
MISMATCH = "Authorization Failed. ApiId and ApiPassword you entered don't match."
SUSPENDED = "Current user is disabled. Please contact your account manager."
DUPLICATE = "Duplicate Application"

_pass_through = re.compile(r"tPar\[(\w+)\]").fullmatch


class Lms(FakeProvider):
    """Keeps the leads it took, and what it was asked about those of auctions.

    An auction ends with the question number ``polls``: 0 is never.
    """

    name: ClassVar = "lms"
    accepts: ClassVar = {
        "api_id": API_ID,
        "api_password": "canary-lms-password",
        "required": ["firstName", "lastName", "email", "zip"],
        "polls": 1,
    }

    def reset(self) -> None:
        super().reset()
        self.seen: set[tuple[str, ...]] = set()
        self.asked: dict[str, int] = {}

    def answer(self, asked: Asked) -> Answer:
        if asked.path not in (*PATHS, STATUS_PATH) or asked.method != "POST":
            return not_found()
        fields = _fields(asked)
        if fields is None:
            return _refusal([{"Request": "neither JSON nor a form"}])
        is_question = asked.path == STATUS_PATH
        return self._tell(fields) if is_question else self._take(fields)

    def _tell(self, fields: dict[str, Any]) -> Answer:
        errors = self._unauthorized(fields)
        if errors:
            return _refusal(errors)
        lead_id = str(fields.get("checkKey", ""))
        if lead_id not in self.asked:
            return not_found()
        self.asked[lead_id] += 1
        if 0 < self.config["polls"] <= self.asked[lead_id]:
            return _sold(lead_id)
        return json_answer({"status": 3, "status_text": "In Progress"})

    def _take(self, fields: dict[str, Any]) -> Answer:
        errors = self._unauthorized(fields) or self._mistakes(fields)
        if errors:
            return _refusal(errors)
        identity = tuple(
            str(fields.get(name, "")) for name in ("email", "phoneNumber", "productId")
        )
        if identity in self.seen:
            return _refusal([{DUPLICATE: DUPLICATE}])
        if str(fields.get("testMode", "0")) == "1":
            is_sold = str(fields.get("testSold", "0")) == "1"
            return _sold("W_TEST") if is_sold else _rejected("W_TEST")
        self.seen.add(identity)
        return self._sell(fields)

    def _unauthorized(self, fields: dict[str, Any]) -> list[Any]:
        if fields.get("apiId") == DISABLED:
            return [[SUSPENDED]]
        if not fields.get("apiId") or not fields.get("apiPassword"):
            return [{"Authorization Failed": ""}]
        given = (fields["apiId"], fields["apiPassword"])
        known = (self.config["api_id"], self.config["api_password"])
        return [] if given == known else [{MISMATCH: ""}]

    def _mistakes(self, fields: dict[str, Any]) -> list[Any]:
        needed = ["productId", *self.config["required"]]
        return [{name: "required"} for name in needed if not fields.get(name)]

    def _sell(self, fields: dict[str, Any]) -> Answer:
        lead_id = f"W_{len(self.effects):05d}"
        kept = {n: v for n, v in fields.items() if not n.startswith("api")}
        self.effects.append({"lead_id": lead_id, **kept})
        if str(fields.get("closeConnection", "0")) == "1":
            self.asked[lead_id] = 0
            return json_answer(
                {"lead_id": lead_id, "status": 3, "status_text": "In Progress"}
            )
        return _sold(lead_id)


def _fields(asked: Asked) -> dict[str, Any] | None:
    """Return the fields of a JSON or form body, ``tPar[x]`` as a map."""
    if asked.content_type == "application/json":
        document = asked.json()
        return document if isinstance(document, dict) else None
    if asked.content_type != "application/x-www-form-urlencoded":
        return None
    fields: dict[str, Any] = {}
    for name, value in asked.form().items():
        nested = _pass_through(name)
        if nested:
            fields.setdefault("tPar", {})[nested[1]] = value
        else:
            fields[name] = value
    return fields


def _sold(lead_id: str) -> Answer:
    return json_answer(
        {
            "lead_id": lead_id,
            "status": 1,
            "status_text": "sold",
            "redirect_url": f"https://leads.example/redirect?id={lead_id}",
            "price": "1.0000",
            "timestamp": 1464879427.2253,
            "processing_time": 0.0475,
        }
    )


def _rejected(lead_id: str) -> Answer:
    return json_answer(
        {
            "lead_id": lead_id,
            "status": 2,
            "status_text": "reject",
            "timestamp": 1464871644,
            "processing_time": 0.0105,
        }
    )


def not_found() -> Answer:
    """Return what is said of unknown paths and leads."""
    return json_answer({"status": 5, "errors": [{"Not Found": ""}]})


def _refusal(errors: list[Any]) -> Answer:
    return json_answer({"status": 4, "errors": errors})
