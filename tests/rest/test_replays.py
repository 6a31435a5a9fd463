"""Sending again over the REST API."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.test import Client
from django.utils import timezone

from apps.deliveries.models import Delivery, Replay
from apps.deliveries.replay_tasks import replay as replay_task
from tests.factories import NOON
from tests.rest.world import make_world, secret

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]


@pytest.fixture
def delivery() -> Delivery:
    """Return a failed delivery."""
    ours, _ = make_world()
    Delivery.objects.update(state="failed", finished_at=NOON, created_at=timezone.now())
    ours.delivery.refresh_from_db()
    found: Delivery = ours.delivery
    return found


def post(path: str, document: Any = None, scope: str = "account") -> Any:
    return Client().post(
        f"/api/v1/{path}",
        document or {},
        content_type="application/json",
        headers={"Authorization": f"Bearer {secret(scope)}"},
    )


def get(path: str) -> Any:
    headers = {"Authorization": f"Bearer {secret('account')}"}
    return Client().get(f"/api/v1/{path}", headers=headers)


def asked(delivery: Delivery, **fields: Any) -> dict[str, Any]:
    return {
        "kind": "resend",
        "rule": delivery.rule_id,
        "starts_at": (timezone.now() - timedelta(days=1)).isoformat(),
        "ends_at": (timezone.now() + timedelta(days=1)).isoformat(),
        **fields,
    }


def test_one_delivery_is_sent_again(delivery: Delivery) -> None:
    """R213: resend, over the API."""
    answer = post(f"deliveries/{delivery.pk}/resend")
    Delivery.objects.filter(pk=delivery.pk).update(state="pending", finished_at=None)
    refused = post(f"deliveries/{delivery.pk}/resend")

    assert answer.json() == {"id": str(delivery.pk), "state": "retrying"}
    assert (refused.status_code, refused.json()["reason"]) == (409, "bad_state")


@pytest.mark.parametrize("scope", ["advertiser", "offer"])
def test_tokens_of_advertisers_and_offers_send_nothing(
    scope: str, delivery: Delivery
) -> None:
    answers = [
        post(f"deliveries/{delivery.pk}/resend", scope=scope),
        post("replays", asked(delivery), scope=scope),
    ]

    assert [answer.json()["reason"] for answer in answers] == ["forbidden"] * 2
    delivery.refresh_from_db()
    assert delivery.state == "failed"


def test_a_replay_is_previewed_started_and_reported(delivery: Delivery) -> None:
    prepared = post("replays", asked(delivery, comment="after the outage")).json()
    states = set(Delivery.objects.values_list("state", flat=True))
    path = f"replays/{prepared['id']}"

    with patch("apps.deliveries.replay_queue.enqueue"):
        started = post(f"{path}/start").json()
    replay_task(prepared["id"])
    over = get(path).json()
    again = post(f"{path}/start")

    assert (prepared["state"], prepared["total"]) == ("draft", 1)
    assert states == {"failed"}
    assert started["state"] == "running"
    assert (over["state"], over["planned"]) == ("done", 1)
    assert again.status_code == 409
    assert Replay.objects.get().author is None


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"kind": "again"}, "bad_field:kind"),
        ({"rule": 999_999}, "bad_field:rule"),
        ({"rule": "x"}, "bad_field:rule"),
        ({"states": ["pending"]}, "bad_field:states"),
        ({"starts_at": "yesterday"}, "bad_field:starts_at"),
        ({"ends_at": "2001-01-01T00:00:00Z"}, "bad_field:ends_at"),
        ({"per_minute": 0}, "bad_field:per_minute"),
    ],
)
def test_what_is_wrong_is_named(
    fields: dict[str, Any], reason: str, delivery: Delivery
) -> None:
    answer = post("replays", asked(delivery, **fields))

    assert (answer.status_code, answer.json()["reason"]) == (422, reason)
    assert answer.json()["detail"]


def test_an_unknown_step_is_refused(delivery: Delivery) -> None:
    prepared = post("replays", asked(delivery)).json()

    answer = post(f"replays/{prepared['id']}/explode")

    assert answer.json()["reason"] == "bad_field:step"
