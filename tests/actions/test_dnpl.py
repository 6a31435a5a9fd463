"""Do-not-present lists: those kept here without a network, Phonexa's by HTTP."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from apps.actions.base import Outcome
from apps.actions.contract import ListChange
from apps.actions.kinds.dnpl import Dnpl
from tests.actions.lists import KEY, LEAD, NOBODY, connection_to
from tests.actions.making import (
    Partner,
    make_job,
    make_response,
    make_settings,
    posted,
)

DNPL = Dnpl()
CONNECTION = connection_to("https://lists.example")


def local(**changes: Any) -> dict[str, Any]:
    return make_settings(DNPL, **{"local_list": "blocked", **changes})


def remote(**changes: Any) -> dict[str, Any]:
    return make_settings(DNPL, **{"backend": "remote", "list_id": "12", **changes})


@pytest.mark.parametrize(
    ("operation", "is_removal", "message"),
    [
        ("add", False, "Added to the list blocked."),
        ("remove", True, "Removed from the list blocked."),
    ],
)
def test_a_list_kept_here_is_changed_without_a_network(
    partner: Partner, operation: str, is_removal: bool, message: str
) -> None:
    """R86: the engine makes the change together with the record of the attempt."""
    result = DNPL.run(make_job(local(operation=operation), {}, LEAD))

    assert result.judgement.outcome is Outcome.SUCCESS
    assert result.judgement.message == message
    assert result.judgement.list_change == ListChange(
        "blocked", "(415) 555-2671", is_removal
    )
    assert result.request is None
    assert partner.requests == []


def test_a_rehearsal_of_a_list_kept_here_shows_the_change() -> None:
    assert DNPL.preview(make_job(local(), {}, LEAD)) == {
        "list": "blocked",
        "operation": "add",
        "value": "(415) 555-2671",
    }
    assert DNPL.preview(make_job(local(), {}, NOBODY)) == {
        "skipped": "There is no value for the list."
    }


def test_a_list_kept_here_writes_values_in_its_own_form() -> None:
    """Two forms, one after the other, would make a US number of a British one."""
    settings = local(value="{sub1}", normalize="last10", value_hash="md5")

    result = DNPL.run(make_job(settings, {}, {**LEAD, "sub1": "+44 20 7946 0958"}))

    assert result.judgement.list_change == ListChange("blocked", "+44 20 7946 0958")


@pytest.mark.parametrize("settings", [local(), remote()])
def test_without_a_value_there_is_nothing_to_do(
    partner: Partner, settings: dict[str, Any]
) -> None:
    result = DNPL.run(make_job(settings, CONNECTION, NOBODY))

    assert result.judgement.outcome is Outcome.SKIPPED
    assert result.judgement.list_change is None
    assert partner.requests == []


@pytest.mark.parametrize(
    ("changes", "text", "value"),
    [
        ({"normalize": "none"}, "Ab 1", "Ab 1"),
        ({"normalize": "lower"}, " John@Example.com ", "john@example.com"),
        ({"normalize": "digits"}, "(415) 555-2671", "14155552671"),
        ({"normalize": "last10"}, "+1 415 555 2671", "4155552671"),
        ({"normalize": "e164"}, "415.555.2671", "+14155552671"),
        (
            {"normalize": "lower", "value_hash": "sha256"},
            "John.Smith@Example.com",
            "8e621e3d0368631d263d07a351fa8d34fba0d17c15fbcdec11a5f58008d022a0",
        ),
        (
            {"normalize": "lower", "value_hash": "md5"},
            "John.Smith@Example.com",
            "1bc5edb4799fd8eec67c66122f47eb73",
        ),
    ],
)
def test_phonexa_gets_the_value_in_the_form_of_its_list(
    changes: dict[str, str], text: str, value: str
) -> None:
    settings = remote(value="{sub1}", **changes)

    request = DNPL.build(make_job(settings, CONNECTION, {**LEAD, "sub1": text}))

    assert request.body == urlencode({"value": value}).encode()


def test_what_is_no_number_is_on_no_list_of_numbers() -> None:
    job = make_job(remote(value="{sub1}"), CONNECTION, {**LEAD, "sub1": "none"})

    result = DNPL.run(job)

    assert result.judgement.outcome is Outcome.PERMANENT
    assert "no telephone number" in result.judgement.message
    assert "error" in DNPL.preview(job)


@pytest.mark.parametrize(
    ("operation", "path"), [("add", "values-add"), ("remove", "values-delete")]
)
def test_phonexa_s_list_is_changed_by_a_request(operation: str, path: str) -> None:
    request = DNPL.build(make_job(remote(operation=operation), CONNECTION, LEAD))

    assert request.url == f"https://lists.example/lists/12/{path}"
    assert request.headers["X-API-KEY"] == KEY
    assert request.body == b"value=4155552671"


@pytest.mark.parametrize(
    ("operation", "status", "answer", "outcome"),
    [
        ("add", 200, {"status": "success", "added": 1}, "success"),
        ("add", 200, {"status": "success", "added": 0}, "success"),
        ("remove", 200, {"status": "success", "deleted": 0}, "success"),
        ("remove", 404, {"message": "Value not found"}, "success"),
        ("remove", 404, {"message": "List not found"}, "permanent"),
        ("add", 403, {"message": "API access is disabled for this list"}, "auth"),
        ("add", 422, {"errors": {"value": ["invalid"]}}, "permanent"),
        ("add", 502, {}, "retry"),
        ("add", 429, {}, "retry"),
    ],
)
def test_what_the_answers_mean(
    operation: str, status: int, answer: dict[str, Any], outcome: str
) -> None:
    job = make_job(remote(operation=operation), CONNECTION, LEAD)

    judgement = DNPL.classify(make_response(status, json.dumps(answer)), job)

    assert judgement.outcome == outcome


def test_phonexa_s_list_needs_a_connection(partner: Partner) -> None:
    job = make_job(remote(), {}, LEAD)

    result = DNPL.run(job)

    assert DNPL.needs_connection(job.settings)
    assert not DNPL.needs_connection(local())
    assert result.judgement.outcome is Outcome.PERMANENT
    assert "choose one in the postback" in result.judgement.message
    assert "error" in DNPL.preview(job)
    assert partner.requests == []


def test_the_preview_of_a_request_holds_no_key() -> None:
    shown = DNPL.preview(make_job(remote(), CONNECTION, LEAD))

    assert shown["method"] == "POST"
    assert KEY not in repr(shown)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({}, "local_list"),
        ({"backend": "remote"}, "list_id"),
        ({"local_list": "blocked", "value": ""}, "value"),
        ({"local_list": "blocked", "value": "{nothing}"}, "value"),
        ({"local_list": "blocked", "path_add": "/{value}"}, "path_add"),
        ({"local_list": "blocked", "absent_pattern": "("}, "absent_pattern"),
    ],
)
def test_the_form_names_what_is_wrong(changes: dict[str, str], field: str) -> None:
    form = DNPL.RuleForm(posted(DNPL.RuleForm, **changes))

    assert list(form.errors) == [field]


def test_lists_kept_here_are_one_destination() -> None:
    assert DNPL.destination(local(), {}) == "local:lists"
    assert DNPL.destination(remote(), {}) == "local:lists"
    assert DNPL.destination(remote(), CONNECTION).startswith("https://lists.example:")


def test_the_summary_names_the_list() -> None:
    assert DNPL.summary(local()) == "Add to blocked: {lead:phone}"
    assert DNPL.summary(remote(operation="remove")).startswith("Remove from 12: ")
