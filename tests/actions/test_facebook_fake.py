"""The fake of Meta refuses what Meta refuses, and keeps nothing of it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from tests.actions.test_facebook_capi import GOLDEN
from tests.fakes.provider import Answer, Asked
from tests.fakes.providers.facebook import Facebook

Change = Callable[[dict[str, Any]], object]
PATH = "/v26.0/1234567890/events"


@pytest.fixture
def facebook() -> Facebook:
    """Return a fake at the moment of the documented example."""
    fake = Facebook()
    fake.config.update(token="EAAB-fake-token", app_secret="", now=1795208020)
    return fake


def post(
    fake: Facebook, document: Any, path: str = PATH, method: str = "POST"
) -> tuple[int, Any]:
    headers = CaseInsensitiveDict({"Content-Type": "application/json"})
    asked = Asked(method, path, {}, headers, json.dumps(document).encode())
    answer: Answer = fake.answer(asked)
    return answer.status, json.loads(answer.body)


def test_an_event_counts_once_however_often_it_comes(facebook: Facebook) -> None:
    for _ in range(2):
        status, answer = post(facebook, json.loads(GOLDEN))
        assert (status, answer["events_received"]) == (200, 1)

    assert len(facebook.effects) == 1
    assert facebook.state()["deduped"] == 1


@pytest.mark.parametrize(
    ("change", "subcode"),
    [
        (lambda e: e.update(event_time=1795208014 - 8 * 86400), 2804003),
        (lambda e: e.update(event_time=1795208014 + 3600), 2804004),
        (lambda e: e.update(event_time="1795208014"), 2804005),
        (lambda e: e.update(event_name="Purchase", custom_data={"value": 1}), 2804009),
        (lambda e: e["user_data"].update(em=["john@example.com"]), 2804011),
        (lambda e: e["user_data"].update(ph=["14155552671"]), 2804011),
        (lambda e: e["user_data"].update(fbp="0" * 64), 2804012),
        (lambda e: e["user_data"].update(client_ip_address="0" * 64), 2804013),
        (lambda e: e.pop("event_name"), 2804014),
        (lambda e: e.pop("event_source_url"), 2804014),
        (lambda e: e["user_data"].pop("client_user_agent"), 2804014),
    ],
)
def test_one_wrong_event_is_refused_with_all_the_others(
    facebook: Facebook, change: Change, subcode: int
) -> None:
    document = json.loads(GOLDEN)
    wrong = json.loads(GOLDEN)["data"][0]
    change(wrong)
    document["data"].append(wrong)

    status, answer = post(facebook, document)

    assert status == 400
    assert (answer["error"]["code"], answer["error"]["error_subcode"]) == (100, subcode)
    assert facebook.effects == []


@pytest.mark.parametrize(
    ("path", "changes", "codes"),
    [
        (PATH, {"access_token": "EAAB-other"}, (190, None)),
        (PATH.replace("v26.0", "latest"), {}, (2635, None)),
        (PATH.replace("7890", "7891"), {}, (100, 33)),
        (PATH, {"data": [{}] * 1001}, (100, 2804010)),
        (PATH, {"data": []}, (100, 2804010)),
    ],
)
def test_wrong_addresses_credentials_and_numbers_are_refused(
    facebook: Facebook, path: str, changes: dict[str, Any], codes: tuple[int, Any]
) -> None:
    status, answer = post(facebook, {**json.loads(GOLDEN), **changes}, path)

    error = answer["error"]
    assert (status, (error["code"], error.get("error_subcode"))) == (400, codes)
    assert facebook.effects == []


def test_somebody_is_in_the_audience_or_not(facebook: Facebook) -> None:
    path = f"/v26.0/{facebook.config['audience']}/users"
    given = {
        "access_token": "EAAB-fake-token",
        "payload": {"schema": ["EMAIL", "PHONE"], "data": [["0" * 64, "1" * 64]]},
    }

    answers = [post(facebook, given, path, m) for m in ("POST", "POST", "DELETE")]

    assert [answer["num_received"] for _, answer in answers] == [1, 1, 1]
    assert [next(iter(effect)) for effect in facebook.effects] == ["added", "removed"]
    assert facebook.state()["members"] == []


def test_a_plain_address_is_no_entry_of_an_audience(facebook: Facebook) -> None:
    path = f"/v26.0/{facebook.config['audience']}/users"
    payload = {"schema": ["EMAIL"], "data": [["john@example.com"]]}

    _, answer = post(
        facebook, {"access_token": "EAAB-fake-token", "payload": payload}, path
    )

    assert (answer["num_received"], answer["num_invalid_entries"]) == (1, 1)
    assert facebook.effects == []
