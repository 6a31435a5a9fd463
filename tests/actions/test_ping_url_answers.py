"""Ping URL: what the answers mean."""

from typing import Any

import pytest

from apps.actions.kinds.ping_url import PingUrl
from tests.actions.making import make_job, make_response, make_settings

PING = PingUrl()
URL = "https://t.example/pb?tx={transaction_id}"


def judged(
    settings: dict[str, Any], *answer: Any, **connection: Any
) -> tuple[str, str]:
    job = make_job(settings, connection)
    judgement = PING.classify(make_response(*answer), job)
    return judgement.outcome.value, judgement.code


@pytest.mark.parametrize(
    ("answer", "outcome", "code"),
    [
        ((200,), "success", ""),
        ((204,), "success", ""),
        ((409,), "success", "duplicate"),
        ((302, "", {"Location": "https://x.example/"}), "permanent", "redirect"),
        ((400,), "permanent", "http_400"),
        ((401,), "permanent", "http_401"),
        ((403,), "permanent", "http_403"),
        ((404,), "permanent", "http_404"),
        ((410,), "permanent", "gone"),
        ((408,), "retry", "http_408"),
        ((425,), "retry", "http_425"),
        ((429,), "retry", "http_429"),
        ((500,), "retry", "http_500"),
        ((503,), "retry", "http_503"),
        ((522,), "retry", "http_522"),
    ],
)
def test_the_status_decides_unless_told_otherwise(
    answer: tuple[Any, ...], outcome: str, code: str
) -> None:
    assert judged(make_settings(PING, url=URL), *answer) == (outcome, code)


def test_401_and_403_are_about_the_connection_when_it_authorizes() -> None:
    settings = make_settings(PING, url=URL)

    assert judged(settings, 401, auth="bearer") == ("auth", "http_401")
    assert judged(settings, 403, auth="basic") == ("auth", "http_403")
    assert judged(settings, 403, auth="none") == ("permanent", "http_403")


def test_410_pauses_the_rule() -> None:
    job = make_job(make_settings(PING, url=URL))

    judgement = PING.classify(make_response(410), job)

    assert judgement.pauses_rule
    assert judgement.message == (
        "The server answered 410 Gone. The receiver wants no more, so the postback is "
        "paused."
    )


def test_409_can_mean_failure() -> None:
    settings = make_settings(PING, url=URL, treat_409_as_success="")

    assert judged(settings, 409) == ("permanent", "http_409")


def test_a_rule_that_holds_unclear_attempts_does_not_retry_a_server_error() -> None:
    settings = make_settings(PING, url=URL, on_ambiguous="hold")

    assert not PING.repeats_ambiguous(settings)
    assert judged(settings, 500) == ("ambiguous", "http_500")
    assert judged(settings, 503, "", {"Retry-After": "5"}) == ("retry", "http_503")


@pytest.mark.parametrize(
    ("success", "value", "answer", "is_success"),
    [
        ("status", "200, 404", (404,), True),
        ("status", "200", (204,), False),
        ("body_contains", "OK", (200, "all OK"), True),
        ("body_contains", "OK", (200, "error"), False),
        ("body_regex", "^ok$", (200, "ok\n"), True),
        ("body_regex", r'(?i)"status"\s*:\s*"ok"', (200, '{"STATUS": "OK"}'), True),
        ("body_regex", "ok", (200, "no"), False),
        ("json", "$.status==ok", (200, '{"status": "ok"}'), True),
        ("json", "$.a[1].b == 7", (200, '{"a": [0, {"b": 7}]}'), True),
        ("json", "ok==true", (200, '{"ok": true}'), True),
        ("json", "ok==1.50", (200, '{"ok": 1.50}'), True),
        ("json", "$.status==ok", (200, "<html>"), False),
        ("json", "$.status==ok", (200, "[1]"), False),
        ("json", "$.a[9]==ok", (200, '{"a": []}'), False),
    ],
)
def test_success_can_depend_on_what_the_answer_says(
    success: str, value: str, answer: tuple[Any, ...], *, is_success: bool
) -> None:
    settings = make_settings(PING, url=URL, success=success, success_value=value)
    wanted = ("success", "") if is_success else ("permanent", "body_mismatch")

    assert judged(settings, *answer) == wanted


def test_an_answer_that_says_otherwise_can_be_retried() -> None:
    settings = make_settings(
        PING, url=URL, success="body_contains", success_value="OK", on_mismatch="retry"
    )

    assert judged(settings, 200, "later") == ("retry", "body_mismatch")
    assert judged(settings, 500, "OK") == ("retry", "http_500")
