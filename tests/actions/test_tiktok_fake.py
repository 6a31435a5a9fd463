"""The fake of TikTok refuses with a status of 200, and keeps nothing of it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from requests.structures import CaseInsensitiveDict

from tests.fakes.provider import Asked
from tests.fakes.providers.tiktok import PIXEL, TOKEN, TikTok

NOW = 1795208020
PATH = "/open_api/v1.3/event/track/"
Change = Callable[[dict[str, Any]], object]


def document() -> dict[str, Any]:
    event = {
        "event": "Lead",
        "event_time": NOW - 6,
        "event_id": "9001:7",
        "user": {"email": "0" * 64},
    }
    return {"event_source": "web", "event_source_id": PIXEL, "data": [event]}


def post(fake: TikTok, given: Any, token: str = TOKEN, path: str = PATH) -> int:
    headers = {"Content-Type": "application/json", "Access-Token": token}
    asked = Asked(
        "POST", path, {}, CaseInsensitiveDict(headers), json.dumps(given).encode()
    )
    answer = fake.answer(asked)
    assert answer.status == 200
    code: int = json.loads(answer.body)["code"]
    return code


@pytest.fixture
def tiktok() -> TikTok:
    """Return a fake at a fixed moment."""
    fake = TikTok()
    fake.config["now"] = NOW
    return fake


def test_an_event_counts_once_however_often_it_comes(tiktok: TikTok) -> None:
    assert [post(tiktok, document()) for _ in range(2)] == [0, 0]
    assert len(tiktok.effects) == 1


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda d: d.update(event_source="shop"), 40002),
        (lambda d: d.update(event_source_id="C0"), 40001),
        (lambda d: d.update(data=[]), 40002),
        (lambda d: d.update(data=d["data"] * 1001), 40002),
        (lambda d: d["data"][0].pop("event"), 40002),
        (lambda d: d["data"][0].update(event_time=NOW - 8 * 86400), 40002),
        (lambda d: d["data"][0].update(event_time=str(NOW)), 40002),
        (lambda d: d["data"][0].update(user={}), 40002),
        (lambda d: d["data"][0].update(user={"phone": "+14155552671"}), 40002),
    ],
)
def test_what_is_wrong_is_refused(tiktok: TikTok, change: Change, code: int) -> None:
    given = document()
    change(given)

    assert post(tiktok, given) == code
    assert tiktok.effects == []


def test_wrong_tokens_and_addresses_are_refused(tiktok: TikTok) -> None:
    assert post(tiktok, document(), token="other") == 40105
    assert post(tiktok, document(), path="/open_api/v1.2/event/track/") == 40002
    assert tiktok.effects == []
