"""Meta custom audience: the request, what the answers mean, and the forms."""

import json
from typing import Any

import pytest

from apps.actions.base import CheckLevel, Outcome
from apps.actions.kinds.meta_audience import MetaAudience
from tests.actions.making import (
    VALUES,
    Partner,
    make_job,
    make_response,
    make_settings,
    posted,
)

AUDIENCE = MetaAudience()
CONNECTION = {"access_token": "EAAB-fake-token", "api_version": "v26.0"}
LEAD = {
    **VALUES,
    "lead:email": "John.Smith@Example.com",
    "lead:phone": "(415) 555-2671",
    "lead:country": "US",
}
EMAIL = "8e621e3d0368631d263d07a351fa8d34fba0d17c15fbcdec11a5f58008d022a0"
PHONE = "758fbf68945f21c416814c539ab578876c8d98fb69e6da692def92cd52417fe0"


def settings_with(**changes: Any) -> dict[str, Any]:
    return make_settings(AUDIENCE, **{"audience_id": "238500001", **changes})


@pytest.mark.parametrize(
    ("operation", "method"), [("add", "POST"), ("remove", "DELETE")]
)
def test_hashes_are_added_or_removed(operation: str, method: str) -> None:
    job = make_job(settings_with(operation=operation), CONNECTION, LEAD)

    request = AUDIENCE.build(job)

    assert request.method == method
    assert request.url == "https://graph.facebook.com/v26.0/238500001/users"
    assert (
        request.body
        == (
            f'{{"payload":{{"schema":["EMAIL","PHONE"],"data":[["{EMAIL}","{PHONE}"]]}},'
            '"access_token":"EAAB-fake-token"}'
        ).encode()
    )


def test_what_is_not_known_is_not_in_the_schema() -> None:
    job = make_job(settings_with(), CONNECTION, {**LEAD, "lead:phone": "12"})

    payload = json.loads(AUDIENCE.build(job).body or b"")["payload"]

    assert payload == {"schema": ["EMAIL"], "data": [[EMAIL]]}


def test_nobody_is_skipped() -> None:
    judgement = AUDIENCE.run(make_job(settings_with(), CONNECTION)).judgement

    assert (judgement.outcome, judgement.code) == (Outcome.SKIPPED, "no_identity")


@pytest.mark.parametrize(
    ("received", "invalid", "outcome"),
    [(1, 0, "success"), (1, 1, "permanent"), (0, 0, "retry"), (None, 0, "retry")],
)
def test_meta_says_whether_it_could_read_the_person(
    received: int | None, invalid: int, outcome: str
) -> None:
    answer = {
        "num_received": received,
        "num_invalid_entries": invalid,
        "session_id": 7,
    }
    job = make_job(settings_with(), CONNECTION, LEAD)

    judgement = AUDIENCE.classify(make_response(200, json.dumps(answer)), job)

    assert judgement.outcome == outcome
    assert judgement.findings == ({"session_id": "7"} if outcome == "success" else {})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"audience_id": ""}, "audience_id"),
        ({"audience_id": "12/users"}, "audience_id"),
        ({"audience_id": "238500001", "email": "", "phone": ""}, "email"),
        ({"audience_id": "238500001", "operation": "replace"}, "operation"),
    ],
)
def test_the_rule_form_names_what_is_wrong(changes: dict[str, str], field: str) -> None:
    form = AUDIENCE.RuleForm(posted(AUDIENCE.RuleForm, **changes))

    assert list(form.errors) == [field]


def test_the_form_recommends_conversions_only() -> None:
    """R19."""
    note = AUDIENCE.RuleForm.base_fields["audience_id"].help_text

    assert "conversions only" in note
    assert "more data is sent" in note


@pytest.mark.parametrize(
    ("status", "levels"),
    [
        ("granted", [CheckLevel.GOOD]),
        ("declined", [CheckLevel.GOOD, CheckLevel.WARNING]),
    ],
)
def test_the_check_reads_the_permissions_of_the_token(
    partner: Partner, status: str, levels: list[CheckLevel]
) -> None:
    rows = [{"permission": "ads_management", "status": status}, "odd"]
    partner.answers(200, json.dumps({"data": rows}))

    assert [line.level for line in AUDIENCE.check(CONNECTION)] == levels
    (request,) = partner.requests
    assert request.url == "https://graph.facebook.com/v26.0/me/permissions"
    assert request.headers == {"Authorization": "Bearer EAAB-fake-token"}


@pytest.mark.parametrize(
    "body", ['{"error": {"code": 190, "message": "EAAB-fake-token"}}', "<html>", "{}"]
)
def test_the_check_tells_what_is_wrong_without_the_token(
    partner: Partner, body: str
) -> None:
    partner.answers(200, body)

    (line,) = AUDIENCE.check(CONNECTION)

    assert line.level is CheckLevel.ERROR
    assert "EAAB" not in line.text


def test_the_summary_names_the_audience_and_the_destination_no_secret() -> None:
    settings = settings_with(operation="remove")

    assert AUDIENCE.summary(settings) == "Remove from 238500001"
    assert "EAAB" not in AUDIENCE.destination(settings, CONNECTION)
