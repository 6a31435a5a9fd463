"""LMS: a lead that was taken is asked for, and never posted again."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from apps.actions.base import Job, Judgement
from apps.actions.contract import Underway
from apps.actions.kinds.lms_post import LmsPost
from apps.core import http
from tests.actions.making import NOW, Partner, make_job, make_settings

LMS = LmsPost()
CONNECTION = {
    "base_url": "https://leads-inst1-client.example",
    "api_id": "A" * 32,
    "api_password": "p4ssw0rd",
    "body_format": "form",
    "endpoint": "/fullpost/",
}
LEAD = {"lead:email": "john.smith@example.com"}
TAKEN = '{"lead_id":"W_O0QO","status":3,"status_text":"In Progress"}'
IN_PROGRESS = '{"status":3,"status_text":"In Progress"}'
SOLD = '{"lead_id":"W_O0QO","status":1,"status_text":"sold","price":"1.0000"}'
REJECTED = '{"status":2,"status_text":"reject"}'
NOT_FOUND = '{"status":5,"errors":[{"Not Found":""}]}'
MISMATCH = '{"status":4,"errors":[{"Authorization Failed":""}]}'
DUPLICATE = '{"status":4,"errors":[{"Duplicate Application":"Duplicate Application"}]}'


def first_job(**settings: Any) -> Job:
    cleaned = make_settings(LMS, product_id=218, **{"asynchronous": True, **settings})
    return make_job(cleaned, CONNECTION, LEAD)


def asking(seconds: float = 0.0, **settings: Any) -> Job:
    """Return an attempt to ask, so long after the lead was taken."""
    underway = Underway("W_O0QO", NOW - timedelta(seconds=seconds))
    return replace(first_job(**settings), attempt=2, underway=underway)


def judged(partner: Partner, job: Job, body: str, status: int = 200) -> Judgement:
    partner.answers(status, body)
    return LMS.run(job).judgement


def test_the_question_has_the_bytes_of_the_golden_vector() -> None:
    """R85; in JSON, and to one path, however leads are posted."""
    request = LMS.build(asking())

    assert request.method == "POST"
    assert request.url == ("https://leads-inst1-client.example/lead/check-lead-status")
    assert request.headers == {
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    assert request.body == (
        b'{"apiId":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","apiPassword":"p4ssw0rd",'
        b'"checkKey":"W_O0QO"}'
    )
    assert request.deadline_seconds == 10


def test_a_lead_that_was_taken_is_asked_for_after_a_second(partner: Partner) -> None:
    judgement = judged(partner, first_job(), TAKEN)

    assert (judgement.outcome, judgement.code) == ("underway", "in_progress")
    assert judgement.ticket == "W_O0QO"
    assert judgement.poll_after_seconds == 1
    assert judgement.findings == {"lead_id": "W_O0QO", "status": "In Progress"}


@pytest.mark.parametrize(
    ("seconds", "wait"),
    [(0, 1), (9.9, 1), (10, 2), (29.9, 2), (30, 3), (59.9, 3), (60, 5), (299.9, 5)],
)
def test_it_is_asked_for_less_and_less_often(
    partner: Partner, seconds: float, wait: float
) -> None:
    """1 s for 10 s, 2 s to 30 s, 3 s to 60 s, then 5 s."""
    judgement = judged(partner, asking(seconds), IN_PROGRESS)

    assert judgement.outcome == "underway"
    assert judgement.poll_after_seconds == wait


@pytest.mark.parametrize(
    ("choice", "outcome"), [("success", "success"), ("failure", "permanent")]
)
def test_after_five_minutes_it_is_not_sold(
    partner: Partner, choice: str, outcome: str
) -> None:
    judgement = judged(partner, asking(300, treat_reject_as=choice), IN_PROGRESS)

    assert (judgement.outcome, judgement.code) == (outcome, "not_sold")
    assert judgement.findings["lead_id"] == "W_O0QO"


def test_what_it_brought_is_told_with_its_id(partner: Partner) -> None:
    sold = judged(partner, asking(), SOLD)
    rejected = judged(partner, asking(), REJECTED)

    assert (sold.outcome, sold.code) == ("success", "sold")
    assert sold.findings == {"lead_id": "W_O0QO", "price": "1.0000", "status": "sold"}
    assert (rejected.outcome, rejected.code) == ("success", "rejected")
    assert rejected.findings == {"lead_id": "W_O0QO", "status": "reject"}


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (500, "Oops", "http_500"),
        (429, "", "http_429"),
        (200, "<html>", "bad_response"),
        (200, NOT_FOUND, "not_found"),
    ],
)
@pytest.mark.parametrize(("seconds", "wait"), [(5, 1), (100, 5), (301, 300)])
def test_a_question_that_failed_is_asked_again(
    partner: Partner, status: int, body: str, code: str, seconds: float, wait: float
) -> None:
    """Also when five minutes are over: that nobody answered does not say not sold."""
    judgement = judged(partner, asking(seconds), body, status)

    assert (judgement.outcome, judgement.code) == ("retry", code)
    assert judgement.poll_after_seconds == wait


def test_a_question_without_an_answer_is_asked_again(partner: Partner) -> None:
    partner.raises(http.MaybeSentError("No answer came."))

    judgement = LMS.run(asking()).judgement

    assert (judgement.outcome, judgement.poll_after_seconds) == ("retry", 1)


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [(404, "", "http_404"), (410, "", "gone"), (200, DUPLICATE, "duplicate")],
)
def test_a_question_that_is_refused_says_nothing_of_the_lead(
    partner: Partner, status: int, body: str, code: str
) -> None:
    judgement = judged(partner, asking(), body, status)

    assert (judgement.outcome, judgement.code) == ("ambiguous", code)
    assert judgement.poll_after_seconds is None
    assert not judgement.pauses_rule
    assert judgement.message.endswith("What became of W_O0QO is not known.")


def test_refused_credentials_are_those_of_the_connection(partner: Partner) -> None:
    assert judged(partner, asking(), MISMATCH).outcome == "auth"


@pytest.mark.parametrize("lead_id", ["", "a b", "W/../x", "x" * 101])
def test_what_cannot_be_asked_for_is_done(partner: Partner, lead_id: str) -> None:
    body = f'{{"lead_id":"{lead_id}","status":3}}'

    judgement = judged(partner, first_job(), body)

    assert (judgement.outcome, judgement.code) == ("success", "in_progress")
    assert judgement.ticket == ""


def test_a_test_waits_for_its_result(partner: Partner) -> None:
    job = replace(first_job(), is_test=True)

    assert b"closeConnection" not in (LMS.build(job).body or b"")
    assert judged(partner, job, TAKEN).outcome == "success"


def test_a_password_that_comes_back_as_a_lead_s_id_is_not_kept(
    partner: Partner,
) -> None:
    body = TAKEN.replace("W_O0QO", CONNECTION["api_password"])

    judgement = judged(partner, first_job(), body)

    assert judgement.outcome == "underway"
    assert "p4ssw0rd" not in str(judgement)
