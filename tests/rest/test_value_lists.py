"""Programs look values up, add and remove them."""

from typing import Any

import pytest
from django.test import Client

from apps.ingest.models import RefusedRequest
from apps.ingest.throttling import forget_senders
from apps.value_lists.models import ListedValue, ValueList
from tests.lists.making import listed, make_value_list
from tests.rest.world import make_world, secret

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]

URL = "/api/v1/lists/opt-outs/values"


@pytest.fixture(autouse=True)
def value_list() -> ValueList:
    """Return a list that the API may use, among the rows of two advertisers."""
    make_world()
    forget_senders()
    return make_value_list(allows_api=True)


def ask(client: Client, method: str, value: Any = "Jane@X.example", **more: Any) -> Any:
    headers = {"authorization": f"Bearer {secret(more.get('who', 'account'))}"}
    url = more.get("url", URL)
    if method == "post":
        body = {"value": value}
        return client.post(url, body, "application/json", headers=headers)
    return getattr(client, method)(url, query_params={"value": value}, headers=headers)


def test_a_value_is_added_found_and_removed_in_any_spelling(
    client: Client, value_list: ValueList
) -> None:
    steps = [
        ("get", "absent"),
        ("post", "added"),
        ("post", "present"),
        ("get", "present"),
        ("delete", "removed"),
        ("delete", "absent"),
    ]

    for method, expected in steps:
        answer = ask(client, method)
        assert (answer.status_code, answer.json()) == (200, {"status": expected})
        if expected == "added":
            assert listed(value_list) == ["jane@x.example"]
            assert ListedValue.objects.get().source == "api"
    assert listed(value_list) == []


@pytest.mark.parametrize("method", ["get", "post", "delete"])
@pytest.mark.parametrize("who", ["advertiser", "offer", "affiliate"])
def test_only_a_token_of_the_account_may(
    client: Client, value_list: ValueList, method: str, who: str
) -> None:
    answer = ask(client, method, who=who)

    assert (answer.status_code, answer.json()["reason"]) == (403, "forbidden")
    assert listed(value_list) == []


def test_a_viewer_may_look_up_and_change_nothing(
    client: Client, value_list: ValueList
) -> None:
    assert ask(client, "get", who="viewer").json() == {"status": "absent"}
    assert ask(client, "post", who="viewer").status_code == 403
    assert ask(client, "delete", who="viewer").status_code == 403
    assert listed(value_list) == []


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_a_list_without_api_access_answers_forbidden(
    client: Client, method: str
) -> None:
    ValueList.objects.update(allows_api=False)

    answer = ask(client, method)

    assert (answer.status_code, answer.json()["reason"]) == (403, "forbidden")
    assert "API access is switched off" in answer.json()["detail"]


@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_a_list_that_is_archived_or_unknown_does_not_exist(
    client: Client, method: str
) -> None:
    unknown = ask(client, method, url="/api/v1/lists/nothing/values")
    ValueList.objects.update(is_archived=True)

    for answer in (unknown, ask(client, method)):
        assert (answer.status_code, answer.json()["reason"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("", "missing_field:value"),
        ("   ", "bad_field:value"),
        ("x" * 1001, "bad_field:value"),
        ("x" * 255, "bad_field:value"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post", "delete"])
def test_a_value_that_fits_no_list_is_refused_and_not_kept(
    client: Client, method: str, value: str, reason: str
) -> None:
    answer = ask(client, method, value)

    assert (answer.status_code, answer.json()["reason"]) == (422, reason)
    assert "xxx" not in str(list(RefusedRequest.objects.values_list()))
    assert RefusedRequest.objects.count() == (0 if method == "get" else 1)
