"""Actions that are exactly one HTTP request."""

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import replace
from time import perf_counter
from typing import Any, Final

from apps.actions.base import Action
from apps.actions.contract import (
    AttemptResult,
    Idempotency,
    Job,
    JudgedError,
    Judgement,
    Outcome,
    PermanentError,
    SkipDeliveryError,
)
from apps.actions.judging import judge_status
from apps.actions.redaction import Redactor, credentials_in
from apps.core import http
from apps.core.http import OutboundRequest, Response
from apps.core.macros import TemplateError
from apps.core.placeholders import RenderError

# What ``build`` raises when there is nothing to send, or nothing that could be sent.
UNSENDABLE: Final = (SkipDeliveryError, PermanentError, RenderError, TemplateError)
PREVIEWED_ERRORS: Final = (*UNSENDABLE, http.ForbiddenTargetError)


class HttpAction(Action):
    """An action that is exactly one HTTP request."""

    @abstractmethod
    def build(self, job: Job) -> OutboundRequest:
        """Return the request. Pure: no clock, database or network.

        May raise ``SkipDeliveryError`` (nothing to send), ``PermanentError``,
        ``RenderError`` and ``TemplateError``.
        """

    def authorized(self, request: OutboundRequest, job: Job) -> OutboundRequest:
        """Return ``request`` with what only a request of its own can get: a token.

        May use the network; raises ``JudgedError`` when there is nothing to send.
        """
        return request

    def classify(self, response: Response, job: Job) -> Judgement:
        """Return what ``response`` means; the default goes by its status."""
        return judge_status(
            response, now=job.now, is_repeatable=self.is_repeatable(job.settings)
        )

    def is_repeatable(self, settings: Mapping[str, Any]) -> bool:
        """Tell whether a server error is a reason to retry rather than ambiguous."""
        is_safe = self.idempotency is Idempotency.SAFE
        return is_safe and self.repeats_ambiguous(settings)

    def run(self, job: Job) -> AttemptResult:
        """Build the request, send it, judge the answer."""
        try:
            request = self.authorized(self.build(job), job)
        except JudgedError as error:
            return self.judged(error, job)
        except UNSENDABLE as error:
            return AttemptResult(self.refusal(error, job))
        return self.exchange(request, job)

    def judged(self, error: JudgedError, job: Job) -> AttemptResult:
        """Return how an attempt ended that ``authorized`` did not let begin."""
        return AttemptResult(_without_secrets(error.judgement, self.redactor(job)))

    def exchange(self, request: OutboundRequest, job: Job) -> AttemptResult:
        """Send ``request`` and judge the answer; what is returned holds no secret."""
        request = replace(
            request,
            fresh_connection=not self.is_repeatable(job.settings),
            deadline_seconds=request.deadline_seconds or self.deadline_seconds,
        )
        redactor = self.redactor(job, *credentials_in(request.headers))
        started = perf_counter()
        try:
            response = http.send(request)
        except http.OutboundError as error:
            return AttemptResult(
                _judge_error(error, redactor),
                request=_stored_request(request, redactor),
                address=error.address or "",
                duration_ms=round((perf_counter() - started) * 1000),
            )
        return AttemptResult(
            _without_secrets(self.classify(response, job), redactor),
            request=_stored_request(request, redactor),
            response_status=response.status_code,
            response_headers=redactor.answer_headers(response.headers),
            response_body=redactor.text(response.text),
            is_truncated=response.is_truncated,
            address=response.address,
            duration_ms=response.duration_ms,
        )

    def preview(self, job: Job) -> dict[str, Any]:
        """Return the request that ``run`` would send, without secrets."""
        try:
            request = self.build(job)
            http.refuse_forbidden_target(request.url)
        except SkipDeliveryError as error:
            return {"skipped": self.redactor(job).url(str(error))}
        except PREVIEWED_ERRORS as error:
            return {"error": self.redactor(job).url(str(error))}
        return self.shown(request, job)

    def shown(self, request: OutboundRequest, job: Job) -> dict[str, Any]:
        """Return ``request`` as it may be stored and shown: without secrets."""
        redactor = self.redactor(job, *credentials_in(request.headers))
        return _stored_request(request, redactor)

    def refusal(self, error: Exception, job: Job) -> Judgement:
        """Return what an error of ``UNSENDABLE``, raised while building, means."""
        message = self.redactor(job).url(str(error))
        if isinstance(error, SkipDeliveryError):
            return Judgement(Outcome.SKIPPED, message, error.code)
        return Judgement(Outcome.PERMANENT, message, "not_sendable")


def _judge_error(error: http.OutboundError, redactor: Redactor) -> Judgement:
    message = redactor.url(str(error))
    if isinstance(error, http.ForbiddenTargetError):
        return Judgement(Outcome.PERMANENT, message, "forbidden_target")
    if isinstance(error, http.NotSentError):
        return Judgement(Outcome.RETRY, message, "not_sent")
    return Judgement(Outcome.AMBIGUOUS, message, "maybe_sent")


def _stored_request(request: OutboundRequest, redactor: Redactor) -> dict[str, Any]:
    return {
        "method": request.method,
        "url": redactor.url(request.url),
        "headers": redactor.headers(request.headers),
        "body": redactor.body(request.body),
    }


def _without_secrets(judgement: Judgement, redactor: Redactor) -> Judgement:
    findings = {name: redactor.url(text) for name, text in judgement.findings.items()}
    message, ticket = redactor.url(judgement.message), redactor.url(judgement.ticket)
    return replace(judgement, message=message, findings=findings, ticket=ticket)
