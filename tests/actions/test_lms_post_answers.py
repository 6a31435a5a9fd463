"""LMS: what the answers mean, and that its fake gives them."""

import json
from dataclasses import replace
from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from apps.actions.base import Job, Judgement
from apps.actions.kinds.lms_post import LmsPost
from tests.actions.making import make_job, make_response, make_settings
from tests.fakes.provider import Asked
from tests.fakes.providers.lms import API_ID, DISABLED, MISMATCH, SUSPENDED, Lms

LMS = LmsPost()
CONNECTION = {
    "base_url": "https://leads-inst1-client.example",
    "api_id": API_ID,
    "api_password": "canary-lms-password",
    "body_format": "json",
    "endpoint": "/lead/",
}
LEAD = {
    "lead:first_name": "John",
    "lead:last_name": "Smith",
    "lead:email": "john.smith@example.com",
    "lead:phone": "(415) 555-2671",
    "lead:zip": "10001",
}
SOLD = (
    '{"lead_id":"W_O0QO","status":1,"status_text":"sold","redirect_url":'
    '"https://leads.example/redirect?id=W_O0QO","price":"1.0000",'
    '"timestamp":1464879427.2253,"processing_time":0.0475}'
)
REJECTED = (
    '{"lead_id":"23","status":2,"status_text":"reject","price_reject":3.5,'
    '"timestamp":1464871644,"processing_time":0.0105}'
)
DUPLICATE = '{"status":4,"errors":[{"Duplicate Application":"Duplicate Application"}]}'
DUPLICATED = ("permanent", "duplicate")
UNAUTHORIZED = ("auth", "unauthorized")


@pytest.mark.parametrize(
    ("errors", "outcome", "code"),
    [
        ([{"email": "required"}, {"zip": "required"}], "permanent", "refused"),
        ([{"Duplicate Application": "Duplicate Application"}], *DUPLICATED),
        (["DUPLICATE application"], *DUPLICATED),
        ([{"Authorization Failed": ""}], *UNAUTHORIZED),
        ([{MISMATCH: ""}], *UNAUTHORIZED),
        ([[SUSPENDED]], *UNAUTHORIZED),
        ({"zip": "required"}, "permanent", "refused"),
        (None, "permanent", "refused"),
    ],
)
def test_the_texts_of_errors_tell_refusals_apart(
    errors: Any, outcome: str, code: str
) -> None:
    body = json.dumps({"status": 4, "errors": errors})

    judgement = LMS.classify(make_response(200, body), make_job({}, CONNECTION))

    assert (judgement.outcome, judgement.code) == (outcome, code)


@pytest.mark.parametrize(
    ("status", "body", "outcome", "code"),
    [
        (200, SOLD, "success", "sold"),
        (200, REJECTED, "success", "rejected"),
        (200, '{"status":3,"status_text":"In Progress"}', "success", "in_progress"),
        (200, '{"status":5,"errors":[{"Not Found":""}]}', "permanent", "not_found"),
        (200, '{"status":9}', "ambiguous", "bad_response"),
        (200, "<html>", "ambiguous", "bad_response"),
        (500, SOLD, "ambiguous", "http_500"),
        (503, "", "ambiguous", "http_503"),
        (429, "", "retry", "http_429"),
        (404, "", "permanent", "http_404"),
    ],
)
def test_the_status_in_the_body_decides(
    status: int, body: str, outcome: str, code: str
) -> None:
    job = make_job(make_settings(LMS, product_id=218), CONNECTION, LEAD)

    judgement = LMS.classify(make_response(status, body), job)

    assert (judgement.outcome, judgement.code) == (outcome, code)


def test_what_is_wrong_with_the_fields_is_told() -> None:
    body = '{"status":4,"errors":[{"email":"required"},{"zip":"required"}]}'

    judgement = LMS.classify(make_response(200, body), make_job({}, CONNECTION))

    told = "The LMS refused the lead: email: required; zip: required."
    assert judgement.message == told


def test_what_the_lead_brought_is_kept() -> None:
    sold = LMS.classify(make_response(200, SOLD), make_job({}, CONNECTION))
    rejected = LMS.classify(make_response(200, REJECTED), make_job({}, CONNECTION))

    assert sold.findings == {
        "lead_id": "W_O0QO",
        "price": "1.0000",
        "redirect_url": "https://leads.example/redirect?id=W_O0QO",
        "status": "sold",
    }
    assert rejected.findings == {
        "lead_id": "23",
        "price_reject": "3.5",
        "status": "reject",
    }


def test_a_duplicate_on_a_later_attempt_is_the_lead_that_arrived() -> None:
    job = replace(
        make_job(make_settings(LMS, product_id=218), CONNECTION, LEAD), attempt=2
    )

    judgement = LMS.classify(make_response(200, DUPLICATE), job)

    assert (judgement.outcome, judgement.code) == ("success", "duplicate")


def test_a_rule_may_count_a_rejection_as_a_failure() -> None:
    job = make_job(
        make_settings(LMS, product_id=218, treat_reject_as="failure"), CONNECTION, LEAD
    )

    judgement = LMS.classify(make_response(200, REJECTED), job)

    assert (judgement.outcome, judgement.code) == ("permanent", "rejected")
    assert judgement.findings["price_reject"] == "3.5"


def asked_of(fake: Lms, job: Job) -> Judgement:
    """Return what the fake's answer to the request of ``job`` means."""
    request = LMS.build(job)
    path = request.url.removeprefix(CONNECTION["base_url"])
    headers = CaseInsensitiveDict(request.headers)
    answer = fake.answer(Asked("POST", path, {}, headers, request.body or b""))
    return LMS.classify(make_response(answer.status, answer.body.decode()), job)


def job_with(
    values: dict[str, str] | None = None, api_id: str = API_ID, **changes: Any
) -> Job:
    settings = make_settings(LMS, product_id=218, **changes)
    return make_job(settings, {**CONNECTION, "api_id": api_id}, values or LEAD)


def test_the_lms_sells_a_lead_once() -> None:
    fake = Lms()

    first, second = asked_of(fake, job_with()), asked_of(fake, job_with())

    assert (first.code, second.code) == ("sold", "duplicate")
    assert len(fake.effects) == 1


@pytest.mark.parametrize(
    ("job", "code", "sold"),
    [
        (job_with(api_id=DISABLED), "unauthorized", 0),
        (job_with(api_id="another"), "unauthorized", 0),
        (job_with({**LEAD, "lead:zip": ""}), "refused", 0),
        (job_with(test_mode=True), "rejected", 0),
        (job_with(asynchronous=True), "in_progress", 1),
    ],
    ids=["disabled", "another", "no zip", "test mode", "not waiting"],
)
def test_the_lms_answers_as_documented(job: Job, code: str, sold: int) -> None:
    fake = Lms()

    assert asked_of(fake, job).code == code
    assert len(fake.effects) == sold
