"""``manage.py replay`` counts, asks and starts."""

from io import StringIO
from typing import Any
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from apps.deliveries.models import Delivery, Replay
from apps.postbacks.models import PostbackRule
from tests.factories import NOON, make_delivery, make_event, make_offer, make_rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]


@pytest.fixture(autouse=True)
def _no_messages() -> Any:
    with patch("apps.deliveries.replay_queue.enqueue"):
        yield


@pytest.fixture
def rule() -> PostbackRule:
    """Return a rule with a delivery that failed just now."""
    offer = make_offer()
    found = make_rule(offer)
    make_delivery(
        found,
        make_event(offer),
        state="failed",
        finished_at=NOON,
        created_at=timezone.now(),
    )
    return found


def run(*arguments: str, answer: str = "y") -> str:
    out = StringIO()
    with patch("builtins.input", return_value=answer):
        call_command("replay", *arguments, "--no-wait", stdout=out)
    return out.getvalue()


def test_it_counts_asks_and_starts(rule: PostbackRule) -> None:
    said = run(str(rule.pk), "--comment", "outage", "--per-minute", "10")

    replay = Replay.objects.get()
    assert "1 deliveries would be sent." in said
    assert (replay.state, replay.per_minute, replay.comment) == (
        "running",
        10,
        "outage",
    )


def test_without_a_yes_nothing_is_sent(rule: PostbackRule) -> None:
    said = run(str(rule.pk), answer="")

    assert "Nothing was sent." in said
    assert Replay.objects.get().state == "draft"
    assert Delivery.objects.get().state == "failed"


def test_nothing_to_send_is_said(rule: PostbackRule) -> None:
    assert "0 deliveries would be sent." in run(str(rule.pk), "--state", "held")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["999999"], "no postback #999999"),
        (["{rule}", "--until", "2001-01-01T00:00Z"], "ends before it begins"),
        (["{rule}", "--since", "yesterday"], "invalid"),
        (["{rule}", "--per-minute", "0"], "at least 1"),
    ],
)
def test_what_is_wrong_is_said(
    arguments: list[str], message: str, rule: PostbackRule
) -> None:
    with pytest.raises(CommandError, match=message):
        run(*(one.replace("{rule}", str(rule.pk)) for one in arguments))
