"""Actions that send several events in one request, and what a refusal costs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

import pytest
from django import forms

from apps.actions import batching
from apps.actions.base import AttemptResult, Group, Idempotency, Job, PermanentError
from apps.actions.batching import BatchAction
from apps.core.http import OutboundRequest, Response
from tests.actions.making import Partner, make_job, make_response


class Names(BatchAction):
    """An action as a newcomer would write it."""

    kind: ClassVar = "names"
    label: ClassVar = "Names"
    group: ClassVar = Group.LISTS
    help: ClassVar = "Names on a list"
    idempotency: ClassVar = Idempotency.UNSAFE
    default_base_url: ClassVar = "https://names.example"
    RuleForm = forms.Form

    def item(self, job: Job) -> str:
        if job.delivery_id == "unsendable":
            raise PermanentError("It has no name.")
        return job.delivery_id

    def envelope(self, items: Sequence[Any], job: Job) -> OutboundRequest:
        body = json.dumps(list(items)).encode()
        return OutboundRequest("POST", self.api_url(job.connection, "/"), {}, body)

    def is_undivided(self, result: AttemptResult) -> bool:
        is_about_all = result.judgement.code == "http_404"
        return not is_about_all and super().is_undivided(result)

    def summary(self, settings: Mapping[str, Any]) -> str:
        return "Names"


def outcomes(*names: str) -> list[str]:
    jobs = [replace(make_job({}), delivery_id=name) for name in names]
    return [result.judgement.outcome for result in Names().run_batch(jobs)]


def refuses(partner: Partner, statuses: Mapping[str, int]) -> None:
    """Have the partner answer with the worst status of the names it is sent."""

    def answer(request: OutboundRequest) -> Response:
        names = json.loads(request.body or b"")
        return make_response(max(statuses.get(name, 200) for name in names))

    partner.answer = answer


def sent(partner: Partner) -> list[Any]:
    return [json.loads(request.body or b"") for request in partner.requests]


def test_what_can_be_sent_goes_in_one_request(partner: Partner) -> None:
    assert outcomes("a", "unsendable", "b") == ["success", "permanent", "success"]
    assert sent(partner) == [["a", "b"]]


def test_one_bad_event_costs_the_others_nothing(partner: Partner) -> None:
    refuses(partner, {"b": 400})

    assert outcomes("a", "b", "c") == ["success", "permanent", "success"]
    assert sent(partner) == [["a", "b", "c"], ["a"], ["b"], ["c"]]


def test_a_refusal_of_all_is_not_asked_for_again(partner: Partner) -> None:
    refuses(partner, {"b": 404})

    assert outcomes("a", "b") == ["permanent", "permanent"]
    assert len(partner.requests) == 1


def test_alone_none_is_sent_to_a_provider_in_trouble(partner: Partner) -> None:
    answers = iter((400, 200, 500))
    partner.answer = lambda _: make_response(next(answers))

    assert outcomes("a", "b", "c", "d") == ["success", "ambiguous", "retry", "retry"]
    assert len(partner.requests) == 3


def test_what_there_is_no_time_for_is_put_off(
    partner: Partner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "ALONE_SECONDS", 0.0)
    refuses(partner, {"a": 400})

    assert outcomes("a", "b") == ["permanent", "retry"]
    assert sent(partner) == [["a", "b"], ["a"]]
