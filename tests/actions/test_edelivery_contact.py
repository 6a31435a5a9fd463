"""Contacts for E-Delivery: the request, and what every list API has in common."""

import json
from typing import Any

import pytest

from apps.actions.base import Outcome, PermanentError, SkipDeliveryError
from apps.actions.contract import CheckLevel
from apps.actions.kinds.edelivery_contact import EDeliveryContact
from apps.core.http import NotSentError
from tests.actions.lists import KEY, LEAD, NOBODY, connection_to, settings_of
from tests.actions.making import (
    VALUES,
    Partner,
    make_job,
    make_response,
    posted,
)

CONTACT = EDeliveryContact()
BASE_URL = "https://lists.example/contact-lists"
CONNECTION = connection_to(BASE_URL)
SETTINGS = settings_of(CONTACT)


def judged(status: int, answer: Any, **changes: Any) -> Any:
    body = answer if isinstance(answer, str) else json.dumps(answer)
    job = make_job(settings_of(CONTACT, **changes), CONNECTION, LEAD)
    return CONTACT.classify(make_response(status, body), job)


def test_the_request_is_the_one_of_the_reference() -> None:
    """R80: address, number and further fields in one call; what is empty is left out."""
    request = CONTACT.build(make_job(SETTINGS, CONNECTION, LEAD))

    assert (request.method, request.url) == ("POST", f"{BASE_URL}/55/contacts-add")
    assert request.headers == {
        "X-API-KEY": KEY,
        "Content-Type": "application/x-www-form-urlencoded",
    }
    assert request.body == (
        b"email=john.smith%40example.com&phone=4155552671&firstName=John"
        b"&lastName=Smith&zip=10001"
    )


@pytest.mark.parametrize(
    ("style", "headers", "query", "field"),
    [
        ("header", {"X-API-KEY": KEY}, "", None),
        ("bearer", {"Authorization": f"Bearer {KEY}"}, "", None),
        ("query", {}, "?apiKey=s3cr3t%2Blist%2Fkey", None),
        ("body", {}, "", KEY),
    ],
)
def test_the_key_goes_where_the_connection_says(
    style: str, headers: dict[str, str], query: str, field: str | None
) -> None:
    connection = connection_to(BASE_URL, auth_style=style, body_format="json")

    request = CONTACT.build(make_job(SETTINGS, connection, LEAD))

    assert request.url == f"{BASE_URL}/55/contacts-add{query}"
    assert request.headers == {**headers, "Content-Type": "application/json"}
    assert json.loads(request.body or b"").get("apiKey") == field


@pytest.mark.parametrize("style", ["header", "bearer", "query", "body"])
@pytest.mark.parametrize("body_format", ["form", "json"])
def test_the_key_is_in_nothing_that_is_stored(
    partner: Partner, style: str, body_format: str
) -> None:
    connection = connection_to(BASE_URL, auth_style=style, body_format=body_format)
    job = make_job(SETTINGS, connection, LEAD)
    partner.answers(422, json.dumps({"message": f"{KEY} is no key"}))

    stored = repr([CONTACT.run(job), CONTACT.preview(job)])

    assert "s3cr3t" not in stored
    assert "contacts-add" in stored


def test_a_value_cannot_add_a_field_nor_break_a_body() -> None:
    lead = {**LEAD, "lead:first_name": 'J"&admin=1\r\nX: y'}
    as_json = connection_to(BASE_URL, body_format="json")

    form = CONTACT.build(make_job(SETTINGS, CONNECTION, lead)).body or b""
    document = CONTACT.build(make_job(SETTINGS, as_json, lead)).body or b""

    assert b"firstName=J%22%26admin%3D1%0D%0AX%3A+y&" in form
    assert json.loads(document)["firstName"] == lead["lead:first_name"]


def test_a_further_field_does_not_replace_the_contact() -> None:
    settings = settings_of(CONTACT, further_fields="email={sub1}\nsource=web")

    request = CONTACT.build(make_job(settings, CONNECTION, {**LEAD, "sub1": "x"}))

    assert request.body == (
        b"email=john.smith%40example.com&phone=4155552671&source=web"
    )


@pytest.mark.parametrize(
    ("phone_format", "sent"),
    [("last10", "4155552671"), ("digits", "14155552671"), ("e164", "%2B14155552671")],
)
def test_the_number_has_the_form_that_the_list_wants(
    phone_format: str, sent: str
) -> None:
    settings = settings_of(
        CONTACT, channel="phone", phone_format=phone_format, further_fields=""
    )

    request = CONTACT.build(make_job(settings, CONNECTION, LEAD))

    assert request.body == f"phone={sent}".encode()


