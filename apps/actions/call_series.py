"""Actions whose delivery is several requests, one after the other."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from apps.actions.contract import AttemptResult, Job, Outcome
from apps.actions.http_action import UNSENDABLE
from apps.actions.providers import ProviderAction
from apps.core.http import OutboundRequest


class SeriesAction(ProviderAction):
    """Requests that all have to succeed, in order.

    The first that does not succeed decides the attempt, and the next attempt starts
    with the first request again: only for requests that may be repeated. The attempt
    records the request that decided; its message says how many were done.
    """

    @abstractmethod
    def build_all(self, job: Job) -> Sequence[OutboundRequest]:
        """Return one request or more. Pure; raises as ``build`` may."""

    def build(self, job: Job) -> OutboundRequest:
        """Return the first request."""
        return self.build_all(job)[0]

    def run(self, job: Job) -> AttemptResult:
        """Send one request after the other until one does not succeed."""
        try:
            requests = self.build_all(job)
        except UNSENDABLE as error:
            return AttemptResult(self.refusal(error, job))
        results: list[AttemptResult] = []
        for request in requests:
            results.append(self.exchange(request, job))
            if results[-1].judgement.outcome is not Outcome.SUCCESS:
                break
        return _deciding(results, len(requests))

    def preview(self, job: Job) -> dict[str, Any]:
        """Return the first request, and the others as a list “followed_by”."""
        shown = super().preview(job)
        if "method" not in shown:
            return shown
        others = self.build_all(job)[1:]
        if others:
            shown["followed_by"] = [self.shown(request, job) for request in others]
        return shown


def _deciding(results: Sequence[AttemptResult], planned: int) -> AttemptResult:
    """Return the last result; one of several tells how many calls were done."""
    last = results[-1]
    if planned == 1:
        return last
    done = sum(one.judgement.outcome is Outcome.SUCCESS for one in results)
    message = f"{last.judgement.message} {done} of {planned} calls done."
    return replace(
        last,
        judgement=replace(last.judgement, message=message.strip()),
        duration_ms=sum(one.duration_ms for one in results),
    )
