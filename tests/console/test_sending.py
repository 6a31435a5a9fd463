"""What people do about sending: replays, destinations, connections, retries."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from auditlog.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.accounts.models import Role
from apps.connections.models import Connection
from apps.core.ids import uuid7
from apps.deliveries.models import Delivery, Destination, Replay
from apps.deliveries.replay_tasks import replay as replay_task
from apps.postbacks.models import PostbackRule
from tests.console.test_flows import ping_values
from tests.factories import (
    NOON,
    make_affiliate,
    make_delivery,
    make_event,
    make_offer,
    make_rule,
    make_user,
)

pytestmark = pytest.mark.django_db

ADD = "admin:deliveries_replay_add"


@pytest.fixture(autouse=True)
def _no_messages() -> Any:
    with patch("apps.deliveries.replay_queue.enqueue"):
        yield


@pytest.fixture
def failed() -> Delivery:
    """Return a delivery that failed today."""
    offer = make_offer()
    return make_delivery(
        make_rule(offer),
        make_event(offer),
        state="failed",
        finished_at=NOON,
        created_at=timezone.now() - timedelta(hours=1),
    )


def replay_values(rule: PostbackRule, /, **changes: Any) -> dict[str, Any]:
    today = timezone.now().date()
    return {
        "kind": "resend",
        "rule": rule.pk,
        "states": ["failed"],
        "starts_at_0": str(today - timedelta(days=2)),
        "starts_at_1": "00:00:00",
        "ends_at_0": str(today + timedelta(days=1)),
        "ends_at_1": "00:00:00",
        "comment": "after the outage",
        **changes,
    }


def step(client: Client, replay: Replay, name: str) -> Any:
    url = reverse("admin:deliveries_replay_step", args=[replay.pk])
    return client.post(url, {"step": name}, follow=True)


def test_a_replay_counts_first_and_sends_when_it_is_started(
    staff: Client, failed: Delivery
) -> None:
    """R213: who, when and why are kept with it."""
    page = staff.post(reverse(ADD), replay_values(failed.rule), follow=True)
    replay = Replay.objects.get()
    untouched = Delivery.objects.get().state

    started = step(staff, replay, "start")
    replay_task(str(replay.pk))
    over = staff.get(reverse("admin:deliveries_replay_change", args=[replay.pk]))

    assert b"<strong>1</strong> delivery would be sent" in page.content
    assert (untouched, Delivery.objects.get().state) == ("failed", "retrying")
    assert b"The replay has begun." in started.content
    assert b"Done" in over.content
    assert (replay.author.username if replay.author else "", replay.comment) == (
        "root",
        "after the outage",
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"states": []}, b"Choose which deliveries are sent again."),
        ({"ends_at_0": "2001-01-01"}, b"The range ends before it begins."),
        ({"per_minute": "0"}, b"At least one per minute"),
        ({"kind": "backfill", "rule": ""}, b"Choose the postback"),
    ],
)
def test_a_wrong_replay_is_refused_with_a_reason(
    changes: dict[str, Any], message: bytes, staff: Client, failed: Delivery
) -> None:
    page = staff.post(reverse(ADD), replay_values(failed.rule, **changes))

    assert message in page.content
    assert not Replay.objects.exists()


def test_a_step_that_does_not_fit_says_so(staff: Client, failed: Delivery) -> None:
    staff.post(reverse(ADD), replay_values(failed.rule))

    page = step(staff, Replay.objects.get(), "resume")

    assert b"The replay is not confirmed. Nothing was done." in page.content


def test_filters_of_the_list_become_a_replay(staff: Client, failed: Delivery) -> None:
    url = reverse("admin:deliveries_delivery_changelist")
    answer = staff.post(
        f"{url}?state__exact=failed&rule__id__exact={failed.rule_id}",
        {"action": "replay_matching", "_selected_action": [str(failed.pk)]},
    )
    form = staff.get(answer["Location"]).context["adminform"].form

    assert str(form["rule"].value()) == str(failed.rule_id)
    assert form["states"].value() == ["failed"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AFFILIATE])
def test_who_may_not_send_prepares_no_replay(
    role: Role, sign_in: Any, failed: Delivery
) -> None:
    affiliate = make_affiliate() if role == Role.AFFILIATE else None
    client = sign_in(make_user("reader", role=role, affiliate=affiliate))

    answer = client.post(reverse(ADD), replay_values(failed.rule))

    assert answer.status_code == 403
    assert not Replay.objects.exists()


def test_a_destination_is_paused_and_resumed(staff: Client, failed: Delivery) -> None:
    row = failed.destination
    pause, resume = (
        reverse(f"admin:deliveries_destination_{name}", args=[row.pk])
        for name in ("pause", "resume")
    )

    nothing = staff.post(pause, {"reason": ""})
    staff.post(pause, {"reason": "maintenance", "hours": "2"})
    paused = Destination.objects.get(pk=row.pk)
    Delivery.objects.update(state="held", reason="destination_paused", finished_at=None)
    page = staff.post(resume, follow=True)

    assert b"This field is required." in nothing.content
    assert (paused.state, paused.paused_reason) == ("paused", "maintenance")
    assert paused.paused_until is not None
    assert b"1 held deliveries go on." in page.content
    assert Delivery.objects.get().state == "pending"
    assert LogEntry.objects.get_for_object(row).exists()


def test_a_dead_destination_is_tried_now(staff: Client, failed: Delivery) -> None:
    row = Destination.objects.filter(pk=failed.destination_id)
    at = datetime(2026, 3, 1, 13, 14, 15, tzinfo=UTC)
    row.update(breaker="open", failures=10, trips=1, retry_at=at)
    url = reverse("admin:deliveries_destination_try-now", args=[failed.destination_id])

    asked = staff.get(url)
    staff.post(url)

    assert b"did not answer 10 times in a row" in asked.content
    assert b"tries it at 13:14:15." in asked.content
    assert row.get().breaker == "closed"


def test_a_connection_is_tested_and_releases(staff: Client, failed: Delivery) -> None:
    connection = Connection.objects.create(
        name="Partner", kind="ping_url", settings={"auth": "none"}, state="auth_error"
    )
    PostbackRule.objects.update(connection=connection)
    Delivery.objects.update(state="held", reason="connection_auth", finished_at=None)

    page = staff.post(
        reverse("admin:connections_connection_test", args=[connection.pk]), follow=True
    )

    connection.refresh_from_db()
    assert b"1 held deliveries are sent now." in page.content
    assert connection.state == "ok"


@pytest.mark.parametrize(
    ("text", "stored"),
    [("", None), ("never", []), ("5s, 2 h,1day", [5, 7200, 86_400])],
)
def test_a_postback_has_a_schedule_of_its_own(
    text: str, stored: Any, staff: Client
) -> None:
    rule = make_rule(make_offer())
    url = reverse("admin:postbacks_postbackrule_change", args=[rule.pk])

    staff.post(url, ping_values(staff, url, retry_delays=text, disable_after="7"))

    rule.refresh_from_db()
    assert (rule.retry_delays, rule.disable_after) == (stored, 7)
    again = staff.get(url).context["adminform"].form["retry_delays"].value()
    assert (again or "") == {"5s, 2 h,1day": "5s, 2h, 1d"}.get(text, text)


@pytest.mark.parametrize("text", ["soon", "5", "0s", "8d", ",".join(["1s"] * 21)])
def test_a_wrong_schedule_is_refused(text: str, staff: Client) -> None:
    rule = make_rule(make_offer())
    url = reverse("admin:postbacks_postbackrule_change", args=[rule.pk])

    page = staff.post(url, ping_values(staff, url, retry_delays=text))

    assert page.status_code == 200
    assert page.context["adminform"].form.errors["retry_delays"]


def test_what_a_person_does_with_a_delivery_is_remembered(
    staff: Client, failed: Delivery
) -> None:
    """R213: user, time and what it was before."""
    url = reverse("admin:deliveries_delivery_act", args=[failed.pk])

    staff.post(url, {"what": "resend"})
    staff.post(url, {"what": "cancel"})

    entries = LogEntry.objects.filter(object_pk=str(failed.pk)).order_by("pk")
    assert [entry.changes for entry in entries] == [
        {"by hand": ["failed", "resend"]},
        {"by hand": ["retrying", "cancel"]},
    ]
    assert {str(entry.actor) for entry in entries} == {"root"}


def test_a_delivery_says_what_it_waits_for(staff: Client, failed: Delivery) -> None:
    Delivery.objects.update(
        state="pending", finished_at=None, order_key="tx-1", due_at=NOON
    )
    assert failed.event is not None
    later = make_delivery(
        failed.rule, failed.event, trigger_id=uuid7(), order_key="tx-1"
    )
    page = reverse("admin:deliveries_delivery_change", args=[later.pk])

    in_order = staff.get(page).content.decode()
    Delivery.objects.filter(pk=failed.pk).update(state="failed", finished_at=NOON)
    Destination.objects.update(
        breaker="open", failures=12, trips=1, retry_at=timezone.now()
    )
    at_the_breaker = staff.get(page).content.decode()

    assert f"delivery {failed.pk} of the same transaction is pending" in in_order
    assert "The destination failed 12 times in a row." in at_the_breaker
