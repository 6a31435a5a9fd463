"""Facebook conversion: what the forms refuse, and what “Test connection” tells."""

import json
from typing import Any

import pytest

from apps.actions.base import CheckLevel
from apps.actions.kinds.facebook_capi import FacebookCapi
from tests.actions.making import Partner, posted

FACEBOOK = FacebookCapi()
CONNECTION = {
    "pixel_id": "1234567890",
    "access_token": "EAAB-fake-token",
    "test_event_code": "TEST123",
    "api_version": "v26.0",
}


def rule_errors(**changes: Any) -> list[str]:
    return list(FACEBOOK.RuleForm(posted(FACEBOOK.RuleForm, **changes)).errors)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"custom_data": "[1]"}, "custom_data"),
        ({"custom_data": '{"value": 1}'}, "custom_data"),
        ({"custom_data": '{"who": "{lead:email}"}'}, "custom_data"),
        ({"custom_data": '{"who": "{ip}"}'}, "custom_data"),
        ({"order_id": "{lead:email}"}, "order_id"),
        ({"event_id": "{lead.phone}-1"}, "event_id"),
        ({"event_name": "custom"}, "custom_event_name"),
        ({"event_name": "Nothing"}, "event_name"),
        ({"default_region": "XX"}, "default_region"),
        ({"event_time": ""}, "event_time"),
        ({"email": "{lead_email}"}, "email"),
    ],
)
def test_the_rule_form_names_what_is_wrong(changes: dict[str, str], field: str) -> None:
    assert rule_errors(**changes) == [field]


def test_what_a_lead_was_asked_besides_may_be_sent() -> None:
    assert rule_errors(custom_data='{"sum": "{lead:loan_amount}"}') == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"pixel_id": "12a"}, "pixel_id"),
        ({"access_token": ""}, "access_token"),
        ({"api_version": "26"}, "api_version"),
        ({"test_event_code": "TEST 1"}, "test_event_code"),
        ({"base_url": "http://graph.facebook.com"}, "base_url"),
    ],
)
def test_the_connection_form_names_what_is_wrong(
    changes: dict[str, str], field: str
) -> None:
    form = FACEBOOK.ConnectionForm(
        posted(FACEBOOK.ConnectionForm, **{**CONNECTION, **changes})
    )

    assert list(form.errors) == [field]


def test_the_check_warns_of_the_test_event_code(partner: Partner) -> None:
    partner.answers(200, json.dumps({"name": "Shop", "id": "1234567890"}))

    lines = FACEBOOK.check(CONNECTION)

    assert [line.level for line in lines] == [CheckLevel.GOOD, CheckLevel.WARNING]
    (request,) = partner.requests
    assert request.method == "GET"
    assert request.url == "https://graph.facebook.com/v26.0/1234567890?fields=name"
    assert request.headers == {"Authorization": "Bearer EAAB-fake-token"}


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, '{"error": {"code": 190, "message": "Malformed EAAB-fake-token"}}'),
        (502, "<html>"),
        (200, "{}"),
    ],
)
def test_the_check_tells_what_is_wrong_without_the_token(
    partner: Partner, status: int, body: str
) -> None:
    partner.answers(status, body)

    (line,) = FACEBOOK.check({**CONNECTION, "app_secret": "appsecret"})

    assert line.level is CheckLevel.ERROR
    assert "EAAB" not in line.text
    assert "?fields=name&appsecret_proof=94df0de2" in partner.requests[0].url
