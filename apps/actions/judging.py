"""What an HTTP answer means when the provider's own words do not say more."""

from datetime import datetime
from http import HTTPStatus
from typing import Final

from apps.actions.contract import Judgement, Outcome
from apps.core.http import Response
from apps.core.retry_after import parse_retry_after

# Refused before anything was done, so that repeating is always safe.
_REFUSED_FOR_NOW: Final = frozenset({408, 425, 429})
_NO_CREDENTIALS: Final = frozenset({401, 403})


def judge_status(
    response: Response, *, now: datetime, is_repeatable: bool
) -> Judgement:
    """Judge by the status alone.

    ``is_repeatable`` tells whether a request that may have been acted on can be sent
    again; if not, a server error is ambiguous instead of a reason to retry.
    """
    status = response.status_code
    message = f"The server answered {status_text(status)}."
    wait = parse_retry_after(response.headers.get("Retry-After"), now)
    if 200 <= status < 300:
        return Judgement(Outcome.SUCCESS, message)
    if status in _REFUSED_FOR_NOW or (status == 503 and wait is not None):
        return Judgement(Outcome.RETRY, message, f"http_{status}", wait)
    if status >= 500:
        outcome = Outcome.RETRY if is_repeatable else Outcome.AMBIGUOUS
        return Judgement(outcome, message, f"http_{status}", wait)
    if status in _NO_CREDENTIALS:
        return Judgement(Outcome.AUTH, message, f"http_{status}")
    return _final(response, message)


def status_text(status: int) -> str:
    """Return "404 Not Found", or the bare number of a status nobody registered."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _final(response: Response, message: str) -> Judgement:
    status = response.status_code
    if 300 <= status < 400:
        target = response.headers.get("Location", "another address")
        message = f"{message} It points to {target}; redirects are not followed."
        return Judgement(Outcome.PERMANENT, message, "redirect")
    if status == HTTPStatus.GONE:
        message = f"{message} The receiver wants no more, so the postback is paused."
        return Judgement(Outcome.PERMANENT, message, "gone", pauses_rule=True)
    return Judgement(Outcome.PERMANENT, message, f"http_{status}")
