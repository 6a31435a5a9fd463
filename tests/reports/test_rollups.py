"""The hourly sums say what the log says."""

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from apps.deliveries.models import Delivery
from apps.events.categories import EffectiveCategory
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from apps.reports.models import DeliveryHour, EventHour
from apps.reports.rollups import roll_up
from tests.factories import NOON, make_delivery, make_event, make_offer, make_rule
from tests.moments import id_at

pytestmark = pytest.mark.django_db

EVENTS_OF_BEFORE = """
INSERT INTO reports_eventhour (hour, offer_id, accepted)
SELECT date_trunc('hour', received_at, 'UTC'), offer_id, count(*)
  FROM tracking_event WHERE received_at >= %s AND received_at < %s GROUP BY 1, 2
    ON CONFLICT (hour, offer_id) DO UPDATE SET accepted = excluded.accepted
"""
"""As the release before the categories writes the hours."""

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


def deliver(
    rule: PostbackRule, offer: Offer, moment: datetime, state: str, **fields: Any
) -> Delivery:
    """Store a delivery that was planned at ``moment`` and is in ``state`` now."""
    if state in ("delivered", "failed", "suppressed"):
        fields.setdefault("finished_at", moment + SECOND)
    event = make_event(offer, received_at=moment, transaction_id=str(uuid.uuid4()))
    return make_delivery(
        rule, event, id=id_at(moment), created_at=moment, state=state, **fields
    )


def sums_of(hour: datetime) -> tuple[Any, ...]:
    """Return planned, delivered, failed, held and p95 of an hour with one rule."""
    names = ("planned", "delivered", "failed", "held", "p95_ms")
    row: tuple[Any, ...] = DeliveryHour.objects.values_list(*names).get(hour=hour)
    return row


def test_events_are_counted_by_hour_and_offer() -> None:
    offer, other = make_offer(), make_offer("Other")
    for minutes in (0, 59, 60):
        moment = NOON + timedelta(minutes=minutes)
        make_event(offer, received_at=moment, transaction_id=f"t-{minutes}")
    make_event(other, received_at=NOON)

    roll_up(now=NOON + HOUR + SECOND)

    rows = EventHour.objects.order_by("hour", "offer_id")
    assert list(rows.values_list("hour", "offer", "accepted")) == [
        (NOON, offer.pk, 2),
        (NOON, other.pk, 1),
        (NOON + HOUR, offer.pk, 1),
    ]


def test_events_are_counted_by_category_too() -> None:
    """R20: and what comes later corrects it."""
    offer = make_offer()
    categories = EffectiveCategory.values
    for number, category in enumerate([*categories, "views", "conversions"]):
        make_event(
            offer, received_at=NOON, category=category, transaction_id=f"t-{number}"
        )
    roll_up(now=NOON + SECOND)
    make_event(offer, received_at=NOON, category="views", transaction_id="late")

    roll_up(now=NOON + 2 * SECOND)

    [row] = EventHour.objects.values("accepted", *categories)
    assert row == {
        "accepted": 9,
        "views": 3,
        "engagement": 1,
        "progress": 1,
        "conversions": 2,
        "partial_conversions": 1,
        "uncategorized": 1,
    }


def test_a_worker_of_the_release_before_goes_on_counting() -> None:
    """It knows neither the categories nor another constraint than this."""
    offer = make_offer()
    make_event(offer, received_at=NOON, category="views")
    with connection.cursor() as cursor:
        cursor.execute(EVENTS_OF_BEFORE, [NOON, NOON + HOUR])
        cursor.execute(EVENTS_OF_BEFORE, [NOON, NOON + HOUR])
    before = EventHour.objects.values_list("accepted", "views").get()

    roll_up(now=NOON + SECOND)

    assert before == (1, 0)
    assert EventHour.objects.values_list("accepted", "views").get() == (1, 1)


def test_deliveries_are_summed_by_state_with_the_slow_end_of_the_delivered() -> None:
    offer = make_offer()
    rule = make_rule(offer)
    for seconds in (1, 2, 3):
        end = NOON + seconds * SECOND
        deliver(rule, offer, NOON, "delivered", finished_at=end)
    deliver(rule, offer, NOON, "failed")
    deliver(rule, offer, NOON, "held", reason="ambiguous")
    deliver(rule, offer, NOON, "suppressed", reason="cap")

    roll_up(now=NOON + SECOND)

    # p95 of 1, 2 and 3 seconds, interpolated: 2 + 0.9.
    assert sums_of(NOON) == (5, 3, 1, 1, 2900)


def test_a_second_roll_up_corrects_the_first_and_adds_nothing() -> None:
    offer = make_offer()
    rule = make_rule(offer)
    delivery = deliver(rule, offer, NOON, "pending")
    roll_up(now=NOON + SECOND)
    before = sums_of(NOON)

    Delivery.objects.filter(pk=delivery.pk).update(
        state="delivered", finished_at=NOON + SECOND
    )
    roll_up(now=NOON + 2 * SECOND)
    roll_up(now=NOON + 3 * SECOND)

    assert before == (1, 0, 0, 0, None)
    assert sums_of(NOON) == (1, 1, 0, 0, 1000)
    assert EventHour.objects.get().accepted == 1


def test_hours_without_a_roll_up_are_filled_in() -> None:
    offer = make_offer()
    make_event(offer, received_at=NOON)
    roll_up(now=NOON)
    for hours in (1, 2, 3):
        moment = NOON + hours * HOUR
        make_event(offer, received_at=moment, transaction_id=f"t-{hours}")

    roll_up(now=NOON + 3 * HOUR + SECOND)

    assert EventHour.objects.count() == 4


def test_a_delivery_that_ends_days_later_counts_in_the_hour_it_was_planned() -> None:
    offer = make_offer()
    rule = make_rule(offer)
    delivery = deliver(rule, offer, NOON, "retrying")
    roll_up(now=NOON)
    later = NOON + 70 * HOUR
    make_event(offer, received_at=later, transaction_id="later")
    roll_up(now=later - timedelta(minutes=1))

    Delivery.objects.filter(pk=delivery.pk).update(state="failed", finished_at=later)
    roll_up(now=later)

    assert sums_of(NOON) == (1, 0, 1, 0, None)


def test_an_id_made_after_the_hour_ended_does_not_spoil_the_hours_sums() -> None:
    """The id is made a little later than created_at, so an hour's end divides them."""
    offer = make_offer()
    rule = make_rule(offer)
    last_moment = NOON + HOUR - timedelta(milliseconds=1)
    deliver(rule, offer, NOON, "failed")
    late = deliver(rule, offer, last_moment, "failed")
    with connection.cursor() as cursor:
        moved = id_at(NOON + HOUR + timedelta(milliseconds=5))
        query = "UPDATE deliveries_delivery SET id = %s WHERE id = %s"
        cursor.execute(query, [moved, late.pk])
    roll_up(now=NOON + HOUR)
    make_event(offer, received_at=NOON + 2 * HOUR, transaction_id="next")
    roll_up(now=NOON + 2 * HOUR + SECOND)

    roll_up(now=NOON + 2 * HOUR + timedelta(minutes=15))

    assert sums_of(NOON) == (2, 0, 2, 0, None)
