"""Opt-outs that could not be handed over are told at once, whatever the cause."""

import pytest

from apps.actions import registry
from apps.actions.base import Group
from apps.connections.models import Connection
from apps.core.ids import uuid7
from tests.deliveries.alarms import look, make_mail, make_watched_rule
from tests.factories import NOON, make_delivery, make_event

pytestmark = pytest.mark.django_db


def lose(action: str, *outcomes: str, **fields: object) -> None:
    """Store deliveries of one rule that failed with ``outcomes``, at noon."""
    make_mail()
    rule = make_watched_rule(
        action=action,
        settings={"backend": "local", "url": "https://t.example/"},
        connection=Connection.objects.create(
            name="Lists", kind=action, settings={"base_url": "https://lists.example"}
        ),
    )
    assert rule.offer is not None
    event = make_event(rule.offer)
    for outcome in outcomes:
        values = {"state": "failed", "outcome": outcome, "finished_at": NOON, **fields}
        make_delivery(rule, event, trigger_id=uuid7(), **values)


@pytest.mark.parametrize(
    ("outcomes", "told"),
    [
        (["permanent"], "1 delivery failed by refusals in the last hour."),
        (["retry"], "1 delivery failed after all retries in the last hour."),
        (
            ["permanent", "unknown"],
            "2 deliveries failed after all retries or by refusals in the last hour.",
        ),
    ],
)
@pytest.mark.parametrize("action", ["optintel_unsub", "edelivery_unsub", "dnpl"])
def test_a_lost_opt_out_is_told_whatever_the_cause(
    action: str, outcomes: list[str], told: str
) -> None:
    lose(action, *outcomes)

    (text,) = look(1)

    assert told in text
    assert "send them again" in text


@pytest.mark.parametrize(
    ("action", "fields"),
    [("ping_url", {}), ("edelivery_contact", {}), ("dnpl", {"kind": "test"})],
)
def test_other_refusals_wait_for_their_threshold(
    action: str, fields: dict[str, str]
) -> None:
    lose(action, "permanent", **fields)

    assert look(1) == []


def test_every_action_that_keeps_people_from_being_contacted_is_marked() -> None:
    marked = {one.kind for one in registry.all_actions() if one.must_not_be_lost}
    lists = {one.kind for one in registry.all_actions() if one.group is Group.LISTS}

    assert marked == lists - {"edelivery_contact"}
