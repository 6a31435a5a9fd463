"""What a provider took is asked for by the delivery's next attempts, and sent once."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.actions.kinds.lms_post import LmsPost
from apps.deliveries import sweeping
from apps.deliveries.claiming import claim_due
from apps.deliveries.models import Attempt, Delivery, RuleHealth
from apps.deliveries.recording import record
from apps.deliveries.sending import attempt, load_connections, load_revisions, opens_at
from apps.deliveries.services import cancel, mark_delivered, resend
from apps.postbacks.models import PostbackRule, RuleWindow
from apps.postbacks.services import record_revision
from tests.conformance.cases.lms_post import CASES
from tests.conformance.world import Planted, lead, plant
from tests.constraints.refusing import refused_by
from tests.fakes.server import Fakes, running_fakes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]

[CASE] = [case for case in CASES if case.settings["asynchronous"]]
LEASE_IS_OVER = timedelta(minutes=5)


@pytest.fixture(scope="module")
def served() -> Iterator[Fakes]:
    with running_fakes() as fakes:
        yield fakes


@pytest.fixture
def planted(served: Fakes) -> Planted:
    """Return a postback whose provider never tells a result."""
    served.reset()
    served.configure("lms", polls=0)
    return plant(CASE, served)


def claimed() -> Any:
    """Return the one delivery that waits, claimed whenever it is due."""
    Delivery.objects.filter(state="retrying").update(due_at=timezone.now())
    (row,) = claim_due(limit=10, now=timezone.now())
    load_revisions([row.revision_id])
    return row


def tried(row: Any) -> Any:
    return attempt(row, load_connections([row.connection_id])[row.connection_id])


def one_attempt() -> Delivery:
    """Make the next attempt; return the delivery as it is then."""
    record([tried(claimed())])
    return Delivery.objects.get()


def taken(planted: Planted) -> Delivery:
    """Return a delivery that the provider has taken."""
    lead(planted)
    return one_attempt()


def revised(planted: Planted, **fields: Any) -> None:
    """Give the rule other settings before anything comes in."""
    PostbackRule.objects.filter(pk=planted.rule.pk).update(**fields)
    rule = PostbackRule.objects.get(pk=planted.rule.pk)
    record_revision(rule=rule, author=None, now=timezone.now())


def outcomes() -> list[str]:
    return list(Attempt.objects.order_by("number").values_list("outcome", flat=True))


def paths(planted: Planted) -> list[str]:
    return [request["path"] for request in planted.fakes.requests("lms")]


def test_what_was_taken_waits_among_the_retries_with_its_ticket(
    planted: Planted,
) -> None:
    delivery = taken(planted)

    tried_first = Attempt.objects.get()
    assert (delivery.state, delivery.reason) == ("retrying", "")
    assert delivery.ticket == "W_00000"
    assert delivery.underway_since is not None
    assert delivery.due_at - delivery.underway_since == timedelta(seconds=1)
    assert tried_first.outcome == "underway"
    assert tried_first.findings["lead_id"] == "W_00000"


def test_it_is_asked_for_until_there_is_a_result(planted: Planted) -> None:
    """R85: every question is an attempt; the lead is posted once."""
    planted.fakes.configure("lms", polls=3)
    since = taken(planted).underway_since

    second = one_attempt()
    one_attempt()
    last = one_attempt()

    assert (second.state, second.underway_since) == ("retrying", since)
    assert (last.state, last.ticket, last.underway_since) == ("delivered", "", None)
    assert outcomes() == ["underway", "underway", "underway", "success"]
    assert paths(planted) == ["/lead/", *["/lead/check-lead-status"] * 3]
    assert len(planted.effects) == 1
    assert Attempt.objects.get(number=4).findings["price"] == "1.0000"


def test_after_five_minutes_it_is_not_sold(planted: Planted) -> None:
    taken(planted)
    past = timezone.now() - timedelta(seconds=300)
    Delivery.objects.update(underway_since=past)

    delivery = one_attempt()

    assert (delivery.state, delivery.ticket) == ("delivered", "")
    assert Attempt.objects.get(number=2).code == "not_sold"


def test_a_worker_that_dies_while_it_asks_costs_another_question_only(
    planted: Planted,
) -> None:
    """The kind must not run twice, but asking may: nobody has to decide."""
    planted.fakes.configure("lms", polls=1)
    taken(planted)
    claimed()

    sweeping.return_expired(now=timezone.now() + LEASE_IS_OVER)
    between = Delivery.objects.get().state
    last = one_attempt()

    assert between == "retrying"
    assert last.state == "delivered"
    assert outcomes() == ["underway", "unknown", "success"]
    assert paths(planted) == ["/lead/", "/lead/check-lead-status"]


def test_a_worker_that_dies_before_it_knows_leaves_it_to_a_person(
    planted: Planted,
) -> None:
    lead(planted)
    claimed()

    sweeping.return_expired(now=timezone.now() + LEASE_IS_OVER)

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.reason) == ("held", "ambiguous")
    assert delivery.ticket == ""


def test_a_ticket_that_comes_after_the_lease_is_kept_for_who_sends_again(
    planted: Planted,
) -> None:
    planted.fakes.configure("lms", polls=1)
    lead(planted)
    late = claimed()
    sweeping.return_expired(now=timezone.now() + LEASE_IS_OVER)

    record([tried(late)])
    held = Delivery.objects.get()
    resend(delivery_ids=[held.pk], now=timezone.now())
    last = one_attempt()

    assert (held.state, held.ticket) == ("held", "W_00000")
    assert last.state == "delivered"
    assert paths(planted) == ["/lead/", "/lead/check-lead-status"]


def test_a_slow_question_does_not_take_the_ticket_from_its_successor(
    planted: Planted,
) -> None:
    taken(planted)
    late = claimed()
    sweeping.return_expired(now=timezone.now() + LEASE_IS_OVER)
    one_attempt()
    planted.fakes.configure("lms", polls=1)

    record([tried(late)])

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.ticket) == ("retrying", "W_00000")
    assert outcomes() == ["underway", "success", "underway"]


def test_questions_use_up_no_retry_and_do_not_switch_the_rule_off(
    planted: Planted,
) -> None:
    revised(planted, retry_delays=[], disable_after=1)
    taken(planted)

    planted.fakes.script("lms", {"status": 500}, {"fault": "drop_before_read"})
    states = [one_attempt().state for _ in range(4)]

    assert states == ["retrying"] * 4
    assert outcomes() == ["underway", "retry", "retry", "underway", "underway"]
    assert PostbackRule.objects.get().status == "active"
    assert not RuleHealth.objects.filter(failures__gt=0).exists()


def test_nobody_asks_for_longer_than_a_day(planted: Planted) -> None:
    taken(planted)
    past = timezone.now() - timedelta(hours=24, seconds=1)
    Delivery.objects.update(underway_since=past)
    planted.fakes.script("lms", {"status": 500})

    delivery = one_attempt()

    assert (delivery.state, delivery.reason) == ("held", "ambiguous")
    assert delivery.ticket == "W_00000"


def test_asking_does_not_wait_for_the_hours_of_sending(planted: Planted) -> None:
    day = (datetime.now(UTC) + timedelta(days=2)).weekday()
    taken(planted)
    RuleWindow.objects.create(
        rule=planted.rule, weekday=day, opens_at=time(9), closes_at=time(10)
    )
    revised(planted)
    Delivery.objects.update(revision=planted.rule.revisions.latest("number"))

    delivery = one_attempt()

    now = timezone.now()
    assert delivery.due_at < now + timedelta(seconds=2)
    assert opens_at(claimed(), now) == now


@pytest.mark.parametrize("act", [cancel, None], ids=["cancelled", "waiting"])
def test_what_is_sent_again_by_a_person_is_asked_for(
    planted: Planted, act: Any
) -> None:
    delivery = taken(planted)
    if act is not None:
        act(delivery_ids=[delivery.pk], now=timezone.now())

    resend(delivery_ids=[delivery.pk], now=timezone.now())
    one_attempt()

    assert paths(planted) == ["/lead/", "/lead/check-lead-status"]


def test_a_crash_while_asking_waits_for_a_person(
    planted: Planted, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Failed, it could be sent again, and would be posted."""
    taken(planted)

    def crash(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(LmsPost, "classify", crash)
    delivery = one_attempt()

    assert (delivery.state, delivery.reason) == ("held", "ambiguous")
    assert delivery.ticket == "W_00000"


def test_what_a_person_marks_as_delivered_is_not_asked_for(planted: Planted) -> None:
    delivery = taken(planted)
    Delivery.objects.update(state="held", reason="ambiguous")

    mark_delivered(delivery_ids=[delivery.pk], now=timezone.now())

    delivery.refresh_from_db()
    assert (delivery.state, delivery.ticket) == ("delivered", "")


def test_refused_credentials_hold_it_and_it_is_asked_for_afterwards(
    planted: Planted,
) -> None:
    taken(planted)
    planted.fakes.configure("lms", api_password="another")

    delivery = one_attempt()

    assert (delivery.state, delivery.reason) == ("held", "connection_auth")
    assert delivery.ticket == "W_00000"


def test_the_database_refuses_tickets_of_what_is_not_open(planted: Planted) -> None:
    delivery = taken(planted)
    row = Delivery.objects.filter(pk=delivery.pk)
    now = timezone.now()

    for fields in (
        *({"ticket": ""}, {"underway_since": None}, {"attempts": 0}),
        {"state": "pending"},
        {"state": "delivered", "finished_at": now},
        {"state": "failed", "finished_at": now},
        {"state": "suppressed", "reason": "sample", "finished_at": now},
    ):
        with refused_by("delivery_ticket_of_what_is_open"):
            row.update(**fields)
