"""TikTok conversion: the request, codes behind a status of 200, events together."""

import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from apps.actions.base import CheckLevel, Job, Outcome
from apps.actions.kinds.tiktok_events import TikTokEvents
from apps.core.http import OutboundRequest, Response
from tests.actions.making import (
    NOW,
    VALUES,
    Partner,
    make_job,
    make_response,
    make_settings,
    posted,
)

TIKTOK = TikTokEvents()
CONNECTION = {"pixel_code": "C4A1B2C3D4", "access_token": "tiktok-fake-token"}
LEAD = {
    **VALUES,
    "delivery_id": "9001:7",
    "conversion_time": NOW,
    "payout": Decimal("12.50"),
    "currency": "usd",
    "landing_url": "https://offer.example/lp?x=1&mail=john.smith@example.com",
    "referrer": "https://blog.example/",
    "lead:email": "John.Smith@Example.com",
    "lead:phone": "(415) 555-2671",
    "user_id": " Lead-42 ",
    "ttclid": "E.C.P.",
    "ttp": "2a3b4c",
    "ip": "203.0.113.7",
    "user_agent": "Mozilla/5.0",
}
BODY = (
    '{"event_source":"web","event_source_id":"C4A1B2C3D4","data":[{"event":"Lead",'
    '"event_time":1795208014,"event_id":"9001:7","user":{'
    '"email":"8e621e3d0368631d263d07a351fa8d34fba0d17c15fbcdec11a5f58008d022a0",'
    '"phone":"cb6880e416769253645cb9c6b8989154bf66a56a77fc14c81fb1019663cbb928",'
    '"external_id":"d52c103b6475403c952875c4abd71592d1c595f18008cbf7bf33c48afb6fc8ce",'
    '"ttclid":"E.C.P.","ttp":"2a3b4c","ip":"203.0.113.7","user_agent":"Mozilla/5.0"},'
    '"properties":{"value":12.5,"currency":"USD","order_id":"T-9001"},'
    '"page":{"url":"https://offer.example/lp?x=1","referrer":"https://blog.example/"}}]'
    "}"
)


def job_of(
    delivery_id: str = "9001:7",
    values: dict[str, Any] | None = None,
    **connection: str,
) -> Job:
    job = make_job(
        make_settings(TIKTOK),
        {**CONNECTION, **connection},
        {**LEAD, "delivery_id": delivery_id, **(values or {})},
    )
    return replace(job, delivery_id=delivery_id)


def coded(code: Any, status: int = 200) -> Response:
    return make_response(status, json.dumps({"code": code, "message": "Words."}))


def sizes(partner: Partner) -> list[int]:
    return [
        len(json.loads(request.body or b"")["data"]) for request in partner.requests
    ]


def test_the_request_holds_the_event_and_no_contact_data_in_the_clear() -> None:
    request = TIKTOK.build(job_of())

    assert request.method == "POST"
    assert request.url == ("https://business-api.tiktok.com/open_api/v1.3/event/track/")
    assert request.headers == {
        "Content-Type": "application/json",
        "Access-Token": "tiktok-fake-token",
    }
    assert request.body == BODY.encode()
    for plain in ("john", "@", "5552671", "555-2671"):
        assert plain not in BODY.lower()
    assert "tiktok-fake-token" not in json.dumps(TIKTOK.preview(job_of()))


def test_a_test_event_carries_its_code() -> None:
    body = TIKTOK.build(job_of(test_event_code="TEST1")).body or b""

    assert json.loads(body)["test_event_code"] == "TEST1"


@pytest.mark.parametrize(
    ("known", "outcome"),
    [
        ({}, "skipped"),
        ({"user_agent": "Mozilla/5.0"}, "skipped"),
        ({"user_agent": "Mozilla/5.0", "ip": "203.0.113.7"}, "success"),
        ({"ttclid": "E.C.P."}, "success"),
    ],
)
def test_who_cannot_be_recognized_is_skipped(
    partner: Partner, known: dict[str, str], outcome: str
) -> None:
    partner.answers(200, '{"code": 0, "message": "OK"}')
    job = make_job(make_settings(TIKTOK), CONNECTION, {"conversion_time": NOW, **known})

    judgement = TIKTOK.run(job).judgement

    assert judgement.outcome == outcome
    assert judgement.code == ("no_identity" if outcome == "skipped" else "")


@pytest.mark.parametrize(
    ("code", "status", "outcome"),
    [
        (0, 200, "success"),
        (20001, 200, "success"),
        (40001, 200, "auth"),
        (40102, 200, "auth"),
        (40104, 401, "auth"),
        (40105, 200, "auth"),
        (40002, 200, "permanent"),
        (40000, 400, "permanent"),
        (40100, 200, "retry"),
        (50000, 200, "retry"),
        (51305, 200, "retry"),
        (0, 500, "retry"),
        ("0", 200, "retry"),
        (None, 200, "retry"),
    ],
)
def test_the_code_decides(code: Any, status: int, outcome: str) -> None:
    assert TIKTOK.classify(coded(code, status), job_of()).outcome == outcome


