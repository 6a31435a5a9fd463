"""LMS: the bytes of a lead, what is kept of it, and what the forms refuse."""

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest

from apps.actions.base import PermanentError, SkipDeliveryError
from apps.actions.contract import CheckLevel
from apps.actions.kinds.lms_post import LmsPost
from apps.core import http
from tests.actions.making import (
    VALUES,
    Partner,
    make_job,
    make_response,
    make_settings,
    posted,
)

LMS = LmsPost()
LEAD = {
    **VALUES,
    "lead:first_name": "John",
    "lead:last_name": "Smith",
    "lead:email": "john.smith@example.com",
    "lead:phone": "(415) 555-2671",
    "lead:zip": "10001",
    "ip": "203.0.113.7",
    "affiliate_id": 55,
    "offer_id": 12,
}
CONNECTION = {
    "base_url": "https://leads-inst1-client.example",
    "api_id": "A" * 32,
    "api_password": "p4ssw0rd",
    "body_format": "json",
    "endpoint": "/lead/",
}
GOLDEN = (
    b'{"apiId":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","apiPassword":"p4ssw0rd",'
    b'"productId":218,"price":"0.01","firstName":"John","lastName":"Smith",'
    b'"email":"john.smith@example.com","phoneNumber":"4155552671","zip":"10001",'
    b'"userIp":"203.0.113.7","clickid":"T-9001","tPar":{"affiliateId":"55",'
    b'"offerId":"12"}}'
)
SOLD = (
    '{"lead_id":"W_O0QO","status":1,"status_text":"sold","redirect_url":'
    '"https://leads.example/redirect?id=W_O0QO","price":"1.0000",'
    '"timestamp":1464879427.2253,"processing_time":0.0475}'
)


def settings_with(**changes: Any) -> dict[str, Any]:
    changes.setdefault("product_id", 218)
    changes.setdefault("tpar_map", "affiliateId={affiliate_id}\nofferId={offer_id}")
    return make_settings(LMS, **changes)


def body_of(**changes: Any) -> Any:
    request = LMS.build(make_job(settings_with(**changes), CONNECTION, LEAD))
    return json.loads(request.body or b"")


def test_the_request_has_the_bytes_of_the_golden_vector() -> None:
    request = LMS.build(make_job(settings_with(), CONNECTION, LEAD))

    assert request.url == "https://leads-inst1-client.example/lead/"
    assert request.headers == {
        "Content-Type": "application/json",
        "Accept": "application/json",
    }
    assert request.body == GOLDEN
    assert len(GOLDEN) == 297


def test_a_form_has_the_same_fields_with_brackets() -> None:
    connection = {**CONNECTION, "body_format": "form", "endpoint": "/fullpost/"}

    request = LMS.build(make_job(settings_with(), connection, LEAD))

    assert request.url.endswith("/fullpost/")
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    fields = parse_qs((request.body or b"").decode(), strict_parsing=True)
    assert fields["productId"] == ["218"]
    assert fields["tPar[affiliateId]"] == ["55"]
    assert len(fields) == 13


def test_test_mode_and_not_waiting_are_flags() -> None:
    body = body_of(test_mode=True, asynchronous=True)

    assert body["testMode"] == 1
    assert body["closeConnection"] == 1


def test_what_send_test_posts_is_never_sold() -> None:
    job = replace(make_job(settings_with(), CONNECTION, LEAD), is_test=True)

    assert json.loads(LMS.build(job).body or b"")["testMode"] == 1


def test_an_empty_price_and_empty_values_are_left_out() -> None:
    body = body_of(price="", field_map="email={lead:email}\ncity={lead:city}")

    assert set(body) == {"apiId", "apiPassword", "productId", "email", "tPar"}


def test_no_value_adds_a_field() -> None:
    values = {**LEAD, "lead:first_name": '","apiId":"x', "sub1": "1&testMode=1"}
    settings = settings_with(field_map="firstName={lead:first_name}\nsub={sub1}")

    as_json = LMS.build(make_job(settings, CONNECTION, values)).body or b""
    form = {**CONNECTION, "body_format": "form"}
    as_form = LMS.build(make_job(settings, form, values)).body or b""

    assert json.loads(as_json)["apiId"] == CONNECTION["api_id"]
    assert json.loads(as_json)["firstName"] == '","apiId":"x'
    assert parse_qs(as_form.decode())["sub"] == ["1&testMode=1"]
    assert "testMode" not in parse_qs(as_form.decode())


