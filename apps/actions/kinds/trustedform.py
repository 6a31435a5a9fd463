"""Certificates of TrustedForm (ActiveProspect): matched with the lead, and retained.

Sources: activeprospect.redoc.ly/docs/trustedform/api/v4.0/tag/Certificate-URL/ and the
vendor's github.com/activeprospect/leadconduit-integration-trustedform (both read
2026-11-20). A certificate that is retained again says so, so repeating is safe. A
certificate that nobody retains expires, after 72 hours as a rule.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.actions import checking, rendering
from apps.actions.answers import json_object
from apps.actions.base import (
    AttemptResult,
    CheckLine,
    Group,
    Idempotency,
    Job,
    Judgement,
    Outcome,
    PermanentError,
    SkipDeliveryError,
)
from apps.actions.headers import basic_authorization
from apps.actions.providers import ProviderAction, fingerprint
from apps.actions.registry import register
from apps.actions.trustedform_forms import (
    BASE_URL,
    TrustedFormConnectionForm,
    TrustedFormRuleForm,
    lines_of,
)
from apps.core.http import OutboundRequest, Response
from apps.core.secret_box import MASK

API_VERSION: Final = "4.0"
MAX_FOUND_LENGTH: Final = 200
# 402: the product is not part of the contract, or its quota is used up.
REFUSED_ACCOUNT: Final = frozenset((401, 402, 403))
NO_SUCH_CERTIFICATE: Final = "0" * 40

# Of the lead's URL only the id is used: who else is named in it gets no credentials.
_find_id = re.compile(
    r"https://cert\.trustedform\.com/"
    r"((?:[-_a-zA-Z0-9]{40}){1,2}|0\.[-_.~a-zA-Z0-9]{1,253})"
).fullmatch
# Whoever has the token of a shared certificate can see the recording.
_SHARED_TOKEN = re.compile(r"(shared_token=)[^\"&\s\\]+")


@register
class TrustedForm(ProviderAction):
    """Match, retain, look into and verify one certificate."""

    kind: ClassVar = "trustedform"
    label: ClassVar = _("TrustedForm claim")
    group: ClassVar = Group.LEADS
    help: ClassVar = _("Retain the certificate that a lead gave consent")
    docs_url: ClassVar = (
        "https://activeprospect.redoc.ly/docs/trustedform/api/v4.0/tag/Certificate-URL/"
    )
    idempotency: ClassVar = Idempotency.SAFE
    default_base_url: ClassVar = BASE_URL

    ConnectionForm = TrustedFormConnectionForm
    RuleForm = TrustedFormRuleForm

    def account(self, connection: Mapping[str, Any]) -> str:
        """Return the fingerprint of the key."""
        return fingerprint(connection["api_key"])

    def build(self, job: Job) -> OutboundRequest:
        """Return the request for the operations the rule chose."""
        url = self.api_url(job.connection, f"/{_certificate_id(job)}")
        return _request(url, job.connection, _operations(job))

    def exchange(self, request: OutboundRequest, job: Job) -> AttemptResult:
        """Keep the answer without the token of the shared certificate."""
        result = super().exchange(request, job)
        body = _SHARED_TOKEN.sub(rf"\1{MASK}", result.response_body)
        return replace(result, response_body=body)

    def classify(self, response: Response, job: Job) -> Judgement:
        """Judge by the outcome in the body: a failure, too, has status 200."""
        status, answer = response.status_code, json_object(response)
        outcome = answer.get("outcome")
        message = f"TrustedForm: {answer.get('reason') or 'no reason given'}"
        if status in REFUSED_ACCOUNT:
            return Judgement(Outcome.AUTH, message, f"http_{status}")
        if status == 200 and outcome == "success":
            return Judgement(
                Outcome.SUCCESS, "TrustedForm confirmed it.", findings=_found(answer)
            )
        if status == 200 and outcome == "failure":
            return Judgement(
                Outcome.PERMANENT, message, "tf_failure", findings=_found(answer)
            )
        judgement = self.judge_unexpected(response, job)
        if judgement.outcome is not Outcome.PERMANENT or status < 400:
            return judgement
        if outcome == "error":
            return Judgement(Outcome.PERMANENT, message, f"http_{status}")
        # Not TrustedForm's own words, so a proxy's: they say nothing about the lead.
        return Judgement(Outcome.RETRY, judgement.message, "bad_response")

    def summary(self, settings: Mapping[str, Any]) -> str:
        """Return the operations and where the certificate comes from."""
        names = {
            "retain": gettext("retain"),
            "insights": gettext("insights"),
            "verify": gettext("verify"),
        }
        chosen = ", ".join(word for name, word in names.items() if settings[name])
        return f"{chosen.capitalize()}: {settings['cert_url']}"

    def check(self, connection: Mapping[str, Any]) -> list[CheckLine]:
        """Ask about a certificate that cannot exist, which retains nothing."""
        url = self.api_url(connection, f"/{NO_SUCH_CERTIFICATE}")
        body = {"insights": {"properties": ["expires_at"]}}
        request = _request(url, connection, body)
        answer = checking.ask(request, self.connection_redactor(connection))
        if isinstance(answer, CheckLine):
            return [answer]
        if answer.status_code in REFUSED_ACCOUNT:
            why = json_object(answer).get("reason") or f"status {answer.status_code}"
            return [checking.error(f"TrustedForm refused the API key: {why}.")]
        if "outcome" not in json_object(answer):
            status = answer.status_code
            return [
                checking.warning(
                    gettext("TrustedForm gave no clear answer (%(status)s).")
                    % {"status": status}
                )
            ]
        return [checking.good(gettext("TrustedForm accepts the API key."))]


def _request(
    url: str, connection: Mapping[str, Any], operations: Mapping[str, Any]
) -> OutboundRequest:
    headers = {
        "Content-Type": rendering.JSON_TYPE,
        "Accept": rendering.JSON_TYPE,
        "Api-Version": API_VERSION,
        **basic_authorization("API", connection["api_key"]),
    }
    return OutboundRequest("POST", url, headers, rendering.json_bytes(operations))


def _certificate_id(job: Job) -> str:
    """Return the id of the first URL that is a certificate's; raises if none is."""
    written = [rendering.text(job, name) for name in ("cert_url", "fallback_cert_url")]
    found = (_find_id(_cleaned(url)) for url in written)
    certificate = next((match[1] for match in found if match), None)
    if certificate is not None:
        return certificate
    if not any(written):
        raise SkipDeliveryError("The lead has no TrustedForm certificate.")
    raise PermanentError(
        "The certificate's URL is not one of https://cert.trustedform.com/…, so "
        "nothing was called. Correct the lead, then resend."
    )


