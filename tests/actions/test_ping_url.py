"""Ping URL: the request, byte by byte, and what the answers mean."""

from typing import Any
from urllib.parse import urlsplit

import pytest

from apps.actions import registry
from apps.actions.base import Outcome
from apps.actions.kinds.ping_url import PingUrl
from tests.actions.making import (
    NOW,
    VALUES,
    Partner,
    make_job,
    make_settings,
    posted,
)

PING = PingUrl()
URL = (
    "https://t.example.com/pb?cid={click.id}&tx={transaction_id}"
    "&amt={conversion.payout|number:2}&st={conversion.status}"
)


def rule_errors(**changes: Any) -> dict[str, list[str]]:
    form = PING.RuleForm(posted(PING.RuleForm, **changes))
    return {name: list(map(str, errors)) for name, errors in form.errors.items()}


def connection_errors(**changes: Any) -> dict[str, list[str]]:
    form = PING.ConnectionForm(posted(PING.ConnectionForm, **changes))
    return {name: list(map(str, errors)) for name, errors in form.errors.items()}


def test_typing_a_url_is_enough() -> None:
    settings = make_settings(PING, url=URL)

    assert settings["method"] == "GET"
    assert settings["timeout_seconds"] == 15
    assert settings["on_ambiguous"] == "retry"


def test_the_documented_example_is_sent_byte_for_byte() -> None:
    request = PING.build(make_job(make_settings(PING, url=URL)))

    split = urlsplit(request.url)
    lines = [
        f"{request.method} {split.path}?{split.query} HTTP/1.1",
        f"Host: {split.netloc}",
        *(f"{name}: {value}" for name, value in request.headers.items()),
    ]
    assert lines == [
        "GET /pb?cid=abc%2F123&tx=T-9001&amt=8.00&st=approved HTTP/1.1",
        "Host: t.example.com",
        "X-Postback-Id: 9001:7",
        "X-Postback-Attempt: 1",
    ]
    assert request.body is None
    assert request.deadline_seconds == 15.0
    assert not request.fresh_connection


def test_a_post_sends_the_form_encoded() -> None:
    settings = make_settings(
        PING, method="POST", url=URL, payload="tx={transaction_id}\r\nname={sub1}"
    )

    request = PING.build(make_job(settings, values=VALUES | {"sub1": "a b&c"}))

    assert request.body == b"tx=T-9001&name=a+b%26c"
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_a_post_sends_json_that_stays_valid() -> None:
    settings = make_settings(
        PING,
        method="POST",
        url=URL,
        payload_type="json",
        payload='{"sum": "{payout|number:2}", "name": "Mr {sub1}"}',
    )

    request = PING.build(make_job(settings, values=VALUES | {"sub1": 'é "x"'}))

    assert request.body == '{"sum":8.00,"name":"Mr é \\"x\\""}'.encode()
    assert request.headers["Content-Type"] == "application/json"


def test_a_post_sends_plain_text() -> None:
    settings = make_settings(
        PING, method="POST", url=URL, payload_type="text", payload="New: {status}"
    )

    request = PING.build(make_job(settings))

    assert request.body == b"New: approved"
    assert request.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_a_post_without_payload_has_an_empty_body() -> None:
    request = PING.build(make_job(make_settings(PING, method="POST", url=URL)))

    assert request.body == b""


def test_own_headers_are_sent_and_replace_the_content_type() -> None:
    settings = make_settings(
        PING,
        method="POST",
        url=URL,
        headers="content-type: text/xml\nX-Tx: {transaction_id}",
    )

    headers = PING.build(make_job(settings)).headers

    assert headers == {
        "X-Postback-Id": "9001:7",
        "X-Postback-Attempt": "1",
        "content-type": "text/xml",
        "X-Tx": "T-9001",
    }


@pytest.mark.parametrize(
    ("connection", "authorization"),
    [
        ({"auth": "basic", "username": "me", "password": "pä"}, "Basic bWU6cMOk"),
        ({"auth": "bearer", "token": "abc"}, "Bearer abc"),
    ],
)
def test_a_connection_authorizes(
    connection: dict[str, str], authorization: str
) -> None:
    settings = make_settings(PING, url=URL, headers="authorization: other")

    headers = PING.build(make_job(settings, connection)).headers

    assert headers["Authorization"] == authorization
    assert "authorization" not in headers


def test_the_body_is_signed() -> None:
    """The vector of reference/actions.md 4.1."""
    settings = make_settings(
        PING, method="POST", url=URL, payload_type="json", payload='{"a": 1}'
    )

    headers = PING.build(make_job(settings, {"signing_secret": "whsec_test"})).headers

    assert NOW.timestamp() == 1795208014
    assert headers["X-Postback-Signature"] == (
        "t=1795208014,"
        "v1=c7563983866a5a8e3cd11481439b2b04beb7f936cc4b7636f943e0e2d0a774b9"
    )


