"""Sums that are counted anew are those that were kept up minute by minute."""

import random
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.attribution.models import Fact
from apps.deliveries.models import Delivery
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule
from apps.reports.models import DeliveryHour, EventHour, FactHour, OutcomeHour
from apps.reports.rebuilding import PrunedError, rebuild
from apps.reports.rollups import roll_up
from apps.retention.models import Pruning
from tests.factories import (
    NOON,
    make_delivery,
    make_event,
    make_offer,
    make_rule,
)
from tests.reports.test_rollups import HOUR, SECOND, deliver
from tests.retention.world import device_at, event_at

pytestmark = pytest.mark.django_db
MODELS: tuple[Any, ...] = (EventHour, DeliveryHour, OutcomeHour)
END = NOON + 6 * HOUR
STATES = ("delivered", "failed", "held", "pending", "suppressed", "cancelled")


@pytest.fixture
def offer() -> Offer:
    return make_offer()


@pytest.fixture
def rule(offer: Offer) -> PostbackRule:
    return make_rule(offer)


def sums() -> list[Any]:
    """Return all rows of all sums but their ids."""
    return [
        sorted(
            [
                {name: value for name, value in row.items() if name != "id"}
                for row in model.objects.values()
            ],
            key=str,
        )
        for model in MODELS
    ]


def live_through(rng: random.Random, offer: Offer, rules: list[PostbackRule]) -> None:
    """Store a few hours of a log, counted now and then as it grows and changes."""
    moment = NOON
    while moment < END:
        moment += timedelta(minutes=rng.randint(1, 40))
        number = Delivery.objects.count()
        make_event(offer, transaction_id=f"e-{number}", received_at=moment)
        state = rng.choice(STATES)
        fields: dict[str, Any] = {"attempts": 1}
        if state in ("held", "suppressed"):
            fields["reason"] = "sample"
        if state == "cancelled":
            fields["finished_at"] = moment
        deliver(rng.choice(rules), offer, moment, state, **fields)
        if rng.random() < 0.4:
            roll_up(now=moment)
        if rng.random() < 0.3:
            open_ = Delivery.objects.filter(state__in=("held", "pending")).first()
            if open_ is not None:
                Delivery.objects.filter(pk=open_.pk).update(
                    state="delivered", reason="", finished_at=moment
                )
    roll_up(now=END.replace(minute=45))


@pytest.mark.parametrize("seed", range(6))
def test_a_rebuild_gives_what_was_kept_up_to_date(
    offer: Offer, rule: PostbackRule, seed: int
) -> None:
    live_through(random.Random(seed), offer, [rule, make_rule(offer)])
    kept = sums()

    hours = list(rebuild(start=NOON, end=END + HOUR, now=END + HOUR))
    list(rebuild(start=NOON, end=END + HOUR, now=END + HOUR))

    assert all(kept)
    assert sums() == kept
    assert hours == [NOON + n * HOUR for n in range(7)]


def test_sums_of_what_is_no_more_go(offer: Offer, rule: PostbackRule) -> None:
    deliver(rule, offer, NOON, "delivered")
    roll_up(now=NOON + SECOND)
    Delivery.objects.all().delete()

    list(rebuild(start=NOON, end=NOON + HOUR, now=NOON + HOUR))

    assert not DeliveryHour.objects.exists()
    assert not OutcomeHour.objects.exists()


def prune_until(moment: Any, table: str = "deliveries") -> None:
    Pruning.objects.create(table=table, until=moment, started_at=moment, rows=1)


@pytest.mark.parametrize("table", ["events", "deliveries"])
def test_hours_whose_log_was_pruned_are_refused_and_keep_their_sums(
    offer: Offer, rule: PostbackRule, table: str
) -> None:
    deliver(rule, offer, NOON, "delivered")
    roll_up(now=NOON + SECOND)
    kept = sums()
    Delivery.objects.all().delete()
    prune_until(NOON + HOUR, table)

    with pytest.raises(PrunedError, match="2026-03-01 13:00 UTC was pruned"):
        rebuild(start=NOON, end=END, now=END)

    assert sums() == kept


def test_an_old_delivery_that_ends_today_leaves_the_sums_of_a_pruned_hour_alone(
    offer: Offer, rule: PostbackRule
) -> None:
    """Of three only the held one is left: counted again, the hour would lose two."""
    held = deliver(rule, offer, NOON, "held", reason="ambiguous")
    gone = [deliver(rule, offer, NOON, "delivered", attempts=1) for _ in range(2)]
    roll_up(now=NOON + SECOND)
    before = OutcomeHour.objects.get().matched
    later = NOON + 500 * 24 * HOUR
    Delivery.objects.filter(pk__in=[one.pk for one in gone]).delete()
    prune_until(later - 400 * 24 * HOUR)
    Delivery.objects.filter(pk=held.pk).update(
        state="delivered", reason="", finished_at=later, attempts=1
    )

    roll_up(now=later)

    assert (before, OutcomeHour.objects.get().matched) == (3, 3)


def test_the_command_counts_and_refuses_in_words(
    offer: Offer, rule: PostbackRule
) -> None:
    make_event(offer, received_at=NOON)
    deliver(rule, offer, NOON, "delivered")
    said = StringIO()

    call_command("rebuild_rollups", "--from=2026-03-01", "--to=2026-03-02", stdout=said)

    assert said.getvalue() == "24 hours were counted anew.\n"
    assert EventHour.objects.get().accepted == 2
    assert DeliveryHour.objects.get().delivered == 1
    for arguments, words in (
        (("--from=yesterday",), "«yesterday» is no time"),
        (("--from=2026-03-02", "--to=2026-03-01"), "must be later"),
    ):
        with pytest.raises(CommandError, match=words):
            call_command("rebuild_rollups", *arguments)
    prune_until(NOON)
    with pytest.raises(CommandError, match="was pruned"):
        call_command("rebuild_rollups", "--from=2026-02-01")


def test_facts_are_counted_again_too(offer: Offer) -> None:
    """R160: what happened beside what was told, of a rule that listens."""
    listening = make_rule(
        offer, trigger="attribution", facts=["custom_event"], subject_kind="device"
    )
    device_at(offer, "d-1", NOON, NOON, event_at(offer, NOON))
    fact = Fact.objects.get()
    Fact.objects.update(kind="custom_event", decided_at=NOON)
    roll_up(now=NOON + SECOND)
    first = list(FactHour.objects.values_list("hour", "events", "postbacks"))
    make_delivery(listening, fact.event, trigger_type="fact", trigger_id=fact.pk)

    list(rebuild(start=NOON, end=NOON + HOUR, now=NOON + HOUR))

    assert first == [(NOON, 1, 0)]
    assert list(FactHour.objects.values_list("hour", "events", "postbacks")) == [
        (NOON, 1, 1)
    ]