def test_a_lead_that_nobody_can_reach_is_not_posted() -> None:
    values = {**LEAD, "lead:email": "", "lead:phone": ""}

    with pytest.raises(SkipDeliveryError, match="neither an e-mail address"):
        LMS.build(make_job(settings_with(), CONNECTION, values))


def test_a_price_that_is_no_number_is_not_posted() -> None:
    job = make_job(settings_with(price="{sub1}"), CONNECTION, {**LEAD, "sub1": "cheap"})

    with pytest.raises(PermanentError, match="not a number"):
        LMS.build(job)


def test_an_auction_may_take_two_minutes(partner: Partner) -> None:
    partner.answers(200, SOLD)

    LMS.run(make_job(settings_with(), CONNECTION, LEAD))

    assert partner.requests[0].deadline_seconds == 120
    assert partner.requests[0].fresh_connection


def test_a_lost_answer_is_held_and_never_repeated_by_itself(partner: Partner) -> None:
    partner.raises(http.MaybeSentError("No answer came."))

    result = LMS.run(make_job(settings_with(), CONNECTION, LEAD))

    assert result.judgement.outcome == "ambiguous"
    assert not LMS.repeats_ambiguous(settings_with())


@pytest.mark.parametrize("body_format", ["json", "form"])
def test_id_and_password_are_in_no_record_of_the_attempt(
    partner: Partner, body_format: str
) -> None:
    connection = {
        **CONNECTION,
        "api_password": 'p4ss"wörd &x',
        "body_format": body_format,
    }
    partner.answer = lambda request: make_response(200, (request.body or b"").decode())

    result = LMS.run(make_job(settings_with(), connection, LEAD))

    kept = f"{result.request} {result.response_body} {result.judgement}"
    assert CONNECTION["api_id"] not in kept
    assert "p4ss" not in kept
    assert "John" in kept


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"base_url": ""}, "base_url"),
        ({"base_url": "http://leads.example"}, "base_url"),
        ({"api_id": "x" * 65}, "api_id"),
        ({"api_password": ""}, "api_password"),
        ({"endpoint": "/post/"}, "endpoint"),
    ],
)
def test_the_connection_form_names_what_is_wrong(
    changes: dict[str, str], field: str
) -> None:
    form = LMS.ConnectionForm(posted(LMS.ConnectionForm, **{**CONNECTION, **changes}))

    assert list(form.errors) == [field]


@pytest.mark.parametrize(
    ("changes", "field", "why"),
    [
        ({"product_id": 0}, "product_id", "greater than or equal to 1"),
        ({"field_map": "apipassword={sub1}"}, "field_map", "place of its own"),
        ({"field_map": "tPar[x]={sub1}"}, "field_map", "no name of a field"),
        ({"field_map": "a={sub1}\na={sub2}"}, "field_map", "there twice"),
        ({"field_map": "a={nothing_known}"}, "field_map", "nothing_known"),
        ({"tpar_map": "a][b={sub1}"}, "tpar_map", "no name of a field"),
    ],
)
def test_the_rule_form_names_what_is_wrong(
    changes: dict[str, Any], field: str, why: str
) -> None:
    form = LMS.RuleForm(posted(LMS.RuleForm, **{"product_id": 218, **changes}))

    assert list(form.errors) == [field]
    assert why in str(form.errors[field])


def test_the_check_asks_nobody(partner: Partner) -> None:
    lines = LMS.check(CONNECTION)

    assert [line.level for line in lines] == [CheckLevel.GOOD, CheckLevel.WARNING]
    assert partner.requests == []
    assert CONNECTION["api_id"] not in str(lines)


def test_the_summary_and_the_destination_give_no_secret_away() -> None:
    destination = LMS.destination({}, CONNECTION)

    assert LMS.summary(settings_with()) == "Product 218 for at least 0.01"
    assert destination.startswith("https://leads-inst1-client.example:443#")
    assert CONNECTION["api_id"] not in destination