def test_of_a_get_request_the_target_is_signed() -> None:
    settings = make_settings(PING, url="https://t.example/pb?a={sub1}")
    connection = {"signing_secret": "whsec_test"}

    one = PING.build(make_job(settings, connection, {"sub1": "1"})).headers
    two = PING.build(make_job(settings, connection, {"sub1": "2"})).headers

    assert one["X-Postback-Signature"] == (
        "t=1795208014,"
        "v1=f417ea97645428db036590cddec84fc97ea5d94f440b89044f9cef7bbdffb399"
    )
    assert one["X-Postback-Signature"] != two["X-Postback-Signature"]


def test_secret_values_of_the_connection_are_macros() -> None:
    settings = make_settings(PING, url="https://t.example/pb?k={secret:key}")

    request = PING.build(make_job(settings, {"secrets": "key=s3 cr3t\nother=x"}))

    assert request.url == "https://t.example/pb?k=s3%20cr3t"


def test_a_missing_value_follows_the_rules_policy(partner: Partner) -> None:
    url = "https://t.example/?a={sub1}&b=2"

    drop = make_settings(PING, url=url, missing_value="drop")
    fail = make_settings(PING, url=url, missing_value="fail")
    result = PING.run(make_job(fail))

    assert PING.build(make_job(drop)).url == "https://t.example/?b=2"
    assert result.judgement.outcome is Outcome.PERMANENT
    assert (
        result.judgement.message == "{sub1} has no value, and this postback needs it."
    )
    assert partner.requests == []


@pytest.mark.parametrize(
    ("changes", "field", "problem"),
    [
        ({"url": "https://{sub1}.example/"}, "url", "cannot stand in the host"),
        ({"url": "https://t.example/{trasaction_id}"}, "url", "{transaction_id}"),
        ({"url": ""}, "url", "This field is required."),
        ({"url": "https://t.example/" + "a" * 4000}, "url", "at most 4000"),
        ({"payload": "a=1"}, "payload", "A GET request has no body."),
        ({"method": "POST", "payload": "a"}, "payload", "Line 1: write name=value."),
        (
            {"method": "POST", "payload_type": "json", "payload": "{"},
            "payload",
            "This is not JSON",
        ),
        ({"method": "PUT"}, "method", "not one of the available choices"),
        ({"headers": "Host: x"}, "headers", "Host is set by the sender itself."),
        ({"success": "status"}, "success_value", "Say what the answer must be."),
        (
            {"success": "status", "success_value": "2xx"},
            "success_value",
            "List statuses",
        ),
        (
            {"success": "body_regex", "success_value": "(?=a)"},
            "success_value",
            "The pattern is not usable",
        ),
        ({"success": "json", "success_value": "$"}, "success_value", "Write a path"),
        ({"timeout_seconds": 31}, "timeout_seconds", "less than or equal to 30"),
    ],
)
def test_a_rule_that_cannot_work_is_refused_when_saved(
    changes: dict[str, Any], field: str, problem: str
) -> None:
    errors = rule_errors(**{"url": "https://t.example/", **changes})

    assert list(errors) == [field]
    assert problem in errors[field][0]


def test_a_connection_has_what_its_authorization_needs() -> None:
    needs_it = ["This authorization needs it."]

    assert connection_errors() == {}
    assert connection_errors(auth="bearer") == {"token": needs_it}
    assert connection_errors(auth="basic") == {
        "username": needs_it,
        "password": needs_it,
    }


def test_the_destination_is_the_origin_of_the_url() -> None:
    settings = make_settings(PING, url="https://T.example/pb?a={sub1}")

    assert PING.destination(settings, {}) == "https://t.example:443"


def test_the_summary_hides_credentials_typed_into_the_url() -> None:
    settings = make_settings(PING, url="https://t.example/pb?t={tid}&api_key=k123")

    assert PING.summary(settings) == (
        "GET https://t.example/pb?t={transaction_id}&api_key=••••"
    )


def test_the_macros_a_rule_needs_are_known() -> None:
    settings = make_settings(
        PING,
        method="POST",
        url="https://t.example/{sub1}",
        payload="a={lead.email}",
        headers="X-A: {ip}",
    )

    assert PING.macro_names(settings) == {"sub1", "lead:email", "ip"}


def test_checking_a_connection_calls_nobody(partner: Partner) -> None:
    lines = PING.check({"auth": "bearer", "token": "t", "signing_secret": "s"})

    assert [(line.level.value, line.text) for line in lines] == [
        ("good", "Authorization: bearer. Requests are signed."),
        ("warning", "No address to call: use “Send test” on a postback."),
    ]
    assert partner.requests == []


def test_it_is_registered() -> None:
    assert isinstance(registry.get("ping_url"), PingUrl)
    assert PingUrl.uses_connection()
    assert not PingUrl.requires_connection
