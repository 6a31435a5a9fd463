"""Actions whose provider takes many events in one request."""

import time
from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from apps.actions.contract import (
    AttemptResult,
    Job,
    JudgedError,
    Judgement,
    Outcome,
)
from apps.actions.http_action import UNSENDABLE
from apps.actions.providers import ProviderAction
from apps.core.http import OutboundRequest

# With the request before it and one attempt at its end within any lease.
ALONE_SECONDS: Final = 10.0
FINAL: Final = frozenset((Outcome.SUCCESS, Outcome.SKIPPED, Outcome.PERMANENT))
PUT_OFF: Final = Judgement(
    Outcome.RETRY,
    "The request it was part of was refused. It was not sent alone yet.",
    "put_off",
)


class BatchAction(ProviderAction):
    """One request for up to ``batch_size`` jobs of one rule.

    ``item`` is what one job adds to the request, ``envelope`` the request around the
    items. When the provider refuses a request as wrong, each of its jobs is tried
    alone, so that one bad event costs the others nothing (see ``is_undivided``).
    What there is no time for, or what would meet a provider in trouble, is put off: the
    lease of the first one must not end before the last one.
    """

    @abstractmethod
    def item(self, job: Job) -> Any:
        """Return what ``job`` adds to a request. Pure; raises as ``build`` may."""

    @abstractmethod
    def envelope(self, items: Sequence[Any], job: Job) -> OutboundRequest:
        """Return the request with ``items``, of the rule and connection of ``job``."""

    def build(self, job: Job) -> OutboundRequest:
        """Return the request of one job alone."""
        return self.envelope([self.item(job)], job)

    def run_batch(self, jobs: Sequence[Job]) -> list[AttemptResult]:
        """Make one attempt for each of ``jobs``, in as few requests as possible."""
        results: dict[str, AttemptResult] = {}
        items: dict[str, Any] = {}
        for job in jobs:
            try:
                items[job.delivery_id] = self.item(job)
            except UNSENDABLE as error:
                results[job.delivery_id] = AttemptResult(self.refusal(error, job))
        sendable = [job for job in jobs if job.delivery_id in items]
        if len(sendable) > 1:
            results |= self._together(
                sendable, [items[j.delivery_id] for j in sendable]
            )
        elif sendable:
            results[sendable[0].delivery_id] = self.run(sendable[0])
        return [results[job.delivery_id] for job in jobs]

    def is_undivided(self, result: AttemptResult) -> bool:
        """Tell whether the answer leaves open which of several jobs are wrong."""
        return result.judgement.outcome is Outcome.PERMANENT

    def _together(
        self, jobs: Sequence[Job], items: Sequence[Any]
    ) -> dict[str, AttemptResult]:
        try:
            request = self.authorized(self.envelope(items, jobs[0]), jobs[0])
        except JudgedError as error:
            # No token for one of them is no token for any: asked for once.
            return {job.delivery_id: self.judged(error, job) for job in jobs}
        except UNSENDABLE:
            # Alone, each says what is wrong with it.
            return self.alone(jobs)
        result = self.exchange(request, jobs[0])
        if self.is_undivided(result):
            return self.alone(jobs)
        note = f"Sent together with {len(jobs) - 1} others."
        message = f"{result.judgement.message} {note}".strip()
        judgement = replace(result.judgement, message=message)
        return {
            job.delivery_id: replace(
                result, judgement=judgement, request=self.preview(job)
            )
            for job in jobs
        }

    def alone(self, jobs: Sequence[Job]) -> dict[str, AttemptResult]:
        """Try one after the other, as long as each has an end and there is time."""
        results: dict[str, AttemptResult] = {}
        ends_at = time.monotonic() + ALONE_SECONDS
        for job in jobs:
            result = self.run(job)
            results[job.delivery_id] = result
            is_over = time.monotonic() >= ends_at
            if is_over or result.judgement.outcome not in FINAL:
                break
        put_off = {job.delivery_id: AttemptResult(PUT_OFF) for job in jobs}
        return put_off | results
