"""What was told, and what may still be told: telling cannot be taken back. Pure.

Facts follow from all events, so a late event can make what was told untrue. The ledger
holds every fact that was ever decided about. Of it hold, whatever arrives when:

* nothing unique is told twice: a slot is used once, an event is told once as a kind;
* what is no longer true is retracted, and stays in the ledger;
* what is true and cannot be told any more is kept as suppressed, with the reason.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from apps.attribution.algorithm import Fact

ANNOUNCED, SUPPRESSED, RETRACTED = "announced", "suppressed", "retracted"
SLOT_TAKEN, ALREADY_TOLD = "slot_taken", "already_announced"


class Entry(NamedTuple):
    """A line of the ledger."""

    id: UUID
    kind: str
    event: UUID
    slot: str
    affiliate: int | None
    state: str
    reason: str
    click: UUID | None = None


class Decided(NamedTuple):
    """A fact that is new to the ledger, and what becomes of it."""

    fact: Fact
    state: str
    reason: str


class Decision(NamedTuple):
    """What changes in the ledger."""

    new: list[Decided]
    retracted: list[Entry]
    restored: list[Entry]


def source_of(fact: Fact) -> int | None:
    """Return the affiliate a fact is told to, ``None`` for organic."""
    touch = fact.period.touch
    return touch.affiliate if touch else None


def decide(facts: Iterable[Fact], entries: Sequence[Entry], silence: str) -> Decision:
    """Compare what is true with what was told.

    ``silence`` is the reason why nothing may be told at all, or "".
    """
    known = {(one.kind, one.slot, one.event) for one in entries}
    slots = {(one.kind, one.slot) for one in entries if one.reason != SLOT_TAKEN}
    told = {
        (one.kind, one.event)
        for one in entries
        if one.reason not in (SLOT_TAKEN, ALREADY_TOLD)
    }
    new = []
    sources: dict[tuple[str, UUID], int | None] = {}
    for fact in facts:
        sources[fact.kind, fact.event] = source_of(fact)
        if (fact.kind, fact.slot, fact.event) in known:
            continue
        if (fact.kind, fact.slot) in slots:
            new.append(Decided(fact, SUPPRESSED, SLOT_TAKEN))
        elif (fact.kind, fact.event) in told:
            new.append(Decided(fact, SUPPRESSED, ALREADY_TOLD))
        else:
            new.append(Decided(fact, SUPPRESSED if silence else ANNOUNCED, silence))
        slots.add((fact.kind, fact.slot))
    return Decision(
        new,
        [e for e in entries if e.state == ANNOUNCED and not _is_true(e, sources)],
        [e for e in entries if e.state == RETRACTED and _is_true(e, sources)],
    )


def _is_true(entry: Entry, sources: dict[tuple[str, UUID], int | None]) -> bool:
    """Tell whether what was told is true: this event, this kind, this source."""
    key = (entry.kind, entry.event)
    return key in sources and sources[key] == entry.affiliate
