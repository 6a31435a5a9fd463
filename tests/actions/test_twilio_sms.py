"""Twilio SMS: the request, what the answers mean, and what the forms refuse."""

import json
from typing import Any

import pytest

from apps.actions.base import Outcome, PermanentError, SkipDeliveryError
from apps.actions.contract import CheckLevel, ListChange
from apps.actions.kinds.twilio_sms import TwilioSms
from tests.actions.making import (
    VALUES,
    Partner,
    make_job,
    make_response,
    make_settings,
    posted,
)

SMS = TwilioSms()
LEAD = {**VALUES, "lead:phone": "(415) 555-2671", "lead:first_name": "John"}
API_KEY = {
    "account_sid": "AC" + "0" * 32,
    "auth_mode": "api_key",
    "api_key_sid": "SK" + "2" * 32,
    "api_key_secret": "secret",
    "messaging_service_sid": "MG" + "1" * 32,
}
TOKEN = {
    "account_sid": "AC" + "0" * 32,
    "auth_mode": "token",
    "auth_token": "s3cr3t-token",
    "from_number": "+14155550100",
}


def settings_with(**changes: Any) -> dict[str, Any]:
    changes.setdefault("body", "Thanks {lead:first_name}, quote #42 is ready")
    return make_settings(SMS, **changes)


def test_the_request_is_the_one_that_twilio_documents() -> None:
    """R84: form-encoded, Basic authorization with the API key."""
    request = SMS.build(make_job(settings_with(), API_KEY, LEAD))

    assert request.method == "POST"
    assert request.url == (
        "https://api.twilio.com/2010-04-01/Accounts/AC00000000000000000000000000000000"
        "/Messages.json"
    )
    assert request.headers == {
        "Content-Type": "application/x-www-form-urlencoded",
        "Authorization": "Basic U0syMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjpzZWNyZXQ"
        "=",
    }
    assert request.body == (
        b"To=%2B14155552671&MessagingServiceSid=MG11111111111111111111111111111111"
        b"&Body=Thanks+John%2C+quote+%2342+is+ready&ValidityPeriod=14400"
    )


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"lead:phone": ""}, SkipDeliveryError),
        ({"lead:phone": "12"}, SkipDeliveryError),
        ({"lead:sms_consent": "no"}, SkipDeliveryError),
    ],
)
def test_without_number_or_consent_nothing_is_sent(
    values: dict[str, str], error: type[Exception]
) -> None:
    settings = settings_with(consent="{lead:sms_consent}")

    with pytest.raises(error):
        SMS.build(
            make_job(settings, TOKEN, {**LEAD, "lead:sms_consent": "1", **values})
        )


def test_a_text_that_grew_too_long_is_not_sent() -> None:
    job = make_job(settings_with(body="{sub1}"), TOKEN, {**LEAD, "sub1": "x" * 1_601})

    with pytest.raises(PermanentError, match="longer than 1,600"):
        SMS.build(job)


@pytest.mark.parametrize(
    ("status", "code", "outcome"),
    [
        (401, 20003, "auth"),
        (404, 20404, "auth"),
        (400, 21608, "auth"),
        (400, 21211, "permanent"),
        (400, 21610, "permanent"),
        (429, 20429, "retry"),
        (500, 20500, "ambiguous"),
        (503, None, "ambiguous"),
        (200, None, "ambiguous"),
    ],
)
def test_twilio_s_error_code_decides(
    status: int, code: int | None, outcome: str
) -> None:
    body = json.dumps({"code": code, "message": "No."}) if code else "<html>"

    judgement = SMS.classify(make_response(status, body), make_job({}, TOKEN, LEAD))

    assert judgement.outcome == outcome


def test_the_message_s_id_is_kept() -> None:
    answer = {"sid": "SM123", "status": "queued", "num_segments": "2", "body": "x"}

    judgement = SMS.classify(
        make_response(201, json.dumps(answer)), make_job({}, TOKEN)
    )

    assert judgement.outcome is Outcome.SUCCESS
    assert judgement.findings == {
        "sid": "SM123",
        "status": "queued",
        "num_segments": "2",
    }


def test_who_answered_stop_goes_onto_the_list() -> None:
    body = json.dumps({"code": 21610, "message": "Unsubscribed."})
    job = make_job(settings_with(opt_out_list="stop"), TOKEN, LEAD)

    judgement = SMS.classify(make_response(400, body), job)

    assert judgement.code == "opted_out"
    assert judgement.list_change == ListChange("stop", "+14155552671")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"account_sid": "AC1"}, "account_sid"),
        ({"auth_token": ""}, "auth_token"),
        ({"auth_mode": "api_key"}, "api_key_sid"),
        ({"from_number": ""}, "from_number"),
        ({"messaging_service_sid": "MG" + "1" * 32}, "from_number"),
        ({"base_url": "http://api.twilio.com"}, "base_url"),
        ({"base_url": "https://192.168.0.1"}, "base_url"),
    ],
)
def test_the_connection_form_names_what_is_wrong(
    changes: dict[str, str], field: str
) -> None:
    form = SMS.ConnectionForm(posted(SMS.ConnectionForm, **{**TOKEN, **changes}))

    assert next(iter(form.errors)) == field


def test_the_check_tells_of_a_trial_account(partner: Partner) -> None:
    answer = {"friendly_name": "Acme", "status": "active", "type": "Trial"}
    partner.answers(200, json.dumps(answer))

    lines = SMS.check(TOKEN)

    assert [line.level for line in lines] == [CheckLevel.GOOD, CheckLevel.WARNING]
    assert partner.requests[0].url.endswith(f"/Accounts/{TOKEN['account_sid']}.json")


def test_the_summary_and_the_destination_name_the_account() -> None:
    settings = settings_with(body="Hi")

    assert SMS.summary(settings) == "To {lead:phone|e164}: Hi"
    assert SMS.destination(settings, TOKEN) == (
        f"https://api.twilio.com:443#{TOKEN['account_sid']}"
    )
