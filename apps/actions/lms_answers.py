"""What the LMS says of a lead, at once or when it is asked later.

Source: https://support.phonexa.com (publisher products API, check-lead-status), read
2026-11-20. It is asked often at first and then less so; after five minutes a lead that
nobody bought is not sold.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from apps.actions import rendering
from apps.actions.contract import Job, Judgement, Outcome, Underway
from apps.core.http import OutboundRequest

STATUS_PATH: Final = "/lead/check-lead-status"
STATUS_SECONDS: Final = 10.0
"""To ask is quick: it waits for no buyer."""
INTERVALS: Final = ((10, 1.0), (30, 2.0), (60, 3.0), (300, 5.0))
"""Until so many seconds after it was taken: ask every so many seconds."""
LATE_SECONDS: Final = 300.0
"""How often to ask after that, when nobody answered in time."""

KNOWN: Final = frozenset(("sold", "rejected", "not_sold"))
FOUND: Final = ("lead_id", "price", "price_reject", "redirect_url")

_is_lead_id = re.compile(r"[\w.-]{1,100}").fullmatch


def status_request(job: Job, underway: Underway, url: str) -> OutboundRequest:
    """Return what asks for the result of a lead."""
    return OutboundRequest(
        "POST",
        url,
        {"Content-Type": rendering.JSON_TYPE, "Accept": rendering.JSON_TYPE},
        rendering.json_bytes(
            {
                "apiId": job.connection["api_id"],
                "apiPassword": job.connection["api_password"],
                "checkKey": underway.ticket,
            }
        ),
        deadline_seconds=STATUS_SECONDS,
    )


def in_progress(job: Job, found: Mapping[str, str]) -> Judgement | None:
    """Judge status 3: ask again in a moment; ``None`` when its time is over."""
    if job.underway is not None:
        wait = _wait(job.underway, job.now)
        message = "The LMS has no result yet."
        return _underway(message, found, wait) if wait else None
    ticket = found.get("lead_id", "")
    if job.is_test or not _is_lead_id(ticket):
        message = "The LMS took the lead; its result is not known here."
        return Judgement(Outcome.SUCCESS, message, "in_progress", findings=found)
    message = f"The LMS took the lead {ticket}; it is asked for the result."
    judgement = _underway(message, found, INTERVALS[0][1])
    return replace(judgement, ticket=ticket)


def after_asking(judgement: Judgement, job: Job) -> Judgement:
    """Return what an answer to ``status_request`` means; itself when nobody asked.

    Asking is safe, so what went wrong is asked again. Other refusals leave it open
    whether the lead was sold: they wait for a person.
    """
    if job.underway is None or judgement.outcome is Outcome.AUTH:
        return judgement
    if judgement.outcome in (Outcome.RETRY, Outcome.AMBIGUOUS):
        wait = _wait(job.underway, job.now) or LATE_SECONDS
        return replace(judgement, outcome=Outcome.RETRY, poll_after_seconds=wait)
    found = {"lead_id": job.underway.ticket, **judgement.findings}
    if judgement.outcome is not Outcome.PERMANENT or judgement.code in KNOWN:
        return replace(judgement, findings=found)
    message = f"{judgement.message} What became of {job.underway.ticket} is not known."
    return replace(
        judgement, outcome=Outcome.AMBIGUOUS, message=message, pauses_rule=False
    )


def found_in(answer: Mapping[str, Any]) -> dict[str, str]:
    """Return what the answer tells that people may look for."""
    found = {name: str(answer[name]) for name in FOUND if answer.get(name)}
    status = answer.get("status_text")
    return {**found, "status": str(status)} if status else found


def error_texts(errors: Any) -> list[str]:
    """Return each error as text; items are maps of field to error, lists, or texts."""
    items = errors if isinstance(errors, list) else [errors]
    texts: list[str] = []
    for item in items:
        if isinstance(item, dict):
            texts += [_error_text(name, why) for name, why in item.items()]
        else:
            texts += map(str, item if isinstance(item, list) else [item])
    return texts


def _error_text(name: str, why: Any) -> str:
    return f"{name}: {why}" if why and why != name else name


def _underway(message: str, found: Mapping[str, str], wait: float) -> Judgement:
    return Judgement(
        Outcome.UNDERWAY,
        message,
        "in_progress",
        findings=found,
        poll_after_seconds=wait,
    )


def _wait(underway: Underway, now: datetime) -> float | None:
    """Return in how many seconds to ask again; ``None`` when its time is over."""
    passed = (now - underway.since).total_seconds()
    return next((wait for until, wait in INTERVALS if passed < until), None)
