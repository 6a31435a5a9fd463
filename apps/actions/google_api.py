"""What the APIs of Google Cloud have in common: tokens, one error format, quotas.

Source: https://cloud.google.com/apis/design/errors (read 2026-11-20).
"""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final

from apps.actions import checking, google_accounts
from apps.actions.answers import json_object
from apps.actions.batching import BatchAction
from apps.actions.contract import (
    AttemptResult,
    CheckLine,
    Job,
    JudgedError,
    Judgement,
    Outcome,
)
from apps.actions.headers import bearer_authorization
from apps.core.http import OutboundRequest, Response
from apps.core.retry_after import parse_retry_after

# Quotas are per minute and an answer 429 has no Retry-After.
QUOTA_SECONDS: Final = 60.0
KEY_FIELD: Final = "service_account_json"

_OUTCOMES: Final = {
    400: Outcome.PERMANENT,
    401: Outcome.AUTH,
    403: Outcome.AUTH,
    404: Outcome.PERMANENT,
}


class GoogleAction(BatchAction):
    """One request to an API of Google, authorized by a service account.

    Its connection form has a ``ServiceAccountField`` named ``KEY_FIELD``.
    """

    # What the token is good for.
    scope: ClassVar[str]
    # Refusals that would meet every event.
    address_codes: ClassVar = frozenset(("not_found", "redirect", "forbidden_target"))

    @abstractmethod
    def accepted(self, answer: Mapping[str, Any]) -> Judgement | None:
        """Return the success that a JSON answer 200 tells of; None when it does not."""

    def account(self, connection: Mapping[str, Any]) -> str:
        """Return the service account: quotas are counted per account."""
        return google_accounts.client_email(connection[KEY_FIELD])

    def authorized(self, request: OutboundRequest, job: Job) -> OutboundRequest:
        """Add an access token."""
        token = google_accounts.access_token(job.connection[KEY_FIELD], self.scope)
        headers = {**request.headers, **bearer_authorization(token)}
        return replace(request, headers=headers)

    def exchange(self, request: OutboundRequest, job: Job) -> AttemptResult:
        """Send; a token that is refused is replaced once, since nothing was done."""
        result = super().exchange(request, job)
        if result.response_status != 401:
            return result
        google_accounts.forget_token(job.connection[KEY_FIELD], self.scope)
        try:
            request = self.authorized(request, job)
        except JudgedError as error:
            return self.judged(error, job)
        return super().exchange(request, job)

    def classify(self, response: Response, job: Job) -> Judgement:
        """Judge by the status, in the words of the error that Google writes."""
        answer = json_object(response)
        if response.status_code == 200:
            return self.accepted(answer) or self.judge_unexpected(response, job)
        if response.status_code == 429:
            return _wait(response, job)
        outcome = _OUTCOMES.get(response.status_code)
        error = answer.get("error")
        if outcome is None or not isinstance(error, dict):
            return self.judge_unexpected(response, job)
        message = f"Google: {error.get('message')} ({error.get('status')})."
        return Judgement(outcome, message, str(error.get("status")).lower()[:60])

    def is_undivided(self, result: AttemptResult) -> bool:
        """Try none alone when the refusal is about the address, not about an event."""
        is_about_address = result.judgement.code in self.address_codes
        return not is_about_address and super().is_undivided(result)

    def check_key(self, connection: Mapping[str, Any]) -> str | CheckLine:
        """Return a new token, or a line that says why there is none."""
        key = connection[KEY_FIELD]
        google_accounts.forget_token(key, self.scope)
        try:
            return google_accounts.access_token(key, self.scope)
        except JudgedError as error:
            redactor = self.connection_redactor(connection)
            return checking.error(redactor.url(error.judgement.message))


def _wait(response: Response, job: Job) -> Judgement:
    wait = parse_retry_after(response.headers.get("Retry-After"), job.now)
    return Judgement(
        Outcome.RETRY,
        "The quota of the service account or its project is used up for now.",
        "quota",
        QUOTA_SECONDS if wait is None else wait,
    )
