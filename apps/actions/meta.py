"""Meta's Graph API: what its connections ask for and what its errors mean.

Sources: https://developers.facebook.com/documentation/ads-commerce/conversions-api/
using-the-api and the public source of facebook-business 26.0.3 (read 2026-11-20).
Meta publishes no table of errors for conversions; this is the one of RudderStack's
transformer, which runs in production, with what is known of the Graph API. Codes 102
and the header X-Business-Use-Case-Usage are from memory. HTTP statuses say little: a
wrong token comes as 400 or 500.
"""

import hashlib
import hmac
import json
from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from apps.actions.answers import json_object
from apps.actions.base import Job, Judgement, Outcome
from apps.actions.fields import SecretField
from apps.actions.headers import bearer_authorization
from apps.actions.judging import status_text
from apps.actions.providers import ProviderAction
from apps.actions.redaction import MIN_LENGTH, Redactor
from apps.actions.rendering import JSON_TYPE, json_bytes
from apps.core.http import OutboundRequest, Response
from apps.core.retry_after import parse_retry_after

BASE_URL: Final = "https://graph.facebook.com"
API_VERSION: Final = "v26.0"
MISSING_OBJECT: Final = (100, 33)

# 10 and 200-299 are permissions, 3 is a capability of the app, the others the token.
AUTH: Final = frozenset({3, 10, 102, 190, *range(200, 300)})
THROTTLED: Final = frozenset({4, 17, 32, 613, *range(80_000, 80_015)})
# 21009: the data set is being prepared.
BUSY: Final = frozenset({1, 2, 341, 368, 5_000, 21_009})
WRONG: Final = frozenset({100, 105})

_USAGE = "X-Business-Use-Case-Usage"
_NEXT_STEP = {
    Outcome.AUTH: " Correct the connection, then use “Test connection”.",
    Outcome.RETRY: " It is tried again later.",
}


def access_token_field(help_text: StrOrPromise) -> SecretField:
    """Return the field of the token; ``help_text`` tells where to get one."""
    return SecretField(
        label=_("Access token"), min_length=MIN_LENGTH, help_text=help_text
    )


def app_secret_field() -> SecretField:
    """Return the field of the secret that proves whose the token is."""
    return SecretField(
        label=_("App secret"),
        required=False,
        help_text=_(
            "Needed when “Require app secret” is on: Meta for Developers, your app, "
            "App settings, Basic. Each request then proves that it knows the secret."
        ),
    )


def version_field() -> forms.RegexField:
    """Return the field of the API's version."""
    return forms.RegexField(
        r"^v[1-9]\d?\.\d$",
        label=_("API version"),
        initial=API_VERSION,
        help_text=format_lazy(
            _("Such as {version}. Meta keeps a version for two years."),
            version=API_VERSION,
        ),
        error_messages={
            "invalid": format_lazy(
                _("Write a version such as {version}."), version=API_VERSION
            )
        },
    )


def appsecret_proof(connection: Mapping[str, Any]) -> str:
    """Return the HMAC-SHA256 of the token with the app secret; "" without one."""
    secret = str(connection.get("app_secret") or "")
    if not secret:
        return ""
    token = str(connection["access_token"]).encode()
    return hmac.new(secret.encode(), token, hashlib.sha256).hexdigest()