@pytest.mark.parametrize(
    ("changes", "values", "error"),
    [
        ({}, NOBODY, SkipDeliveryError),
        ({"channel": "phone"}, {**LEAD, "lead:phone": ""}, SkipDeliveryError),
        ({"channel": "email"}, {**LEAD, "lead:email": "nobody"}, PermanentError),
        ({"phone": "{lead:phone}"}, {**VALUES, "lead:phone": "12"}, PermanentError),
    ],
)
def test_without_a_contact_nothing_is_sent(
    changes: dict[str, str], values: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        CONTACT.build(make_job(settings_of(CONTACT, **changes), CONNECTION, values))


def test_of_a_contact_what_can_exist_is_sent() -> None:
    settings = settings_of(CONTACT, further_fields="")
    lead = {**LEAD, "lead:email": "john at example"}

    request = CONTACT.build(make_job(settings, CONNECTION, lead))

    assert request.body == b"phone=4155552671"


@pytest.mark.parametrize(
    ("status", "answer", "outcome", "code"),
    [
        (200, {"status": "success", "data": {"duplicates": 1}}, "success", ""),
        (200, {"status": "error", "message": "No."}, "permanent", "body_mismatch"),
        (200, {"status": "error", "message": "Duplicate"}, "success", "duplicate"),
        (200, "<html>", "retry", "bad_response"),
        (204, "", "retry", "bad_response"),
        (409, {"message": "Contact already exists"}, "success", "duplicate"),
        (422, {"errors": {"email": ["invalid"]}}, "permanent", "http_422"),
        (400, {"message": "Bad request"}, "permanent", "http_400"),
        (404, {"message": "List not found"}, "permanent", "http_404"),
        (401, {"message": "Invalid API key"}, "auth", "http_401"),
        (403, {"message": "Duplicate use of a key"}, "auth", "http_403"),
        (302, "duplicate", "permanent", "redirect"),
        (408, "", "retry", "http_408"),
        (429, "duplicate request", "retry", "http_429"),
        (500, {"message": "duplicate key in table"}, "retry", "http_500"),
        (503, "", "retry", "http_503"),
    ],
)
def test_what_the_answers_mean(
    status: int, answer: Any, outcome: str, code: str
) -> None:
    judgement = judged(status, answer)

    assert (judgement.outcome, judgement.code) == (outcome, code)


def test_a_refusal_is_told_in_the_receiver_s_words() -> None:
    message = judged(422, {"errors": {"email": ["invalid"], "zip": "too long"}}).message

    assert message == (
        "The server answered 422 Unprocessable Entity. It says: email: invalid; "
        "zip: too long"
    )


def test_another_api_s_success_can_be_described() -> None:
    changes = {"success": "body_contains", "success_value": "OK"}

    assert judged(200, "OK 1", **changes).outcome is Outcome.SUCCESS
    assert judged(200, "ERR 7", **changes).outcome is Outcome.RETRY


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"base_url": ""}, "base_url"),
        ({"base_url": "http://lists.example"}, "base_url"),
        ({"base_url": "https://lists.example/?list=5"}, "base_url"),
        ({"api_key": ""}, "api_key"),
        ({"api_key": "abc"}, "api_key"),
        ({"key_header": "X Key"}, "key_header"),
        ({"key_header": "Content-Type"}, "key_header"),
        ({"key_field": "a&b"}, "key_field"),
    ],
)
def test_the_connection_form_names_what_is_wrong(
    changes: dict[str, str], field: str
) -> None:
    form = CONTACT.ConnectionForm(
        posted(CONTACT.ConnectionForm, **{**CONNECTION, **changes})
    )

    assert list(form.errors) == [field]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"list_id": ""}, "list_id"),
        ({"list_id": "../7"}, "list_id"),
        ({"path_contact_add": "contacts-add"}, "path_contact_add"),
        ({"path_contact_add": "/{list}/add"}, "path_contact_add"),
        ({"path_contact_add": "/../add"}, "path_contact_add"),
        ({"path_contact_add": "/add?x=1"}, "path_contact_add"),
        ({"path_contact_add": "@evil.example/"}, "path_contact_add"),
        ({"channel": "email", "email": ""}, "email"),
        ({"email": "", "phone": ""}, "email"),
        ({"email_field": "e mail"}, "email_field"),
        ({"further_fields": "firstName"}, "further_fields"),
        ({"success_value": "status"}, "success_value"),
        ({"duplicate_pattern": "("}, "duplicate_pattern"),
    ],
)
def test_the_rule_form_names_what_is_wrong(changes: dict[str, str], field: str) -> None:
    typed = posted(CONTACT.RuleForm, **{"list_id": "55", **changes})

    assert list(CONTACT.RuleForm(typed).errors) == [field]


@pytest.mark.parametrize(
    ("style", "status", "levels"),
    [
        ("header", 404, ["good", "warning"]),
        ("query", 401, ["error"]),
        ("body", 401, ["good", "warning"]),
    ],
)
def test_the_check_only_reads(
    partner: Partner, style: str, status: int, levels: list[str]
) -> None:
    """A key that belongs into a body cannot be sent with a GET request."""
    partner.answers(status)

    lines = CONTACT.check(connection_to(BASE_URL, auth_style=style))

    assert [line.level.value for line in lines] == levels
    assert partner.requests[0].method == "GET"


def test_the_check_tells_when_nobody_is_there(partner: Partner) -> None:
    partner.raises(NotSentError("lists.example has no address."))

    lines = CONTACT.check(CONNECTION)

    assert [line.level for line in lines] == [CheckLevel.ERROR]


def test_a_postback_without_connection_says_so() -> None:
    with pytest.raises(PermanentError, match="choose one"):
        CONTACT.build(make_job(SETTINGS, {}, LEAD))


def test_the_summary_and_the_destination_tell_lists_and_keys_apart() -> None:
    destination = CONTACT.destination(SETTINGS, CONNECTION)

    assert CONTACT.summary(SETTINGS) == "Add to 55: {lead:email}, {lead:phone|e164}"
    assert destination.startswith("https://lists.example:443#")
    assert KEY not in destination
