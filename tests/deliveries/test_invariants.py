"""What must never be is found at night, told, and over once it is mended."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.models import Schedule

from apps.deliveries import alerting
from apps.deliveries.invariants import check_invariants, unexplained, violations
from apps.deliveries.models import Alert, Attempt, Delivery, Finding
from apps.deliveries.tasks import check_invariants as nightly_check
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from tests.deliveries.test_claim_plan import COPIES
from tests.factories import NOON, make_delivery, make_event, make_offer, make_rule

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]

HOUR = timedelta(hours=1)
TOKEN = "0198c1de-7a51-7c52-9d8e-2f6a1b3c4d5e"


@pytest.fixture
def rule() -> PostbackRule:
    return make_rule(make_offer())


def make(rule: PostbackRule, **fields: Any) -> Delivery:
    """Return a delivery of an event of its own."""
    number = Delivery.objects.count()
    event = make_event(Offer.objects.get(), transaction_id=f"t-{number}")
    return make_delivery(rule, event, **fields)


def test_nothing_is_said_about_what_is_in_order(rule: PostbackRule) -> None:
    done = make(rule, state="delivered", attempts=1, finished_at=NOON)
    Attempt.objects.create(delivery=done, number=1, started_at=NOON, outcome="success")
    make(rule, state="delivered", reason="marked", finished_at=NOON)
    make(rule, state="suppressed", reason="sample", finished_at=NOON)
    make(rule, state="held", reason="ambiguous", due_at=NOON - 200 * HOUR)
    make(rule, state="pending", due_at=NOON)
    make(rule, state="pending", due_at=NOON - 30 * HOUR, order_key="t-1")

    assert list(violations(NOON)) == []


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        (
            {"state": "sending", "lease_until": NOON - 2 * HOUR, "lease_token": TOKEN},
            "are being sent although the lease ended over an hour ago",
        ),
        (
            {"state": "pending", "due_at": NOON - 30 * HOUR},
            "are due for over a day although nothing keeps them",
        ),
        (
            {"state": "retrying", "attempts": 2, "due_at": NOON - 30 * HOUR},
            "are due for over a day although nothing keeps them",
        ),
        (
            {"state": "delivered", "finished_at": NOON},
            "are finished although they were never tried",
        ),
        (
            {"state": "failed", "attempts": 2, "finished_at": NOON},
            "lack the record of their last attempt",
        ),
        (
            {"state": "held", "reason": "rule_paused", "due_at": NOON - 2 * HOUR},
            "are held although what held them is over",
        ),
        (
            {
                "state": "held",
                "reason": "destination_paused",
                "due_at": NOON - 2 * HOUR,
            },
            "are held although what held them is over",
        ),
    ],
)
def test_what_must_never_be_is_found(
    rule: PostbackRule, fields: dict[str, Any], what: str
) -> None:
    broken = make(rule, **fields)

    [found] = violations(NOON)

    assert (found.what, found.count, list(found.ids)) == (what, 1, [broken.pk])


def test_the_list_the_reconciliation_links_shows_the_same(rule: PostbackRule) -> None:
    lost = make(rule, state="pending", due_at=NOON - 30 * HOUR)
    make(rule, state="pending", due_at=NOON)

    assert list(unexplained(Delivery.objects.all(), NOON)) == [lost]


def test_it_is_told_as_an_alert_that_ends_when_it_is_mended(
    rule: PostbackRule,
) -> None:
    broken = make(rule, state="delivered", finished_at=NOON)

    check_invariants(now=NOON)
    alerting.reconcile(now=NOON)
    alert = Alert.objects.get(kind="unexplained")
    alerting.reconcile(now=NOON + HOUR)
    alert.refresh_from_db()
    was_open = alert.resolved_at is None
    Delivery.objects.filter(pk=broken.pk).update(reason="marked")
    check_invariants(now=NOON + HOUR)
    alerting.reconcile(now=NOON + HOUR)

    alert.refresh_from_db()
    assert was_open
    assert str(broken.pk) in alert.message
    assert "check_invariants" in alert.message
    assert alert.resolved_at == NOON + HOUR


def test_the_command_says_what_it_found_and_ends_with_an_error(
    rule: PostbackRule,
) -> None:
    broken = make(rule, state="delivered", finished_at=timezone.now())

    with pytest.raises(CommandError, match=f"never tried, e.g. {broken.pk}"):
        call_command("check_invariants")
    Delivery.objects.update(reason="marked")
    said = StringIO()
    call_command("check_invariants", stdout=said)

    assert said.getvalue() == "Nothing is unexplained.\n"
    assert not Finding.objects.exists()


def test_it_runs_every_night(rule: PostbackRule) -> None:
    schedule = Schedule.objects.get(name="Deliveries: check invariants")

    nightly_check()

    assert (schedule.schedule_type, schedule.repeats) == ("D", -1)
    assert schedule.func == "apps.deliveries.tasks.check_invariants"


def test_the_check_reads_only_what_it_looks_for(rule: PostbackRule) -> None:
    """With 30,000 deliveries that are in order, no statement reads them all."""
    make(rule, state="delivered", attempts=1, finished_at=NOON)
    with connection.cursor() as cursor:
        cursor.execute(
            COPIES.replace(
                "CASE n % 2 WHEN 0 THEN 'pending' ELSE 'retrying' END", "state"
            )
            .replace("'', 0, due_at", "'', attempts, due_at")
            .replace("created_at)", "created_at, finished_at)")
            .replace("created_at\n", "created_at, finished_at\n")
        )
        cursor.execute("ANALYZE deliveries_delivery")
    with CaptureQueriesContext(connection) as queries:
        list(violations(NOON + 100 * HOUR))

    with connection.cursor() as cursor:
        for query in queries:
            cursor.execute(f"EXPLAIN {query['sql']}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "Seq Scan on deliveries_delivery" not in plan, plan
    assert len(queries) == 5
