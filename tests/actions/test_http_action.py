"""What every HTTP action inherits: sending, failures of the network, what is stored."""

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest
from django import forms

from apps.actions.base import (
    AttemptResult,
    Group,
    Idempotency,
    Job,
    Judgement,
    Outcome,
    PermanentError,
    SkipDeliveryError,
)
from apps.actions.fields import SecretField, ambiguity_field
from apps.actions.http_action import HttpAction
from apps.core.http import (
    ForbiddenTargetError,
    MaybeSentError,
    NotSentError,
    OutboundRequest,
)
from tests.actions.making import Partner, make_job


class Text(HttpAction):
    """An action as a newcomer would write it: repeating it sends a second text."""

    kind: ClassVar = "text"
    label: ClassVar = "Text"
    group: ClassVar = Group.MESSAGES
    help: ClassVar = "A text message"
    idempotency: ClassVar = Idempotency.UNSAFE

    class ConnectionForm(forms.Form):
        api_key = SecretField()

    class RuleForm(forms.Form):
        to = forms.CharField()
        on_ambiguous = ambiguity_field("hold")

    def build(self, job: Job) -> OutboundRequest:
        if job.settings["to"] == "nobody":
            raise SkipDeliveryError("The lead has no phone number.")
        if job.settings["to"] == "wrong":
            raise PermanentError(f"No such number, {job.connection['api_key']}.")
        key = job.connection["api_key"]
        return OutboundRequest(
            "POST",
            f"https://sms.example/send?key={key}",
            {"X-Api-Key": key, "X-To": job.settings["to"]},
            f'{{"key":"{key}"}}'.encode(),
        )

    def summary(self, settings: Mapping[str, Any]) -> str:
        return f"Text to {settings['to']}"

    def destination(
        self, settings: Mapping[str, Any], connection: Mapping[str, Any]
    ) -> str:
        return "https://sms.example:443"


TEXT = Text()
KEY = "canary-5f1d"


def job_to(to: str = "+1415", **settings: Any) -> Job:
    return make_job({"to": to, **settings}, {"api_key": KEY})


def test_a_request_that_may_not_be_repeated_uses_a_fresh_connection(
    partner: Partner,
) -> None:
    TEXT.run(job_to())

    assert [request.fresh_connection for request in partner.requests] == [True]


def test_what_was_sent_and_answered_is_recorded_without_secrets(
    partner: Partner,
) -> None:
    partner.answers(
        200,
        f"hello {KEY}\0",
        {"X-Request-Id": "r1", "Set-Cookie": "s=1", "Content-Type": "text/plain"},
    )

    result = TEXT.run(job_to())

    assert result == AttemptResult(
        judgement=Judgement(Outcome.SUCCESS, "The server answered 200 OK."),
        request={
            "method": "POST",
            "url": "https://sms.example/send?key=••••",
            "headers": {"X-Api-Key": "••••", "X-To": "+1415"},
            "body": '{"key":"••••"}',
        },
        response_status=200,
        response_headers={"X-Request-Id": "r1", "Content-Type": "text/plain"},
        response_body="hello ••••",
        is_truncated=False,
        address="192.0.2.1",
        duration_ms=12,
    )


@pytest.mark.parametrize(
    ("error", "outcome", "code"),
    [
        (NotSentError, Outcome.RETRY, "not_sent"),
        (MaybeSentError, Outcome.AMBIGUOUS, "maybe_sent"),
        (ForbiddenTargetError, Outcome.PERMANENT, "forbidden_target"),
    ],
)
def test_a_failed_request_says_whether_it_may_have_arrived(
    partner: Partner, error: Any, outcome: Outcome, code: str
) -> None:
    partner.raises(error(f"Nobody answered at {KEY}.", address="192.0.2.9"))

    result = TEXT.run(job_to())

    assert result.judgement == Judgement(outcome, "Nobody answered at ••••.", code)
    assert result.request is not None
    assert result.request["url"] == "https://sms.example/send?key=••••"
    assert (result.address, result.response_status) == ("192.0.2.9", None)


def test_nothing_to_send_is_no_failure(partner: Partner) -> None:
    result = TEXT.run(job_to("nobody"))

    assert result.judgement == Judgement(
        Outcome.SKIPPED, "The lead has no phone number.", "nothing_to_send"
    )
    assert result.request is None
    assert partner.requests == []


def test_what_can_never_be_sent_fails_for_good(partner: Partner) -> None:
    result = TEXT.run(job_to("wrong"))

    assert result.judgement == Judgement(
        Outcome.PERMANENT, "No such number, ••••.", "not_sendable"
    )
    assert partner.requests == []


def test_a_preview_renders_and_sends_nothing(partner: Partner) -> None:
    assert TEXT.preview(job_to())["body"] == '{"key":"••••"}'
    assert TEXT.preview(job_to("nobody")) == {
        "skipped": "The lead has no phone number."
    }
    assert TEXT.preview(job_to("wrong")) == {"error": "No such number, ••••."}
    assert partner.requests == []


def test_a_server_error_is_unclear_when_repeating_is_not_safe(
    partner: Partner,
) -> None:
    partner.answers(500)

    assert TEXT.run(job_to()).judgement.outcome is Outcome.AMBIGUOUS


def test_a_refusal_for_now_is_always_safe_to_repeat(partner: Partner) -> None:
    partner.answers(503, "", {"Retry-After": "120"})

    judgement = TEXT.run(job_to()).judgement

    assert judgement == Judgement(
        Outcome.RETRY, "The server answered 503 Service Unavailable.", "http_503", 120.0
    )


def test_a_redirect_shows_where_it_points_without_credentials(
    partner: Partner,
) -> None:
    location = f"https://x.example/?password=hush&k={KEY}"
    partner.answers(302, "", {"Location": location})

    result = TEXT.run(job_to())

    shown = "https://x.example/?password=••••&k=••••"
    assert result.response_headers == {"Location": shown}
    assert result.judgement.message == (
        f"The server answered 302 Found. It points to {shown}; redirects are not "
        "followed."
    )


def test_unclear_attempts_are_held_unless_the_rule_says_otherwise() -> None:
    assert not TEXT.repeats_ambiguous({})
    assert not TEXT.repeats_ambiguous({"on_ambiguous": "hold"})
    assert TEXT.repeats_ambiguous({"on_ambiguous": "retry"})


def test_a_batch_is_its_jobs_one_by_one_unless_an_action_knows_better(
    partner: Partner,
) -> None:
    results = TEXT.run_batch([job_to(), job_to("nobody")])

    assert [result.judgement.outcome.value for result in results] == [
        "success",
        "skipped",
    ]


def test_an_action_knows_which_fields_are_secret() -> None:
    assert Text.connection_secret_names() == {"api_key"}
    assert Text.rule_secret_names() == frozenset()
    assert Text.uses_connection()
