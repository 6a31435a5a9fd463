"""What every kind of action does when its provider behaves, and when it does not.

Real HTTP to the fakes, rules with connections, leads that come in by the API, and the
engine's own shift.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.actions import registry
from apps.actions.http_action import HttpAction
from apps.connections.models import ConnectionState
from apps.deliveries.models import Alert, Attempt, Delivery
from apps.deliveries.services import check_connection
from tests.conformance.case import Case
from tests.conformance.world import (
    Planted,
    change_connection,
    lead,
    look_for_alerts,
    make_retries_due,
    plant,
    work,
)
from tests.fakes.server import Fakes

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("no_wake_ups"),
]

UNCLEAR: list[dict[str, Any]] = [
    {"status": 500, "text": "Internal Server Error"},
    {"fault": "drop_before_read"},
    {"fault": "html_502"},
    {"fault": "garbage"},
    {"fault": "hang", "seconds": 2},
    {"status": 200, "text": "<html>Welcome to our proxy</html>"},
]
"""Whatever leaves it open whether the provider acted."""

SILENCE = ("drop_before_read", "hang")
"""Faults that are not HTTP's alone."""


def is_repeated(planted: Planted) -> bool:
    """Tell whether an attempt of this rule that may have arrived is sent again."""
    action = registry.get(planted.case.kind)
    return action.repeats_ambiguous(planted.rule.settings)


def state_of(delivery: Delivery) -> tuple[str, str]:
    delivery.refresh_from_db()
    return delivery.state, delivery.reason


def test_what_comes_in_arrives_once(case: Case, fakes: Fakes) -> None:
    """R78-R92: the provider accepts it, and a second shift does not repeat it."""
    planted = plant(case, fakes)
    delivery = lead(planted)

    work()
    work()

    assert state_of(delivery) == ("delivered", ""), delivery.message
    assert len(planted.effects) == 1
    assert Attempt.objects.count() == case.attempts


@pytest.mark.parametrize(
    "step", UNCLEAR, ids=lambda step: str(step.get("fault") or step["status"])
)
def test_what_is_unclear_is_repeated_or_waits_for_a_person(
    case: Case, fakes: Fakes, settings: Any, step: dict[str, Any]
) -> None:
    """An action whose repetition does harm is held; the others arrive in the end."""
    settings.OUTBOUND_DEADLINE_SECONDS = 0.5
    if step.get("status") == 200 and not case.reads_answers:
        return
    if not case.is_http and step.get("fault") not in SILENCE:
        return
    planted = plant(case, fakes)
    delivery = lead(planted)
    fakes.script(case.fake, step)

    work()
    is_waiting = state_of(delivery)[0]
    make_retries_due()
    work()

    if is_repeated(planted):
        # A shift that is not over waits for a retry that is due soon.
        assert is_waiting in {"retrying", "delivered"}, delivery.message
        assert state_of(delivery) == ("delivered", ""), delivery.message
        assert Attempt.objects.count() > 1
        assert len(planted.effects) == 1
    else:
        assert state_of(delivery) == ("held", "ambiguous"), delivery.message
        assert planted.effects == []


def test_an_answer_that_never_arrives_does_not_double_the_effect(
    case: Case, fakes: Fakes
) -> None:
    """It was done, and the connection broke before anybody could say so."""
    planted = plant(case, fakes)
    delivery = lead(planted)
    fakes.script(case.fake, {"fault": "drop_after_read"})

    work()
    make_retries_due()
    work()

    if not is_repeated(planted):
        assert state_of(delivery) == ("held", "ambiguous"), delivery.message
        assert len(planted.effects) == 1
    else:
        assert state_of(delivery) == ("delivered", ""), delivery.message
        assert len(planted.effects) == (1 if case.notices_repetition else 2)


