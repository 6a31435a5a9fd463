"""TrustedForm: what its answers mean, what is kept of them, the check."""

import json
from typing import Any

import pytest

from apps.actions.base import Outcome
from apps.actions.kinds.trustedform import TrustedForm
from apps.core.http import NotSentError
from tests.actions.making import (
    VALUES,
    Partner,
    make_job,
    make_response,
    make_settings,
)

CLAIM = TrustedForm()
CONNECTION = {"api_key": "tfkey", "base_url": ""}
ID = "2605ec3a321e1b3a41addf0bba1213505ef57985"
HOST = "https://cert.trustedform.com"
LEAD = {
    **VALUES,
    "lead:trustedform_url": f"{HOST}/{ID}",
    "lead:email": "john.smith@example.com",
    "lead:phone": "(415) 555-2671",
    "affiliate_name": "Acme, Inc.",
}
MASKED = f"{HOST}/f1fd052c43f08078a37d840b243daa69a35e8eda"
SUCCESS = {
    "match_lead": {"result": {"email_match": True, "phone_match": False}},
    "insights": {"properties": {"os": {"full": "iOS 17", "name": "iOS"}, "ip": None}},
    "outcome": "success",
    "reason": None,
    "retain": {
        "results": {
            "expires_at": "2031-08-29T20:43:31Z",
            "previously_retained": True,
            "masked_cert_url": MASKED,
            "share_url": f"{MASKED}?shared_token=k6Kw-canary",
        }
    },
}


def job_with(**changes: Any) -> Any:
    return make_job(make_settings(CLAIM, **changes), CONNECTION, LEAD)


@pytest.mark.parametrize(
    ("status", "answer", "outcome", "code"),
    [
        (
            200,
            {"outcome": "failure", "reason": "Not found."},
            "permanent",
            "tf_failure",
        ),
        (200, {"outcome": "error", "reason": "Later."}, "retry", "bad_response"),
        (200, {}, "retry", "bad_response"),
        (200, "<html>", "retry", "bad_response"),
        (400, {"outcome": "error", "reason": "No."}, "permanent", "http_400"),
        (404, {"outcome": "error", "reason": "No."}, "permanent", "http_404"),
        (410, {"outcome": "error", "reason": "Gone."}, "permanent", "http_410"),
        (422, {"outcome": "error", "reason": "No."}, "permanent", "http_422"),
        (404, "<html>", "retry", "bad_response"),
        (401, {"outcome": "error", "reason": "Unauthorized"}, "auth", "http_401"),
        (402, {"outcome": "error", "reason": "Quota."}, "auth", "http_402"),
        (403, "", "auth", "http_403"),
        (429, {"outcome": "error"}, "retry", "http_429"),
        (500, {"outcome": "error"}, "retry", "http_500"),
        (503, "", "retry", "http_503"),
        (302, "", "permanent", "redirect"),
    ],
)
def test_the_outcome_in_the_body_decides(
    status: int, answer: Any, outcome: str, code: str
) -> None:
    body = answer if isinstance(answer, str) else json.dumps(answer)

    judgement = CLAIM.classify(make_response(status, body), job_with())

    assert (judgement.outcome, judgement.code) == (outcome, code)
    assert not judgement.pauses_rule


def test_what_was_found_is_kept_without_the_link_to_the_recording(
    partner: Partner,
) -> None:
    partner.answers(200, json.dumps(SUCCESS))

    result = CLAIM.run(job_with())

    assert result.judgement.outcome is Outcome.SUCCESS
    assert result.judgement.findings == {
        "os": "iOS 17",
        "email_match": "yes",
        "phone_match": "no",
        "masked_cert_url": MASKED,
        "expires_at": "2031-08-29T20:43:31Z",
        "previously_retained": "yes",
    }
    assert '"outcome": "success"' in result.response_body
    assert "k6Kw" not in repr(result)
    assert "tfkey" not in repr(result)
    assert "QVBJOnRma2V5" not in repr(result)


@pytest.mark.parametrize(
    ("status", "answer", "level"),
    [
        (404, '{"outcome":"error","reason":"Certificate not found"}', "good"),
        (401, '{"outcome":"error","reason":"Unauthorized"}', "error"),
        (402, "", "error"),
        (500, "", "warning"),
    ],
)
def test_the_check_asks_about_no_certificate_of_anybody(
    partner: Partner, status: int, answer: str, level: str
) -> None:
    partner.answers(status, answer)

    (line,) = CLAIM.check(CONNECTION)

    assert line.level == level
    assert partner.requests[0].url == f"{HOST}/{'0' * 40}"
    assert b"retain" not in (partner.requests[0].body or b"")


def test_the_check_tells_when_nobody_is_there(partner: Partner) -> None:
    partner.raises(NotSentError("cert.trustedform.com has no address."))

    (line,) = CLAIM.check(CONNECTION)

    assert line.level == "error"
