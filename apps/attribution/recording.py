"""What an event changes about its subjects, decided under their locks."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from apps.attribution.algorithm import (
    Fact,
    History,
    Moment,
    Period,
    State,
    replay,
    step,
)
from apps.attribution.ledger import ANNOUNCED, Decision, Entry, decide, source_of
from apps.attribution.models import EventState, FactReason
from apps.attribution.sightings import Sighting
from apps.attribution.storage import (
    Locked,
    entries_of,
    is_story_longer,
    story_of,
)
from apps.attribution.telling import CREATE, DELETE, Told
from apps.core.ids import uuid7

REPLAYED_AT_ONCE = 2_000
"""So many events of a story are replayed while a request waits: some 50 ms.

A longer story is left to a worker, so that a late event is answered as quickly as any
other however long a device has been followed.
"""
HISTORY = FactReason.HISTORY.value


class Change(NamedTuple):
    """What becomes of one subject."""

    subject: Locked
    moments: list[Moment]
    state: State | None
    periods: list[Period]
    decision: Decision
    ids: list[UUID]
    retraction_ids: list[UUID]
    event_state: str = EventState.COUNTED.value
    settles_at: datetime | None = None
    is_history: bool = False
    was_replayed: bool = False

    @property
    def told(self) -> list[Told]:
        """What postbacks are told of, in the order of the facts."""
        new = [
            _told(self.subject, id_, one.fact)
            for id_, one in zip(self.ids, self.decision.new, strict=True)
            if one.state == ANNOUNCED
        ]
        if self.is_history:
            return new
        return new + [
            _taken_back(self.subject, id_, entry)
            for id_, entry in zip(
                self.retraction_ids, self.decision.retracted, strict=True
            )
        ]


NOTHING = Decision([], [], [])


def consider(subject: Locked, sighting: Sighting) -> Change:
    """Return what an event changes about one of its subjects."""
    moment = sighting.as_moment(subject.touch)
    if sighting.is_too_late:
        return _kept(subject, moment, EventState.TOO_LATE.value)
    if sighting.settles_at is not None:
        return _waiting(subject, moment, sighting.settles_at)
    is_history = sighting.is_history
    if _is_late(subject, moment) and is_story_longer(subject.id, REPLAYED_AT_ONCE):
        waiting = _waiting(subject, moment, sighting.received_at)
        return waiting._replace(is_history=is_history)
    return advance(subject, [moment], is_history=is_history)


def _kept(subject: Locked, moment: Moment, event_state: str) -> Change:
    return Change(subject, [moment], None, [], NOTHING, [], [], event_state)


def _waiting(subject: Locked, moment: Moment, settles_at: datetime) -> Change:
    kept = _kept(subject, moment, EventState.WAITING.value)
    return kept._replace(settles_at=settles_at)


def _is_late(subject: Locked, moment: Moment) -> bool:
    return subject.state is not None and moment.key <= subject.state.last


def advance(
    subject: Locked, moments: Sequence[Moment], *, is_history: bool = False
) -> Change:
    """Return what ``moments`` change: step by step in order, by a replay when late.

    Nobody is told of what follows from history.
    """
    change = _advanced(subject, moments, HISTORY if is_history else "")
    return change._replace(is_history=is_history)


def _advanced(subject: Locked, moments: Sequence[Moment], silence: str) -> Change:
    story = sorted(moments, key=lambda one: one.key)
    if not _is_late(subject, story[0]):
        found = _steps(subject, story)
        entries = _entries_in_the_way(subject, found.facts)
        decision = decide(found.facts, entries, silence)
        decision = Decision(decision.new, [], [])
        return _change(subject, story, found, decision)
    found = replay([*story_of(subject.id), *story], is_device=subject.is_device)
    decision = decide(found.facts, entries_of(subject.id), silence)
    return _change(subject, story, found, decision)._replace(was_replayed=True)


def _steps(subject: Locked, story: Sequence[Moment]) -> History:
    state = subject.state
    periods: list[Period] = []
    facts: list[Fact] = []
    for moment in story:
        taken = step(state, moment, is_device=subject.is_device)
        state = taken.state
        periods += [taken.opened] if taken.opened else []
        facts += taken.facts
    if state is None:
        raise ValueError("There is no event to take a step with.")
    return History(state, periods, facts)


def _entries_in_the_way(subject: Locked, facts: Sequence[Fact]) -> list[Entry]:
    """Return what may hold the slots of ``facts``: only late events leave such."""
    if not subject.is_disturbed or not facts:
        return []
    return entries_of(subject.id, [one.slot for one in facts])


def _change(
    subject: Locked, story: list[Moment], found: History, decision: Decision
) -> Change:
    return Change(
        subject,
        story,
        found.state,
        found.periods,
        decision,
        [uuid7() for _ in decision.new],
        [uuid7() for _ in decision.retracted],
    )


def _told(subject: Locked, id_: UUID, fact: Fact) -> Told:
    touch = fact.period.touch
    return Told(
        id_,
        fact.kind,
        subject.kind,
        fact.event,
        source_of(fact),
        touch.click if touch else None,
        CREATE,
    )


def _taken_back(subject: Locked, id_: UUID, entry: Entry) -> Told:
    return Told(
        id_,
        entry.kind,
        subject.kind,
        entry.event,
        entry.affiliate,
        entry.click,
        DELETE,
    )
