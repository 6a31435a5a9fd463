"""What follows from the events of one subject: periods and facts. Pure.

A subject is a device or a user. Its events are read in the order of ``key``: by the
time they happened, then by kind, then by id. ``step`` takes the next event to what is
remembered of all before it (``State``, of a fixed size) and returns what it leads to:

1. The first event opens the first period. Its source is the partner whose click the
   event follows (its touch), else it is organic. Of a device, an install that comes
   first is the fact *install*; of a user, the first event of any kind is *new user*.
2. An event of activity is *dormant* when more than the inactivity window lies between
   it and the last activity: exactly 30 days are not.
3. A dormant event is a *re-install* if it is an install of a device that had one
   before, else a *re-engagement*. With a touch, or where organic returns count, it
   opens a new period and belongs to it; otherwise the fact goes to the period that
   goes on.
4. A visit of a website with a touch of another click opens a period without any pause
   (the last visit counts), where the project says so.
5. A registration, authorization, purchase, custom revenue or event of one's own is a
   fact told to the source of the first period, and a second one (CA) told to the
   source of the current period. The first of its kind is another fact, once per
   lifetime; the first purchase and custom revenue of a period one more, once per
   period.

Each event carries the settings that were in force when it was accepted, so that a
later change of them alters nothing that was decided. Replaying all events and taking
one step at a time are the same thing; the result depends on the set of events only,
not on the order in which they arrived.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

LIFETIME = "lt"
"""The slot of a fact that exists once in a lifetime."""
CUSTOM = "custom"
"""The kind of a named event that is none of the standard ones."""
BASE = "base"
"""The kind of a conversion without an event: it counts as appearance only."""

# fmt: off
PRIORITY: Mapping[str, int] = {
    kind: place
    for place, kind in enumerate((
        "install", "visit", "launch", "impression", "registration", "authorization",
        "purchase", "custom_revenue", CUSTOM, BASE,
    ))
}
# fmt: on
"""Which of two events of the same moment comes first."""

OF_DEVICE_ONLY = frozenset({"registration", "authorization"})
ONCE_PER_LIFETIME = OF_DEVICE_ONLY | {"purchase", "custom_revenue"}
ONCE_PER_PERIOD = frozenset({"purchase", "custom_revenue"})
TOLD_AS: Mapping[str, str] = {
    **{kind: kind for kind in ONCE_PER_LIFETIME},
    CUSTOM: "custom_event",
}
"""What the facts of a kind of event are called."""
REMEMBERED = ONCE_PER_LIFETIME | {"install"}

Key = tuple[datetime, int, UUID]


class Touch(NamedTuple):
    """The click of a partner that an event follows."""

    click: UUID
    affiliate: int


class Moment(NamedTuple):
    """An event as the algorithm sees it, with the settings it was accepted under."""

    event: UUID
    at: datetime
    kind: str
    is_activity: bool
    touch: Touch | None
    window: timedelta
    takes_organic: bool
    takes_visits: bool

    @property
    def key(self) -> Key:
        """The place among the events of a subject."""
        return self.at, PRIORITY[self.kind], self.event


class Period(NamedTuple):
    """A time in which one source is told of CA facts; known by what opened it."""

    event: UUID
    started_at: datetime
    cause: str
    touch: Touch | None


class Fact(NamedTuple):
    """Something that became true; of the same kind and slot there is one."""

    kind: str
    event: UUID
    slot: str
    period: Period


class State(NamedTuple):
    """All that must be remembered of the events before, however many they were."""

    first: Period
    current: Period
    last: Key
    active_at: datetime | None
    seen: frozenset[str]
    seen_in_period: frozenset[str]


class Step(NamedTuple):
    """What one event leads to."""

    state: State
    opened: Period | None
    facts: list[Fact]


class History(NamedTuple):
    """What all events of a subject lead to."""

    state: State
    periods: list[Period]
    facts: list[Fact]


def replay(moments: Iterable[Moment], *, is_device: bool) -> History:
    """Return what follows from ``moments``, given in any order.

    Raises ``ValueError`` when there are none.
    """
    state: State | None = None
    periods: list[Period] = []
    facts: list[Fact] = []
    for moment in sorted(moments, key=lambda one: one.key):
        taken = step(state, moment, is_device=is_device)
        state = taken.state
        facts += taken.facts
        if taken.opened:
            periods.append(taken.opened)
    if state is None:
        raise ValueError("A subject has at least one event.")
    return History(state, periods, facts)


def step(state: State | None, moment: Moment, *, is_device: bool) -> Step:
    """Return what ``moment`` leads to, which comes after all that ``state`` knows."""
    if state is None:
        return _begin(moment, is_device=is_device)
    cause = _return_of(state, moment, is_device=is_device)
    opened = _opened(state, moment, cause)
    current = opened or state.current
    seen_in_period = frozenset() if opened else state.seen_in_period
    facts = []
    if cause:
        facts.append(Fact(cause, moment.event, str(moment.event), current))
    before = state._replace(current=current, seen_in_period=seen_in_period)
    facts += _told_of(before, moment, is_device=is_device)
    return Step(_after(before, moment), opened, facts)


def _begin(moment: Moment, *, is_device: bool) -> Step:
    period = Period(moment.event, moment.at, "first", moment.touch)
    before = State(period, period, moment.key, None, frozenset(), frozenset())
    facts = []
    if is_device and moment.kind == "install":
        facts.append(Fact("install", moment.event, LIFETIME, period))
    if not is_device:
        facts.append(Fact("new_user", moment.event, LIFETIME, period))
    facts += _told_of(before, moment, is_device=is_device)
    return Step(_after(before, moment), period, facts)


def _return_of(state: State, moment: Moment, *, is_device: bool) -> str:
    """Return which kind of return from dormancy this is, "" for none."""
    if not moment.is_activity or state.active_at is None:
        return ""
    if moment.at - state.active_at <= moment.window:
        return ""
    is_again = is_device and moment.kind == "install" and "install" in state.seen
    return "re_install" if is_again else "re_engagement"


def _opened(state: State, moment: Moment, cause: str) -> Period | None:
    if cause and (moment.touch or moment.takes_organic):
        return Period(moment.event, moment.at, cause, moment.touch)
    if not moment.takes_visits or moment.touch is None:
        return None
    current = state.current.touch
    if current is not None and current.click == moment.touch.click:
        return None
    return Period(moment.event, moment.at, "last_visit", moment.touch)


def _told_of(state: State, moment: Moment, *, is_device: bool) -> list[Fact]:
    """Return the facts of rule 5."""
    kind, event = moment.kind, moment.event
    name = TOLD_AS.get(kind)
    if name is None or (kind in OF_DEVICE_ONLY and not is_device):
        return []
    own = str(event)
    facts = [
        Fact(name, event, own, state.first),
        Fact(f"{name}_ca", event, own, state.current),
    ]
    if kind in ONCE_PER_LIFETIME and kind not in state.seen:
        facts.append(Fact(f"first_{name}", event, LIFETIME, state.first))
    if kind in ONCE_PER_PERIOD and kind not in state.seen_in_period:
        slot = str(state.current.event)
        facts.append(Fact(f"first_{name}_ca", event, slot, state.current))
    return facts


def _after(state: State, moment: Moment) -> State:
    kind = frozenset({moment.kind})
    return state._replace(
        last=moment.key,
        active_at=moment.at if moment.is_activity else state.active_at,
        seen=state.seen | (kind & REMEMBERED),
        seen_in_period=state.seen_in_period | (kind & ONCE_PER_PERIOD),
    )
