"""Five9: both interfaces' bytes, what their answers mean, and what the forms refuse."""

from typing import Any
from urllib.parse import parse_qsl

import pytest

from apps.actions.base import PermanentError, SkipDeliveryError
from apps.actions.contract import CheckLevel
from apps.actions.kinds.five9 import Five9
from tests.actions.making import (
    VALUES,
    Partner,
    make_job,
    make_settings,
    posted,
)

FIVE9 = Five9()
LEAD = {
    **VALUES,
    "lead:first_name": "John",
    "lead:last_name": "Smith",
    "lead:email": "john.smith@example.com",
    "lead:phone": "(415) 555-2671",
}
WEB = {"mode": "w2c", "domain": "Acme Corp", "username": "", "password": ""}
SOAP = {"mode": "soap", "domain": "", "username": "admin", "password": "s3cr3t-word"}
GOLDEN_WEB = (
    b"F9domain=Acme+Corp&F9list=Hot+Leads&number1=4155552671&first_name=John"
    b"&last_name=Smith&email=john.smith%40example.com&F9key=number1&F9updateCRM=1"
    b"&F9CallASAP=0&F9retResults=1"
)
GOLDEN_SOAP = (
    b'<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv='
    b'"http://schemas.xmlsoap.org/soap/envelope/" xmlns:ser='
    b'"http://service.admin.ws.five9.com/"><soapenv:Header/><soapenv:Body>'
    b"<ser:addRecordToList><listName>Hot &amp; Cold</listName><listUpdateSettings>"
    b"<allowDataCleanup>true</allowDataCleanup><fieldsMapping><columnNumber>1"
    b"</columnNumber><fieldName>number1</fieldName><key>true</key></fieldsMapping>"
    b"<fieldsMapping><columnNumber>2</columnNumber><fieldName>first_name</fieldName>"
    b"<key>false</key></fieldsMapping><skipHeaderLine>false</skipHeaderLine>"
    b"<callNowMode>NONE</callNowMode><cleanListBeforeUpdate>false"
    b"</cleanListBeforeUpdate><crmAddMode>ADD_NEW</crmAddMode><crmUpdateMode>"
    b"UPDATE_FIRST</crmUpdateMode><listAddMode>ADD_FIRST</listAddMode>"
    b"</listUpdateSettings><record><fields>4155552671</fields><fields>John</fields>"
    b"</record></ser:addRecordToList></soapenv:Body></soapenv:Envelope>"
)
FIELDS = "first_name={lead:first_name}"


def settings_with(**changes: Any) -> dict[str, Any]:
    changes.setdefault("list_name", "Hot Leads")
    return make_settings(FIVE9, **changes)


def body_of(connection: dict[str, str], values: Any = LEAD, **changes: Any) -> bytes:
    request = FIVE9.build(make_job(settings_with(**changes), connection, values))
    return request.body or b""


def test_web2campaign_gets_the_bytes_of_the_golden_vector() -> None:
    """R87: lead data to a list of Five9."""
    request = FIVE9.build(make_job(settings_with(), WEB, LEAD))

    assert request.method == "POST"
    assert request.url == "https://api.five9.com/web2campaign/AddToList"
    assert request.headers == {"Content-Type": "application/x-www-form-urlencoded"}
    assert request.body == GOLDEN_WEB
    assert len(GOLDEN_WEB) == 173


def test_a_domain_that_asks_for_a_user_gets_one() -> None:
    connection = {**WEB, "username": "admin", "password": "s3cr3t-word"}

    headers = FIVE9.build(make_job(settings_with(), connection, LEAD)).headers

    assert headers["Authorization"] == "Basic YWRtaW46czNjcjN0LXdvcmQ="


def test_the_soap_api_gets_the_bytes_of_the_golden_vector() -> None:
    settings = settings_with(list_name="Hot & Cold", field_map=FIELDS)

    request = FIVE9.build(make_job(settings, SOAP, LEAD))

    assert request.url == "https://api.five9.com/wsadmin/v13/AdminWebService"
    assert request.headers == {
        "Content-Type": "text/xml; charset=utf-8",
        "SOAPAction": '""',
        "Authorization": "Basic YWRtaW46czNjcjN0LXdvcmQ=",
    }
    assert request.body == GOLDEN_SOAP


def test_no_value_adds_a_parameter_or_an_element() -> None:
    name = "</fields><cleanListBeforeUpdate>true&F9list=x\x00"
    values = {**LEAD, "lead:first_name": name}

    web = parse_qsl(body_of(WEB, values, field_map=FIELDS).decode())
    soap = body_of(SOAP, values, field_map=FIELDS)

    assert dict(web)["first_name"] == name
    assert [value for key, value in web if key == "F9list"] == ["Hot Leads"]
    assert soap.count(b"cleanListBeforeUpdate>") == 2
    assert b"&lt;/fields&gt;&lt;cleanListBeforeUpdate&gt;true&amp;F9list=x<" in soap


def test_keys_calls_and_times_are_said_as_web2campaign_wants_them() -> None:
    changes = {
        "field_map": "email={lead:email}\nCall Date={sub1}",
        "key_fields": "number1, email",
        "update_crm": False,
        "call_asap": True,
        "time_to_call": "{event_time|date:%Y-%m-%d %H:%M:%S}",
    }
    values = {**LEAD, "event_time": "2026-11-20T20:53:34Z", "sub1": "today"}

    assert body_of(WEB, values, **changes) == (
        b"F9domain=Acme+Corp&F9list=Hot+Leads&number1=4155552671"
        b"&email=john.smith%40example.com&Call+Date=today&F9key=number1&F9key=email"
        b"&F9updateCRM=0&F9CallASAP=1&F9TimeToCall=2026-11-20+20%3A53%3A34.000"
        b"&F9TimeFormat=yyyy-MM-dd+HH%3Amm%3Ass.SSS&F9retResults=1"
    )


