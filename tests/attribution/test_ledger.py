"""What was told is not told again, however late and shuffled events arrive."""

import random
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.attribution.algorithm import Moment, replay
from apps.attribution.ledger import (
    ANNOUNCED,
    RETRACTED,
    SUPPRESSED,
    Decided,
    Entry,
    decide,
    source_of,
)
from tests.attribution.streams import B, in_order, moment, streams
from tests.attribution.test_algorithm import EXAMPLE, as_told


class Books:
    """A ledger in memory, kept as the database keeps it."""

    def __init__(self, *, is_device: bool) -> None:
        self.told: list[tuple[str, UUID, str]] = []
        self.entries: list[Entry] = []
        self._is_device = is_device
        self._events: dict[UUID, Moment] = {}

    def take(self, event: Moment) -> None:
        """Take one event in, also one that came before."""
        if event.event in self._events:
            return
        self._events[event.event] = event
        truth = replay(self._events.values(), is_device=self._is_device)
        decision = decide(truth.facts, self.entries, "")
        changed = {
            **{one.id: RETRACTED for one in decision.retracted},
            **{one.id: ANNOUNCED for one in decision.restored},
        }
        self.entries = [
            one._replace(state=changed.get(one.id, one.state)) for one in self.entries
        ]
        for new in decision.new:
            self._enter(new)

    def _enter(self, new: Decided) -> None:
        fact = new.fact
        self.entries.append(
            Entry(
                UUID(int=len(self.entries)),
                fact.kind,
                fact.event,
                fact.slot,
                source_of(fact),
                new.state,
                new.reason,
            )
        )
        if new.state == ANNOUNCED:
            self.told.append((fact.kind, fact.event, fact.slot))

    @property
    def standing(self) -> set[tuple[str, int, str, int | None]]:
        """What is announced and not retracted."""
        return {
            (one.kind, one.event.int, one.slot, one.affiliate)
            for one in self.entries
            if one.state == ANNOUNCED
        }


def books_of(events: Sequence[Moment], *, is_device: bool) -> Books:
    """Return the books after ``events`` arrived in this order."""
    books = Books(is_device=is_device)
    for event in events:
        books.take(event)
    return books


def test_the_late_launch_retracts_four_facts_and_tells_nothing_twice() -> None:
    """The last line of the worked example."""
    events = [event for event, _ in EXAMPLE]
    books = books_of(events, is_device=True)
    told = len(books.told)

    books.take(moment(60, "launch"))

    gone = [one for one in books.entries if one.state == RETRACTED]
    assert sorted((one.kind, one.affiliate) for one in gone) == [
        ("first_purchase_ca", B),
        ("purchase_ca", B),
        ("purchase_ca", B),
        ("re_engagement", B),
    ]
    assert len(books.told) == told


def test_what_comes_first_after_all_does_not_take_the_slot_of_what_was_told() -> None:
    """R229: an earlier purchase arrives late; the first one was told already."""
    books = books_of(
        [moment(0, "install"), moment(5, "purchase"), moment(2, "purchase")],
        is_device=True,
    )

    taken = [one for one in books.entries if one.state == SUPPRESSED]
    assert sorted((one.kind, one.reason) for one in taken) == [
        ("first_purchase", "slot_taken"),
        ("first_purchase_ca", "slot_taken"),
    ]


def test_a_history_is_decided_about_and_not_told() -> None:
    """What is silent keeps its slot for ever."""
    truth = replay([moment(0, "install")], is_device=True)

    decision = decide(truth.facts, [], "history")

    assert [(one.state, one.reason) for one in decision.new] == [
        (SUPPRESSED, "history")
    ]


@settings(max_examples=2_000, deadline=None)
@given(streams(), st.booleans())
def test_in_order_what_is_told_is_what_is_true_though_each_event_is_sent_twice(
    events: list[Moment], is_device: bool
) -> None:
    """2,000 streams, each event sent twice."""
    twice = [one for event in in_order(events) for one in (event, event)]

    books = books_of(twice, is_device=is_device)

    assert books.standing == as_told(replay(events, is_device=is_device).facts)
    assert all(one.state == ANNOUNCED for one in books.entries)


@settings(max_examples=3_000, deadline=None)
@given(streams(), st.booleans(), st.randoms(use_true_random=False))
def test_shuffled_arrival_never_tells_anything_unique_twice(
    events: list[Moment], is_device: bool, order: random.Random
) -> None:
    """R229: 3,000 streams, neither a slot twice, nor an event twice as the same kind."""
    order.shuffle(events)

    told = books_of(events, is_device=is_device).told

    assert max(Counter((k, slot) for k, _, slot in told).values(), default=1) == 1
    assert max(Counter((k, event) for k, event, _ in told).values(), default=1) == 1


@settings(max_examples=2_000, deadline=None)
@given(streams(), st.booleans(), st.randoms(use_true_random=False))
def test_what_stands_announced_is_true_and_every_truth_is_in_the_books(
    events: list[Moment], is_device: bool, order: random.Random
) -> None:
    """2,000 shuffled streams: nothing untrue stands, nothing true is missing."""
    order.shuffle(events)

    books = books_of(events, is_device=is_device)

    truth = as_told(replay(events, is_device=is_device).facts)
    known = {(one.kind, one.event.int, one.slot) for one in books.entries}
    assert {(kind, event, slot) for kind, event, slot, _ in truth} <= known
    sources = {(kind, event): source for kind, event, _, source in truth}
    assert all(
        sources[kind, event] == source for kind, event, _, source in books.standing
    )
