"""Every match is in one column of the reconciliation, or is unexplained."""

from datetime import timedelta

import pytest

from apps.deliveries.models import Delivery, Destination
from apps.deliveries.states import DeliveryState, SuppressedReason
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from apps.reports.models import OutcomeHour
from apps.reports.reconciliation import COLUMNS, reconcile, total_of
from apps.reports.rollups import roll_up
from tests.factories import (
    NOON,
    make_advertiser,
    make_affiliate,
    make_event,
    make_offer,
    make_rule,
)
from tests.reports.test_rollups import HOUR, SECOND, deliver

pytestmark = pytest.mark.django_db

TRIED = {"attempts": 1}


@pytest.fixture
def offer() -> Offer:
    return make_offer()


@pytest.fixture
def rule(offer: Offer) -> PostbackRule:
    return make_rule(offer)


def sums() -> dict[str, int]:
    """Return the columns that are not 0, of all hours, with what is unexplained."""
    total = total_of(reconcile(OutcomeHour.objects.all(), "rule"))
    shown = {**total.sums, "unexplained": total.unexplained}
    return {name: count for name, count in shown.items() if count}


def test_each_state_and_reason_has_a_column(offer: Offer, rule: PostbackRule) -> None:
    for state in ("delivered", "failed"):
        deliver(rule, offer, NOON, state, **TRIED)
    deliver(rule, offer, NOON, "cancelled", finished_at=NOON)
    deliver(rule, offer, NOON, "held", reason="ambiguous")
    deliver(rule, offer, NOON, "pending")
    deliver(rule, offer, NOON, "retrying", **TRIED)
    reasons = [*SuppressedReason.values, "nothing_to_send", "another"]
    for reason in reasons:
        deliver(rule, offer, NOON, "suppressed", reason=reason)

    roll_up(now=NOON + SECOND)

    assert sums() == {
        "matched": 6 + len(reasons),
        **dict.fromkeys(("delivered", "failed", "cancelled", "held"), 1),
        **dict.fromkeys(("pending", "retrying", "not_sampled", "no_consent"), 1),
        "over_cap": 5,
        "nothing_to_send": 1,
        "otherwise_suppressed": 1,
    }


def test_every_state_is_counted_in_exactly_one_column(
    offer: Offer, rule: PostbackRule
) -> None:
    """A state that somebody adds must get a column."""
    for state in DeliveryState.values:
        fields: dict[str, object] = {"attempts": 1, "reason": "sample"}
        if state == "sending":
            lease = NOON + timedelta(minutes=1)
            fields |= {"lease_until": lease, "lease_token": offer.public_token}
            fields["lease_token"] = "0198c1de-7a51-7c52-9d8e-2f6a1b3c4d5e"
        if state == "cancelled":
            fields["finished_at"] = NOON
        deliver(rule, offer, NOON, state, **fields)

    roll_up(now=NOON + SECOND)

    assert sums()["matched"] == len(DeliveryState.values)
    assert "unexplained" not in sums()
    assert set(COLUMNS) <= {field.name for field in OutcomeHour._meta.get_fields()}


def test_what_nothing_accounts_for_is_unexplained_until_it_is_mended(
    offer: Offer, rule: PostbackRule
) -> None:
    never_tried = deliver(rule, offer, NOON, "delivered", attempts=0)
    forgotten = deliver(rule, offer, NOON, "retrying", due_at=NOON, **TRIED)
    roll_up(now=NOON + SECOND)
    before = sums()
    later = NOON + 30 * HOUR
    make_event(offer, received_at=later, transaction_id="later")
    roll_up(now=later)
    after = sums()

    Delivery.objects.filter(pk=never_tried.pk).update(reason="marked")
    Delivery.objects.filter(pk=forgotten.pk).update(
        state="cancelled", finished_at=later
    )
    roll_up(now=later)

    assert before == {"matched": 2, "retrying": 1, "unexplained": 1}
    assert after == {"matched": 2, "unexplained": 2}
    assert sums() == {"matched": 2, "delivered": 1, "cancelled": 1}


@pytest.mark.parametrize(
    "limits",
    [
        {"breaker": "open", "retry_at": NOON},
        {"rate_per_second": 1.0},
        {"state": "paused"},
    ],
)
def test_what_its_destination_keeps_waiting_is_explained(
    offer: Offer, rule: PostbackRule, limits: dict[str, object]
) -> None:
    deliver(rule, offer, NOON, "pending", due_at=NOON - 30 * HOUR)
    Destination.objects.update(**limits)

    roll_up(now=NOON + SECOND)

    assert sums() == {"matched": 1, "pending": 1}


def test_a_lease_that_nobody_took_back_is_unexplained(
    offer: Offer, rule: PostbackRule
) -> None:
    deliver(
        rule,
        offer,
        NOON,
        "sending",
        lease_until=NOON - 2 * HOUR,
        lease_token="0198c1de-7a51-7c52-9d8e-2f6a1b3c4d5e",
        **TRIED,
    )

    roll_up(now=NOON + SECOND)

    assert sums() == {"matched": 1, "unexplained": 1}


def test_an_old_delivery_that_is_sent_again_changes_the_hour_it_was_planned_in(
    offer: Offer, rule: PostbackRule
) -> None:
    """Weeks later, when nothing of its hour was open any more."""
    old = deliver(rule, offer, NOON, "failed", **TRIED)
    roll_up(now=NOON + SECOND)
    before = sums()
    later = NOON + 500 * HOUR
    make_event(offer, received_at=later, transaction_id="later")
    roll_up(now=later - timedelta(minutes=1))

    Delivery.objects.filter(pk=old.pk).update(state="delivered", finished_at=later)
    roll_up(now=later)

    assert before == {"matched": 1, "failed": 1}
    assert sums() == {"matched": 1, "delivered": 1}


def test_tests_and_replays_are_not_matches(offer: Offer, rule: PostbackRule) -> None:
    for kind in ("test", "replay"):
        deliver(rule, offer, NOON, "delivered", kind=kind, **TRIED)

    roll_up(now=NOON + SECOND)

    assert sums() == {}


def test_sums_are_by_rule_and_by_partner(offer: Offer, rule: PostbackRule) -> None:
    other = make_offer("Other", advertiser=make_advertiser("Sunrise"))
    everywhere = make_rule(None, name="Warehouse")
    bright = make_affiliate("Bright")
    for one, which, affiliate in (
        (rule, offer, bright),
        (rule, offer, None),
        (everywhere, other, bright),
    ):
        made = deliver(one, which, NOON, "delivered", **TRIED)
        Delivery.objects.filter(pk=made.pk).update(affiliate=affiliate)

    roll_up(now=NOON + SECOND)

    rows = OutcomeHour.objects.all()
    found = {
        by: {(line.name, line.sums["delivered"]) for line in reconcile(rows, by)}
        for by in ("rule", "affiliate", "advertiser", "offer")
    }
    assert found == {
        "rule": {
            (f"#{rule.pk} Conversion Done", 2),
            (f"#{everywhere.pk} Warehouse", 1),
        },
        "affiliate": {("Bright", 2), ("", 1)},
        "advertiser": {("Acme", 2), ("Sunrise", 1)},
        "offer": {("VPN Trial", 2), ("Other", 1)},
    }