class MetaAction(ProviderAction):
    """One request to the Graph API, with the token in its body."""

    default_base_url: ClassVar = BASE_URL
    # What it means that the object of the path is not there for this token.
    missing_object: ClassVar[Outcome] = Outcome.AUTH
    # Codes and subcodes that are permanent for this action besides ``WRONG``.
    wrong_codes: ClassVar[frozenset[int]] = frozenset()

    @abstractmethod
    def judge_accepted(
        self, answer: Mapping[str, Any], response: Response, job: Job
    ) -> Judgement:
        """Judge an answer in JSON that holds no error."""

    def redactor(self, job: Job, *extra: str) -> Redactor:
        """Keep the proof out of the log too: with the token it is a credential."""
        return super().redactor(job, appsecret_proof(job.connection), *extra)

    def graph_request(
        self, method: str, path: str, connection: Mapping[str, Any], document: Any
    ) -> OutboundRequest:
        """Return a request with ``document`` and the credentials in its body."""
        proof = appsecret_proof(connection)
        credentials = {
            "access_token": connection["access_token"],
            **({"appsecret_proof": proof} if proof else {}),
        }
        return OutboundRequest(
            method,
            self._graph_url(connection, path),
            {"Content-Type": JSON_TYPE},
            json_bytes({**document, **credentials}),
        )

    def graph_question(
        self, path: str, connection: Mapping[str, Any], query: str = ""
    ) -> OutboundRequest:
        """Return a request that changes nothing; the token goes into a header."""
        proof = appsecret_proof(connection)
        parts = [query, f"appsecret_proof={proof}" if proof else ""]
        asked = "&".join(filter(None, parts))
        url = self._graph_url(connection, path)
        return OutboundRequest(
            "GET",
            f"{url}?{asked}" if asked else url,
            bearer_authorization(str(connection["access_token"])),
        )

    def _graph_url(self, connection: Mapping[str, Any], path: str) -> str:
        version = connection.get("api_version") or API_VERSION
        return self.api_url(connection, f"/{version}/{path}")

    def classify(self, response: Response, job: Job) -> Judgement:
        """Judge by the code in the error before the status."""
        answer = json_object(response)
        error = answer.get("error")
        if isinstance(error, dict):
            return self._judge_error(error, response, job)
        if answer and response.status_code == 200:
            return self.judge_accepted(answer, response, job)
        judgement = self.judge_unexpected(response, job)
        is_refusal = judgement.outcome in (Outcome.PERMANENT, Outcome.AUTH)
        if answer or not is_refusal or response.status_code < 400:
            return judgement
        # Meta answers in JSON; this came from something in between.
        return Judgement(
            Outcome.RETRY,
            f"The server answered {status_text(response.status_code)}, but not in "
            "Meta's words. Look at the base URL if this goes on.",
            "bad_response",
            judgement.retry_after_seconds,
        )

    def _judge_error(
        self, error: Mapping[str, Any], response: Response, job: Job
    ) -> Judgement:
        code, subcode = _codes(error)
        message = error_text(error)
        outcome = self._outcome_of(error)
        if outcome is None:
            judgement = self.judge_unexpected(response, job)
            return replace(judgement, message=f"{message} {judgement.message}")
        wait = _seconds_to_wait(response, job) if outcome is Outcome.RETRY else None
        return Judgement(
            outcome,
            message + _NEXT_STEP.get(outcome, ""),
            f"meta_{code}_{subcode}" if subcode else f"meta_{code}",
            wait,
        )

    def _outcome_of(self, error: Mapping[str, Any]) -> Outcome | None:
        """Return what the codes say; None when nobody knows this one."""
        code, subcode = _codes(error)
        if (code, subcode) == MISSING_OBJECT:
            return self.missing_object
        if self.wrong_codes & {code, subcode}:
            return Outcome.PERMANENT
        if code in AUTH:
            return Outcome.AUTH
        if code in THROTTLED | BUSY or error.get("is_transient") is True:
            return Outcome.RETRY
        return Outcome.PERMANENT if code in WRONG else None


def error_text(error: Mapping[str, Any]) -> str:
    """Return Meta's own words with the numbers that its support asks for."""
    words = error.get("error_user_msg") or error.get("message") or "no message"
    title = error.get("error_user_title")
    written = ", ".join(str(code) for code in _codes(error) if code is not None)
    said = f"{title}: {words}" if title else str(words)
    return f"Meta: {said.rstrip('.')} (error {written or 'without code'})."


def _codes(error: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Return code and subcode, None for what is no number."""
    code, subcode = error.get("code"), error.get("error_subcode")
    return (
        code if isinstance(code, int) else None,
        subcode if isinstance(subcode, int) else None,
    )


def _seconds_to_wait(response: Response, job: Job) -> float | None:
    """Return how long Meta wants to be left alone, None when it does not say."""
    asked = parse_retry_after(response.headers.get("Retry-After"), job.now)
    waits = [asked, _usage_seconds(response)]
    return max((wait for wait in waits if wait is not None), default=None)


def _usage_seconds(response: Response) -> float | None:
    """Read {"<account>": [{"estimated_time_to_regain_access": minutes, …}]}."""
    try:
        usage = json.loads(response.headers.get(_USAGE, ""))
        rows = [row for account in usage.values() for row in account]
        minutes = [float(row["estimated_time_to_regain_access"]) for row in rows]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
    waits = [minute * 60 for minute in minutes if 0 < minute < float("inf")]
    return max(waits, default=None)
