"""Slack: what its answers mean, and what “Test connection” asks."""

import json

import pytest

from apps.actions.contract import CheckLevel
from apps.actions.kinds.slack import Slack
from tests.actions.making import Partner, make_job, make_response, make_settings

SLACK = Slack()
WEBHOOK = {
    "mode": "webhook",
    "webhook_url": "https://hooks.slack.com/services/T000/B000/XXX",
}
BOT = {"mode": "bot", "bot_token": "xoxb-1234-secret", "base_url": ""}

WEBHOOK_ANSWERS = [
    (200, "ok", "success"),
    *((400, word, "permanent") for word in ("invalid_payload", "no_text")),
    *((400, word, "permanent") for word in ("user_not_found", "invalid_blocks")),
    (400, "too_many_attachments", "permanent"),
    (400, "missing_text_or_fallback_or_attachments", "permanent"),
    *((403, word, "auth") for word in ("action_prohibited", "invalid_token")),
    (403, "team_disabled", "auth"),
    *((404, word, "auth") for word in ("channel_not_found", "no_service", "no_team")),
    *((404, word, "auth") for word in ("no_active_hooks", "no_service_id")),
    (404, "<html>Not found</html>", "auth"),
    (410, "channel_is_archived", "auth"),
    *((s, "posting_to_general_channel_denied", "auth") for s in (200, 400, 403, 500)),
    (400, "no_service", "auth"),
    (429, "", "retry"),
    (500, "rollup_error", "ambiguous"),
    (503, "service_unavailable", "ambiguous"),
    (500, "Internal Server Error", "ambiguous"),
    (200, "<html>Welcome</html>", "ambiguous"),
    (200, '{"ok":true}', "success"),
]
METHOD_WORDS = {
    "auth": "invalid_auth not_authed account_inactive token_revoked token_expired "
    "missing_scope no_permission org_login_required team_access_not_granted "
    "channel_not_found not_in_channel is_archived restricted_action ekm_access_denied",
    "permanent": "msg_too_long no_text invalid_blocks invalid_arguments "
    "too_many_attachments something_new",
    "retry": "ratelimited rate_limited message_limit_exceeded",
    "ambiguous": "internal_error fatal_error service_unavailable request_timeout",
}


@pytest.mark.parametrize(("status", "body", "outcome"), WEBHOOK_ANSWERS)
def test_a_webhook_s_word_decides_then_its_status(
    status: int, body: str, outcome: str
) -> None:
    job = make_job(make_settings(SLACK, text="Hi"), WEBHOOK)

    assert SLACK.classify(make_response(status, body), job).outcome == outcome


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        (word, outcome)
        for outcome, words in METHOD_WORDS.items()
        for word in words.split()
    ],
)
def test_a_method_s_error_decides(word: str, outcome: str) -> None:
    body = json.dumps({"ok": False, "error": word})
    job = make_job(make_settings(SLACK, text="Hi"), BOT)

    judgement = SLACK.classify(make_response(200, body), job)

    assert (judgement.outcome, judgement.code) == (outcome, f"slack_{word}")


@pytest.mark.parametrize(
    ("status", "body"), [(429, '{"ok":false,"error":"ratelimited"}'), (429, "")]
)
def test_slack_says_how_long_to_wait(status: int, body: str) -> None:
    response = make_response(status, body, {"Retry-After": "30"})

    judgement = SLACK.classify(response, make_job(make_settings(SLACK), BOT))

    assert (judgement.outcome, judgement.retry_after_seconds) == ("retry", 30.0)


def test_where_the_message_is_is_kept() -> None:
    body = '{"ok":true,"channel":"C1","ts":"1405895017.000506"}'

    judgement = SLACK.classify(make_response(200, body), make_job({}, BOT))

    assert judgement.findings == {"channel": "C1", "ts": "1405895017.000506"}


def test_the_check_of_a_bot_asks_who_it_is(partner: Partner) -> None:
    partner.answers(200, '{"ok":true,"team":"Acme","user":"postbacks"}')

    lines = SLACK.check(BOT)

    assert [line.level for line in lines] == [CheckLevel.GOOD]
    assert "“postbacks” in the workspace “Acme”" in lines[0].text
    assert partner.requests[0].url == "https://slack.com/api/auth.test"


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [(200, '{"ok":false,"error":"token_revoked"}', "token_revoked"), (502, "<", "502")],
)
def test_the_check_says_why_a_token_is_refused(
    partner: Partner, status: int, body: str, why: str
) -> None:
    partner.answers(status, body)

    (line,) = SLACK.check(BOT)

    assert line.level == CheckLevel.ERROR
    assert why in line.text


def test_the_check_of_a_webhook_writes_nothing(partner: Partner) -> None:
    (line,) = SLACK.check(WEBHOOK)

    assert line.level == CheckLevel.WARNING
    assert partner.requests == []