def test_keys_and_calls_are_said_as_the_soap_api_wants_them() -> None:
    body = body_of(
        SOAP,
        field_map="email={lead:email}",
        key_fields="email",
        update_crm=False,
        call_asap=True,
    )

    assert b"<fieldName>number1</fieldName><key>false</key>" in body
    assert b"<fieldName>email</fieldName><key>true</key>" in body
    assert b"<callNowMode>ANY</callNowMode>" in body
    assert b"<crmUpdateMode>DONT_UPDATE</crmUpdateMode>" in body


@pytest.mark.parametrize("connection", [WEB, SOAP], ids=["w2c", "soap"])
def test_without_a_number_nothing_is_sent(connection: dict[str, str]) -> None:
    with pytest.raises(SkipDeliveryError, match="no telephone number"):
        body_of(connection, {**LEAD, "lead:phone": ""})


@pytest.mark.parametrize(
    ("connection", "changes", "why"),
    [
        (WEB, {"number1": "+1{lead:phone|last10}"}, "1 to 16 digits"),
        (WEB, {"number1": "{lead:phone|last10}1234567"}, "1 to 16 digits"),
        (WEB, {"list_name": "{sub1}"}, "name of the list is empty"),
        (WEB, {"time_to_call": "tomorrow"}, "not like 2026"),
        (SOAP, {"time_to_call": "2026-11-20 14:30:00"}, "takes no time to call"),
        (
            SOAP,
            {"field_map": "zip={lead:zip}", "key_fields": "zip"},
            "“zip” has no value",
        ),
    ],
)
def test_what_five9_could_not_take_is_not_sent(
    connection: dict[str, str], changes: dict[str, str], why: str
) -> None:
    with pytest.raises(PermanentError, match=why):
        body_of(connection, **changes)


def test_what_would_be_called_twice_is_held_unless_the_rule_says_otherwise() -> None:
    def repeats(**changes: Any) -> tuple[bool, bool]:
        settings = settings_with(**changes)
        return FIVE9.repeats_ambiguous(settings), FIVE9.is_repeatable(settings)

    assert repeats() == (True, True)
    assert repeats(call_asap=True) == (False, False)
    assert repeats(call_asap=True, on_ambiguous="retry") == (True, True)
    assert repeats(on_ambiguous="hold") == (False, False)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"domain": ""}, "domain"),
        ({"mode": "soap"}, "username"),
        ({"username": "admin"}, "password"),
        ({"password": "s3cr3t-word"}, "username"),
        ({"username": "a:b", "password": "s3cr3t-word"}, "username"),
        ({"base_url": "http://api.five9.com"}, "base_url"),
    ],
)
def test_the_connection_form_names_what_is_wrong(
    changes: dict[str, str], field: str
) -> None:
    form = FIVE9.ConnectionForm(posted(FIVE9.ConnectionForm, **{**WEB, **changes}))

    assert next(iter(form.errors)) == field


@pytest.mark.parametrize(
    ("changes", "field", "why"),
    [
        ({"list_name": ""}, "list_name", "required"),
        ({"field_map": "f9RETURL={sub1}"}, "field_map", "place of its own"),
        ({"field_map": "number1={sub1}"}, "field_map", "place of its own"),
        ({"key_fields": "number1,phone"}, "key_fields", "“phone” is not among"),
        ({"key_fields": ","}, "key_fields", "“,” is not among"),
    ],
)
def test_the_rule_form_names_what_is_wrong(
    changes: dict[str, str], field: str, why: str
) -> None:
    form = FIVE9.RuleForm(posted(FIVE9.RuleForm, **{"list_name": "Hot", **changes}))

    assert list(form.errors) == [field]
    assert why in str(form.errors[field])


def test_web2campaign_cannot_be_asked_without_effect(partner: Partner) -> None:
    (line,) = FIVE9.check(WEB)

    assert line.level == CheckLevel.WARNING
    assert partner.requests == []


def test_the_soap_api_is_asked_for_its_lists(partner: Partner) -> None:
    partner.answers(200, "<x><getListsInfoResponse><return>cut off")

    (line,) = FIVE9.check(SOAP)

    assert line.level == CheckLevel.GOOD
    assert b"<ser:getListsInfo/>" in (partner.requests[0].body or b"")


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (401, "<html>", "401 Unauthorized."),
        (200, "<html>", "200 OK."),
        (
            500,
            "<e><Fault><faultstring>No access.</faultstring></Fault></e>",
            "No access.",
        ),
    ],
)
def test_a_refused_user_is_an_error(
    partner: Partner, status: int, body: str, why: str
) -> None:
    partner.answers(status, body)

    (line,) = FIVE9.check(SOAP)

    assert line.level == CheckLevel.ERROR
    assert line.text == f"Five9 refused the user: {why}"


def test_the_summary_and_the_destination_name_list_and_domain() -> None:
    settings = settings_with(call_asap=True)

    assert FIVE9.summary(settings) == (
        "{lead:phone|last10} to “Hot Leads”, called at once"
    )
    assert FIVE9.destination(settings, WEB) == "https://api.five9.com:443#Acme Corp"
    assert FIVE9.destination(settings, SOAP) == "https://api.five9.com:443#admin"
