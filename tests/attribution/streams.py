"""Streams of events for tests, and the definitions written down a second time.

``expected`` follows the definitions word by word, looking through all events each
time; it shares no code with the algorithm.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from apps.attribution.algorithm import Moment, Touch

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
A, B = 1, 2
KINDS = (
    *("install", "visit", "launch", "impression", "registration", "authorization"),
    *("purchase", "custom_revenue", "custom", "base"),
)

Told = tuple[str, int, str, int | None]
"""A fact: its kind, its event's number, its slot, its source."""


def click_of(affiliate: int, number: int = 0) -> Touch:
    """Return a touch of a click of ``affiliate``."""
    return Touch(UUID(int=affiliate * 1_000 + number), affiliate)


def moment(day: float, kind: str, touch: Touch | None = None, **more: Any) -> Moment:
    """Return an event on a day, its number being the day's in minutes."""
    settings: dict[str, Any] = {
        "event": UUID(int=int(day * 1440) + 1),
        "is_activity": kind not in ("custom", "base"),
        "window": 30 * DAY,
        "takes_organic": True,
        "takes_visits": False,
    }
    return Moment(at=START + day * DAY, kind=kind, touch=touch, **{**settings, **more})


def stream_of(seed: int) -> list[Moment]:
    """Return 1 to 13 events over 200 days, a few of them at the same moment."""
    random = Random(seed)
    window = random.choice([5, 30, 60]) * DAY
    takes_organic, is_web = random.random() < 0.5, random.random() < 0.5
    touches = [None, None, *(click_of(one, n) for one in (A, B) for n in (0, 1))]
    found = []
    for number in range(random.randint(1, 13)):
        kind = random.choice(KINDS)
        found.append(
            Moment(
                event=UUID(int=number + 1),
                at=START + random.randint(0, 200) * DAY,
                kind=kind,
                is_activity=kind not in ("custom", "base") or random.random() < 0.3,
                touch=random.choice(touches),
                window=window,
                takes_organic=takes_organic,
                takes_visits=is_web and kind == "visit",
            )
        )
    return found


def streams() -> st.SearchStrategy[list[Moment]]:
    """Draw streams by a number: drawing their parts one by one takes minutes."""
    return st.integers(0, 2**32).map(stream_of)


def in_order(events: Sequence[Moment]) -> list[Moment]:
    """Return ``events`` by time, then kind, then id."""
    return sorted(events, key=lambda e: (e.at, KINDS.index(e.kind), e.event))


def expected(events: Sequence[Moment], *, is_device: bool) -> set[Told]:
    """Return the facts that the definitions demand."""
    story = in_order(events)
    openers = _openers(story, is_device=is_device)
    found: set[Told] = set()
    for place, event in enumerate(story):
        opener = [story[i] for i in sorted(openers) if i <= place][-1]
        first = story[0]
        cause = _cause(story, place, is_device=is_device)
        if cause:
            found.add(_told(cause, event, str(event.event), opener))
        if place == 0 and not is_device:
            found.add(_told("new_user", event, "lt", first))
        if place == 0 and is_device and event.kind == "install":
            found.add(_told("install", event, "lt", first))
        found |= _of_kind(story, place, opener, is_device=is_device)
    return found


def _of_kind(
    story: list[Moment], place: int, opener: Moment, *, is_device: bool
) -> set[Told]:
    event, first = story[place], story[0]
    names = {"custom": "custom_event", "purchase": "purchase"}
    names["custom_revenue"] = "custom_revenue"
    if is_device:
        names |= {"registration": "registration", "authorization": "authorization"}
    if event.kind not in names:
        return set()
    name, own = names[event.kind], str(event.event)
    found = {_told(name, event, own, first), _told(f"{name}_ca", event, own, opener)}
    alike = [one for one in story if one.kind == event.kind]
    if event.kind != "custom" and alike[0] is event:
        found.add(_told(f"first_{name}", event, "lt", first))
    since = [one for one in story[story.index(opener) : place] if one in alike]
    if event.kind in ("purchase", "custom_revenue") and not since:
        found.add(_told(f"first_{name}_ca", event, str(opener.event), opener))
    return found


def _told(kind: str, event: Moment, slot: str, source: Moment) -> Told:
    affiliate = source.touch.affiliate if source.touch else None
    return kind, event.event.int, slot, affiliate


def _cause(story: list[Moment], place: int, *, is_device: bool) -> str:
    event = story[place]
    active = [one.at for one in story[:place] if one.is_activity]
    if not event.is_activity or not active or event.at - max(active) <= event.window:
        return ""
    before = any(one.kind == "install" for one in story[:place])
    is_again = is_device and event.kind == "install" and before
    return "re_install" if is_again else "re_engagement"


def _openers(story: list[Moment], *, is_device: bool) -> list[int]:
    found = [0]
    for place in range(1, len(story)):
        event = story[place]
        returns = _cause(story, place, is_device=is_device)
        source = story[found[-1]].touch
        is_other = event.touch is not None and event.touch != source
        if (returns and (event.touch or event.takes_organic)) or (
            event.takes_visits and is_other
        ):
            found.append(place)
    return found
