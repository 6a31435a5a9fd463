"""The opt-out lists of Opt-Intel: adding and removing."""

import json

import pytest

from apps.actions.kinds.optintel_unsub import OptIntelUnsub
from tests.actions.lists import LEAD, connection_to, settings_of
from tests.actions.making import make_job, make_response, posted

UNSUB = OptIntelUnsub()
LINK = "https://optintel.example/optout/abc123"
CONNECTION = connection_to(LINK)


@pytest.mark.parametrize(
    ("operation", "paths"),
    [
        ("add", ["/emails-add", "/phones-add"]),
        ("remove", ["/emails-delete", "/phones-delete"]),
    ],
)
def test_the_operation_chooses_the_paths(operation: str, paths: list[str]) -> None:
    """R91: contacts are added to the list, or removed from it."""
    job = make_job(settings_of(UNSUB, operation=operation), CONNECTION, LEAD)

    urls = [request.url for request in UNSUB.build_all(job)]

    assert urls == [LINK + path for path in paths]


@pytest.mark.parametrize(
    ("operation", "status", "message", "outcome", "code"),
    [
        ("remove", 404, "Contact not found", "success", "absent"),
        ("remove", 404, "List not found", "permanent", "http_404"),
        ("add", 409, "Contact already exists", "success", "duplicate"),
        ("add", 401, "Invalid API key", "auth", "http_401"),
    ],
)
def test_what_the_answers_mean(
    operation: str, status: int, message: str, outcome: str, code: str
) -> None:
    job = make_job(settings_of(UNSUB, operation=operation), CONNECTION, LEAD)
    body = json.dumps({"status": "error", "message": message})

    judgement = UNSUB.classify(make_response(status, body), job)

    assert (judgement.outcome, judgement.code) == (outcome, code)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"operation": ""}, "operation"),
        ({"email_hash": "sha1"}, "email_hash"),
        ({"path_remove_email": "emails-delete"}, "path_remove_email"),
        ({"absent_pattern": "["}, "absent_pattern"),
    ],
)
def test_the_form_names_what_is_wrong(changes: dict[str, str], field: str) -> None:
    form = UNSUB.RuleForm(posted(UNSUB.RuleForm, **changes))

    assert list(form.errors) == [field]


def test_the_form_warns_of_removing() -> None:
    form = UNSUB.RuleForm()

    assert next(iter(form.fields)) == "operation"
    assert "contacted again" in form.fields["operation"].help_text
    assert UNSUB.must_not_be_lost
