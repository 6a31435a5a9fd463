"""TrustedForm's certificates, API 4.0. The words of its errors are ours."""

from typing import Any, ClassVar

from tests.fakes.provider import Answer, Asked, FakeProvider, json_answer

EXPIRES_AT = "2031-11-20T20:53:34Z"


class TrustedForm(FakeProvider):
    """Knows every certificate whose id does not begin with dead, 00000000 or fail."""

    name: ClassVar = "trustedform"
    accepts: ClassVar = {"key": "canary-trustedform-key"}

    def answer(self, asked: Asked) -> Answer:
        basic = asked.basic()
        if basic is None or basic[1] != self.config["key"]:
            return _error(401, "Unauthorized")
        mistake = _mistake(asked)
        if mistake:
            return _error(400, mistake)
        certificate = asked.path.removeprefix("/")
        if not certificate or certificate.startswith(("dead", "00000000")):
            return _error(404, "Certificate not found")
        if certificate.startswith("fail"):
            reason = "Insights page scans unsuccessful"
            return json_answer({"outcome": "failure", "reason": reason})
        return json_answer(self._answer_about(certificate, asked.json()))

    def _answer_about(self, certificate: str, body: dict[str, Any]) -> dict[str, Any]:
        answer: dict[str, Any] = {"outcome": "success", "reason": None}
        if "match_lead" in body:
            result = {"email_match": True, "phone_match": False, "success": True}
            answer["match_lead"] = {**body["match_lead"], "result": result}
        if "insights" in body:
            properties = dict.fromkeys(body["insights"].get("properties", ()), "1")
            answer["insights"] = {"properties": properties}
        if "verify" in body:
            answer["verify"] = {"result": {"success": True}}
        if "retain" in body:
            results = self._retain(certificate, body["retain"])
            answer["retain"] = {**body["retain"], "results": results}
        return answer

    def _retain(self, certificate: str, retain: dict[str, str]) -> dict[str, Any]:
        known = any(one["certificate"] == certificate for one in self.effects)
        effect = {"certificate": certificate, **retain}
        if effect not in self.effects:
            self.effects.append(effect)
        masked = f"https://cert.trustedform.com/{'f' * 40}"
        return {
            "expires_at": EXPIRES_AT,
            "previously_retained": known,
            "masked_cert_url": masked,
            "share_url": f"{masked}?shared_token=canary-shared-token",
        }


def _mistake(asked: Asked) -> str:
    if asked.method != "POST" or asked.content_type != "application/json":
        return "POST a JSON document"
    if asked.headers.get("Api-Version") != "4.0":
        return "Unknown version of the API"
    body = asked.json()
    if not isinstance(body, dict) or not body:
        return "At least one operation is required"
    lead = body.get("match_lead", {})
    if "retain" in body and not (lead.get("email") or lead.get("phone")):
        return "match_lead is required when retain is requested"
    return ""


def _error(status: int, reason: str) -> Answer:
    return json_answer({"outcome": "error", "reason": reason}, status)