def _cleaned(url: str) -> str:
    """Return the first of several URLs, as https and without slashes at its end.

    Forms that post the field twice send a list with commas.
    """
    first = next((part.strip() for part in url.split(",") if part.strip()), "")
    return re.sub(r"^http://", "https://", first).rstrip("/")


def _operations(job: Job) -> dict[str, Any]:
    settings = job.settings
    lead = _texts(job, "email", "phone")
    operations: dict[str, Any] = {"match_lead": lead} if lead else {}
    if settings["retain"]:
        if not lead:
            raise SkipDeliveryError(
                "There is neither an e-mail address nor a number to match with the "
                "certificate, so it cannot be retained."
            )
        operations["retain"] = _texts(job, "reference", "vendor")
    if settings["insights"] or settings["scan_required"] or settings["scan_forbidden"]:
        operations["insights"] = _insights(settings)
    if settings["verify"]:
        operations["verify"] = _texts(job, "advertiser_name")
    return operations


def _texts(job: Job, *names: str) -> dict[str, Any]:
    """Return the fields that have a value."""
    return rendering.filled({name: rendering.text(job, name) for name in names})


def _insights(settings: Mapping[str, Any]) -> dict[str, Any]:
    scans = {
        "required": lines_of(settings["scan_required"]),
        "forbidden": lines_of(settings["scan_forbidden"]),
    }
    wanted = rendering.filled(scans)
    if wanted:
        wanted["delimiter"] = "|"
    insights = {"properties": settings["insights"], "scans": wanted}
    return rendering.filled(insights)


def _found(answer: Mapping[str, Any]) -> dict[str, str]:
    """Return what people look for later; the link to the recording is not in it."""
    retained = _part(answer, "retain", "results")
    wanted = ("masked_cert_url", "expires_at", "previously_retained")
    found = {
        **{name: retained[name] for name in wanted if name in retained},
        **_part(answer, "match_lead", "result"),
        **_part(answer, "insights", "properties"),
    }
    texts = {name: _short(value) for name, value in found.items()}
    return {name: text for name, text in texts.items() if text}


def _part(answer: Mapping[str, Any], *names: str) -> dict[str, Any]:
    part: Any = answer
    for name in names:
        part = part.get(name) if isinstance(part, Mapping) else None
    return part if isinstance(part, dict) else {}


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return _short(value.get("full") or ", ".join(map(_short, value.values())))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)[:MAX_FOUND_LENGTH]