def test_a_provider_that_is_busy_is_asked_again_when_it_said(
    http_case: Case, fakes: Fakes
) -> None:
    planted = plant(http_case, fakes)
    delivery = lead(planted)
    fakes.script(http_case.fake, {"status": 429, "headers": {"Retry-After": "20"}})
    before = timezone.now()

    work()

    assert state_of(delivery)[0] == "retrying", delivery.message
    assert delivery.due_at >= before + timedelta(seconds=20)
    assert planted.effects == []
    make_retries_due()
    work()
    assert state_of(delivery) == ("delivered", ""), delivery.message
    assert len(planted.effects) == 1


def test_wrong_credentials_hold_everything_until_they_are_mended(
    case: Case, fakes: Fakes
) -> None:
    """One alert; what waits is sent, oldest first, after “Test connection”."""
    if not case.refused:
        return
    planted = plant(case, fakes, **case.refused)
    first = lead(planted)
    work()
    asked = len(fakes.requests(case.fake))
    second = lead(planted, "T-9002", email="other@example.com", phone="4155552672")
    work()
    look_for_alerts()
    look_for_alerts()

    assert state_of(first) == ("held", "connection_auth"), first.message
    assert state_of(second) == ("held", "connection_auth"), second.message
    assert len(fakes.requests(case.fake)) == asked
    assert Alert.objects.filter(kind="connection_auth").count() == 1
    connection = planted.connection
    assert connection is not None
    connection.refresh_from_db()
    assert connection.state == ConnectionState.AUTH_ERROR

    change_connection(planted)
    check_connection(connection=connection, now=timezone.now())
    work()

    assert state_of(first) == ("delivered", ""), first.message
    assert state_of(second) == ("delivered", ""), second.message
    assert len(planted.effects) == 2


def test_a_redirect_is_not_followed(http_case: Case, fakes: Fakes) -> None:
    planted = plant(http_case, fakes)
    delivery = lead(planted)
    away = f"{fakes.url}/{http_case.fake}/elsewhere"
    fakes.script(http_case.fake, {"fault": "redirect", "to": away})

    work()

    assert state_of(delivery)[0] == "failed", delivery.message
    targets = [request["target"] for request in fakes.requests(http_case.fake)]
    assert f"/{http_case.fake}/elsewhere" not in targets


def test_a_provider_that_is_not_there_got_nothing(
    http_case: Case, fakes: Fakes
) -> None:
    """Nobody listens on port 9 … of this machine; the attempt is repeated."""
    if "base_url" not in http_case.connection:
        return
    planted = plant(http_case, fakes, base_url="http://127.0.0.1:59999/nobody")
    delivery = lead(planted)

    work()

    assert state_of(delivery)[0] == "retrying", delivery.message
    assert planted.effects == []


def test_a_base_url_may_end_in_a_slash(http_case: Case, fakes: Fakes) -> None:
    if "base_url" not in http_case.connection:
        return
    planted = plant(http_case, fakes)
    change_connection(planted, base_url=f"{http_case.connection['base_url']}/")
    delivery = lead(planted)

    work()

    assert state_of(delivery) == ("delivered", ""), delivery.message


def test_the_connection_test_has_no_effect(case: Case, fakes: Fakes) -> None:
    """Good credentials have no error line; wrong ones do, where it can be told."""
    planted = plant(case, fakes)
    if planted.connection is None:
        return

    lines, _ = check_connection(connection=planted.connection, now=timezone.now())

    assert [line for line in lines if line.level == "error"] == []
    assert planted.effects == []
    if case.refused and case.check_notices:
        change_connection(planted, **case.refused)
        lines, _ = check_connection(connection=planted.connection, now=timezone.now())
        assert sum(line.level == "error" for line in lines) == 1, lines


def test_a_rehearsal_sends_nothing_and_a_request_is_the_same_each_time(
    http_case: Case, fakes: Fakes
) -> None:
    """``build`` is pure: a preview and two builds agree, without the network."""
    planted = plant(http_case, fakes)
    delivery = lead(planted)
    fakes.reset()
    action = registry.get(http_case.kind)
    assert isinstance(action, HttpAction)

    job = planted.job(delivery)
    previewed = action.preview(job)

    assert action.build(job) == action.build(job)
    assert previewed["method"] == action.build(job).method
    assert fakes.requests(http_case.fake) == []