def test_the_request_s_id_is_kept_for_tiktok_s_support() -> None:
    body = '{"code": 40002, "message": "event: Not a valid string", "request_id": "9"}'

    judgement = TIKTOK.classify(make_response(200, body), job_of())

    assert judgement.message == "TikTok: event: Not a valid string (code 40002)."
    assert (judgement.code, judgement.findings) == ("tiktok_40002", {"request_id": "9"})


def test_events_of_a_rule_go_together(partner: Partner) -> None:
    partner.answers(200, '{"code": 0, "message": "OK"}')

    results = TIKTOK.run_batch([job_of(f"d-{n}") for n in range(3)])

    assert sizes(partner) == [3]
    assert [result.judgement.outcome for result in results] == [Outcome.SUCCESS] * 3
    assert TIKTOK.batch_size == 1_000
    assert TIKTOK.freshness_limit == timedelta(days=7)


def test_test_events_go_one_by_one(partner: Partner) -> None:
    partner.answers(200, '{"code": 0, "message": "OK"}')

    TIKTOK.run_batch([job_of(f"d-{n}", test_event_code="TEST1") for n in range(2)])

    assert sizes(partner) == [1, 1]


@pytest.mark.parametrize("code", [20001, 40002])
def test_what_is_wrong_with_one_costs_the_others_nothing(
    partner: Partner, code: int
) -> None:
    """Together, TikTok took a part or nothing; alone, each has its own answer."""

    def answer(request: OutboundRequest) -> Response:
        events = json.loads(request.body or b"")["data"]
        if len(events) > 1:
            return coded(code)
        return coded(40002 if events[0]["event_id"] == "d-1" else 0)

    partner.answer = answer

    results = TIKTOK.run_batch([job_of(f"d-{n}") for n in range(3)])

    assert sizes(partner) == [3, 1, 1, 1]
    outcomes = [result.judgement.outcome for result in results]
    assert outcomes == ["success", "permanent", "success"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"pixel_code": "C4&A=1"}, "pixel_code"),
        ({"access_token": ""}, "access_token"),
        ({"test_event_code": "a b"}, "test_event_code"),
        ({"base_url": "https://192.168.0.1"}, "base_url"),
    ],
)
def test_the_connection_form_names_what_is_wrong(
    changes: dict[str, str], field: str
) -> None:
    form = TIKTOK.ConnectionForm(
        posted(TIKTOK.ConnectionForm, **{**CONNECTION, **changes})
    )

    assert list(form.errors) == [field]


def test_the_rule_form_refuses_contact_data_in_the_clear() -> None:
    form = TIKTOK.RuleForm(
        posted(TIKTOK.RuleForm, properties='{"description": "{lead:first_name}"}')
    )

    assert "unhashed" in form.errors["properties"][0]


@pytest.mark.parametrize(
    ("answer", "level"),
    [
        ({"code": 0, "data": {"pixels": [{"pixel_code": "C4A1B2C3D4"}]}}, "good"),
        ({"code": 0, "data": {"pixels": []}}, "warning"),
        ({"code": 40001, "message": "No permission"}, "warning"),
        ({"code": 40002, "message": "advertiser_id is missing"}, "warning"),
        ({"code": 40105, "message": "Wrong: tiktok-fake-token"}, "error"),
        ({"code": []}, "warning"),
        ([], "warning"),
    ],
)
def test_the_check_says_what_tiktok_lets_it_know(
    partner: Partner, answer: Any, level: str
) -> None:
    partner.answers(200, json.dumps(answer))

    (line,) = TIKTOK.check(CONNECTION)

    assert line.level == level
    assert "fake-token" not in line.text
    assert partner.requests[0].url == (
        "https://business-api.tiktok.com/open_api/v1.3/pixel/list/?code=C4A1B2C3D4"
    )


def test_the_check_reminds_of_the_test_event_code(partner: Partner) -> None:
    partner.answers(200, '{"code": 0, "data": {"pixels": [{}]}}')

    lines = TIKTOK.check({**CONNECTION, "test_event_code": "TEST1"})

    assert [line.level for line in lines] == [CheckLevel.GOOD, CheckLevel.WARNING]


def test_the_summary_and_the_destination_name_event_and_pixel() -> None:
    settings = make_settings(TIKTOK, value="")

    assert TIKTOK.summary(settings) == "Lead"
    assert TIKTOK.destination(settings, CONNECTION).endswith(":443#C4A1B2C3D4")
