"""Errors of Meta's Graph API, whose codes say more than its statuses."""

import json
from typing import Any

import pytest

from apps.actions.kinds.facebook_capi import FacebookCapi
from apps.actions.kinds.meta_audience import MetaAudience
from tests.actions.making import make_job, make_response

FACEBOOK, AUDIENCE = FacebookCapi(), MetaAudience()
TWO_ACCOUNTS = json.dumps(
    {str(n): [{"estimated_time_to_regain_access": n}] for n in (1, 2)}
)
JOB = make_job({}, {"access_token": "EAAB-fake-token"})


def judged(status: int, error: dict[str, Any], **headers: str) -> tuple[str, Any]:
    names = {name.replace("_", "-"): text for name, text in headers.items()}
    body = json.dumps({"error": {"message": "No.", **error}})
    judgement = FACEBOOK.classify(make_response(status, body, names), JOB)
    return judgement.outcome, judgement.retry_after_seconds


@pytest.mark.parametrize(
    ("status", "code", "subcode", "outcome"),
    [
        *((status, 190, None, "auth") for status in (200, 400, 401, 500)),
        *((400, 190, subcode, "auth") for subcode in (460, 463, 467)),
        *((400, code, None, "auth") for code in (3, 10, 102, 200, 294, 299)),
        (400, 100, 33, "auth"),
        *((400, 100, s, "permanent") for s in (None, 2804003, 2804009, 2804050)),
        (500, 105, None, "permanent"),
        *((500, code, None, "retry") for code in (4, 17, 32, 613)),
        *((400, code, None, "retry") for code in (80000, 80003, 80014)),
        *((400, code, None, "retry") for code in (1, 2, 341, 368, 5000, 21009)),
        (400, 80015, None, "permanent"),
        (400, 9999, None, "permanent"),
        (500, 9999, None, "retry"),
        (200, 9999, None, "retry"),
        (403, 9999, None, "auth"),
    ],
)
def test_the_code_decides_and_the_status_only_when_nobody_knows_the_code(
    status: int, code: int, subcode: int | None, outcome: str
) -> None:
    assert judged(status, {"code": code, "error_subcode": subcode})[0] == outcome


def test_what_meta_calls_transient_is_tried_again() -> None:
    assert judged(400, {"code": 100, "is_transient": True})[0] == "retry"
    assert judged(400, {"code": 9999, "is_transient": True})[0] == "retry"
    assert judged(400, {"code": 190, "is_transient": True})[0] == "auth"


@pytest.mark.parametrize("code", [None, [], {}, "190"])
def test_codes_that_are_no_numbers_say_nothing(code: Any) -> None:
    assert judged(400, {"code": code, "error_subcode": code})[0] == "permanent"


@pytest.mark.parametrize(
    ("usage", "seconds"),
    [
        ('{"1": [{"estimated_time_to_regain_access": 3}]}', 180.0),
        (TWO_ACCOUNTS, 120.0),
        ('{"1": [{"estimated_time_to_regain_access": 0}]}', None),
        ('{"1": [{"call_count": 100}]}', None),
        ('{"1": [{"estimated_time_to_regain_access": NaN}]}', None),
        ("[[1]]", None),
        ("soon", None),
    ],
)
def test_a_busy_account_is_left_alone_as_long_as_meta_says(
    usage: str, seconds: float | None
) -> None:
    headers = {"X_Business_Use_Case_Usage": usage}

    assert judged(400, {"code": 80003}, **headers) == ("retry", seconds)


def test_the_longer_wait_counts() -> None:
    usage = '{"1": [{"estimated_time_to_regain_access": 1}]}'
    headers = {"X_Business_Use_Case_Usage": usage, "Retry_After": "90"}

    assert judged(400, {"code": 4}, **headers) == ("retry", 90.0)


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (400, "<html>", "retry"),
        (403, "", "retry"),
        (410, "<html>", "retry"),
        (502, "<html>", "retry"),
        (200, "<html>", "retry"),
        (200, "[1]", "retry"),
        (302, "", "permanent"),
        (400, '{"detail": "no"}', "permanent"),
    ],
)
def test_what_is_not_in_meta_s_words_proves_nothing(
    status: int, body: str, outcome: str
) -> None:
    judgement = FACEBOOK.classify(make_response(status, body), JOB)

    assert judgement.outcome == outcome
    assert not judgement.pauses_rule


def test_the_log_holds_meta_s_explanation() -> None:
    error = {
        "code": 100,
        "error_subcode": 2804003,
        "error_user_title": "Event Timestamp Too Old",
        "error_user_msg": "The timestamp is too far in the past.",
    }
    response = make_response(400, json.dumps({"error": error}))

    judgement = FACEBOOK.classify(response, JOB)

    assert judgement.code == "meta_100_2804003"
    assert judgement.message == (
        "Meta: Event Timestamp Too Old: The timestamp is too far in the past "
        "(error 100, 2804003)."
    )


@pytest.mark.parametrize(
    ("code", "subcode", "outcome"),
    [
        (190, None, "auth"),
        (294, None, "auth"),
        (100, 33, "permanent"),
        (2650, None, "permanent"),
        (2655, None, "permanent"),
        (1487301, None, "permanent"),
        (100, 1487366, "permanent"),
        (80003, None, "retry"),
    ],
)
def test_an_audience_has_errors_of_its_own(
    code: int, subcode: int | None, outcome: str
) -> None:
    error = {"code": code, "error_subcode": subcode, "message": "No."}
    response = make_response(500, json.dumps({"error": error}))

    assert AUDIENCE.classify(response, JOB).outcome == outcome
