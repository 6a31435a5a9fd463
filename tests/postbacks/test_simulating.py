"""Simulations count what live evaluation would have done, once each."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from apps.core.ids import uuid7_from
from apps.deliveries.models import Delivery
from apps.offers.models import Offer
from apps.postbacks import simulating
from apps.postbacks.models import PostbackRule, Simulation
from apps.postbacks.services import record_revision
from apps.postbacks.simulating import simulate_slice
from tests.factories import (
    NOON,
    make_click,
    make_conversion,
    make_event,
    make_offer,
    make_rule,
)

pytestmark = pytest.mark.django_db


def event_at(offer: Offer, moment: datetime, number: int = 0, **fields: Any) -> None:
    """Store an event with the id that ``moment`` gives it."""
    id_ = uuid7_from(moment + timedelta(milliseconds=1 + number))
    make_event(
        offer,
        id=id_,
        transaction_id=f"t-{id_}",
        received_at=moment,
        occurred_at=moment,
        **fields,
    )


def simulated(rule: PostbackRule, days: int = 3) -> Simulation:
    """Return a finished simulation of the days after noon."""
    simulation = Simulation.objects.create(
        rule=rule,
        revision=rule.revisions.get(number=rule.revision),
        author=rule.author,
        starts_at=NOON,
        ends_at=NOON + timedelta(days=days),
    )
    while simulate_slice(simulation.pk):
        pass
    simulation.refresh_from_db()
    return simulation


def test_it_counts_per_day_and_keeps_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(simulating, "SLICE", 3)
    offer, other = make_offer(), make_offer("Other")
    rule = make_rule(offer, trigger="event", categories=["views"], status="disabled")
    for number in range(7):
        moment = NOON + timedelta(hours=10 * number)
        event_at(offer, moment, name="view", category="views")
        event_at(offer, moment, 1, name="sale", category="conversions")
        event_at(other, moment, 2, name="view", category="views")
    event_at(offer, NOON + timedelta(days=4), name="view", category="views")

    found = simulated(rule)

    assert found.state == "done"
    assert (found.examined, found.fired, found.suppressed) == (14, 7, 0)
    assert sum(found.per_day.values()) == 7
    assert len(found.per_day) == 4
    assert len(found.samples) == 7
    assert not Delivery.objects.exists()


def test_what_conditions_suppress_is_counted_apart() -> None:
    offer = make_offer()
    rule = make_rule(
        offer, trigger="event", categories=["views"], requires_consent=True
    )
    rule.caps.create(period="total", maximum=1)
    record_revision(rule=rule, author=rule.author, now=NOON)
    for number, params in enumerate(({"consent": "1"}, {"consent": "1"}, {})):
        event_at(offer, NOON, number, name="v", category="views", params=params)

    found = simulated(rule)

    assert (found.fired, found.suppressed) == (1, 2)


def test_rules_on_conversions_are_tried_on_their_changes() -> None:
    offer = make_offer()
    rule = make_rule(offer, trigger="conversion_pending")
    rule.field_conditions.create(field="country", operator="is", value="UA")
    record_revision(rule=rule, author=rule.author, now=NOON)
    for number, country in enumerate(("UA", "US")):
        moment = NOON + timedelta(hours=number)
        click = make_click(offer, f"t-{country}", params={"country": country})
        conversion = make_conversion(offer, transaction_id=f"t-{country}", click=click)
        conversion.changes.create(
            id=uuid7_from(moment + timedelta(milliseconds=1)),
            number=1,
            operation="create",
            new_status="pending",
            source="url",
            changed_at=moment,
        )

    found = simulated(rule)

    assert (found.examined, found.fired) == (2, 1)
    assert found.samples[0][1] == "t-UA"


def test_a_cancelled_simulation_stops() -> None:
    rule = make_rule(make_offer())
    simulation = Simulation.objects.create(
        rule=rule,
        revision=rule.revisions.get(),
        author=rule.author,
        starts_at=NOON,
        ends_at=NOON + timedelta(days=1),
        state="cancelled",
    )

    assert simulate_slice(simulation.pk) is False
