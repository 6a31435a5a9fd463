"""The unsubscribe lists of E-Delivery: paths, removing, and what is refused."""

import json

import pytest

from apps.actions.kinds.edelivery_unsub import EDeliveryUnsub
from tests.actions.lists import LEAD, connection_to, settings_of
from tests.actions.making import make_job, make_response, posted

UNSUB = EDeliveryUnsub()
BASE_URL = "https://lists.example/unsubscribe-lists"
CONNECTION = connection_to(BASE_URL)


@pytest.mark.parametrize(
    ("operation", "paths"),
    [
        ("add", ["/55/emails-add", "/55/phones-add"]),
        ("remove", ["/55/emails-delete", "/55/phones-delete"]),
    ],
)
def test_address_and_number_are_a_call_each(operation: str, paths: list[str]) -> None:
    """R90: both operations of the unsubscribe list."""
    job = make_job(settings_of(UNSUB, operation=operation), CONNECTION, LEAD)

    requests = UNSUB.build_all(job)

    assert [request.url for request in requests] == [BASE_URL + path for path in paths]
    assert [request.body for request in requests] == [
        b"email=john.smith%40example.com",
        b"phone=4155552671",
    ]


@pytest.mark.parametrize(
    ("operation", "status", "message", "outcome", "code"),
    [
        ("remove", 404, "Contact not found", "success", "absent"),
        ("remove", 422, "E-mail not found", "success", "absent"),
        ("remove", 200, "This phone was not found", "success", "absent"),
        ("remove", 404, "List not found", "permanent", "http_404"),
        ("remove", 409, "Contact already exists", "permanent", "http_409"),
        ("remove", 500, "Contact not found", "retry", "http_500"),
        ("add", 404, "Contact not found", "permanent", "http_404"),
        ("add", 409, "Contact already exists", "success", "duplicate"),
    ],
)
def test_there_is_nothing_to_do_where_it_is_done_already(
    operation: str, status: int, message: str, outcome: str, code: str
) -> None:
    job = make_job(settings_of(UNSUB, operation=operation), CONNECTION, LEAD)
    body = json.dumps({"status": "error", "message": message})

    judgement = UNSUB.classify(make_response(status, body), job)

    assert (judgement.outcome, judgement.code) == (outcome, code)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"operation": "delete"}, "operation"),
        ({"absent_pattern": "("}, "absent_pattern"),
        ({"path_remove_phone": ""}, "path_remove_phone"),
    ],
)
def test_the_form_names_what_is_wrong(changes: dict[str, str], field: str) -> None:
    typed = posted(UNSUB.RuleForm, **{"list_id": "55", **changes})

    assert list(UNSUB.RuleForm(typed).errors) == [field]


def test_the_form_warns_of_removing_and_starts_with_the_operation() -> None:
    names = list(UNSUB.RuleForm().fields)

    assert names[:2] == ["operation", "list_id"]
    assert "contacted again" in UNSUB.RuleForm().fields["operation"].help_text


def test_an_opt_out_must_not_be_lost() -> None:
    assert UNSUB.must_not_be_lost
    assert UNSUB.summary(settings_of(UNSUB, operation="remove")).startswith("Remove")
