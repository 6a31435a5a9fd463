"""The state of a subject as JSON and back, without loss."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.attribution.algorithm import Period, State, Touch


def as_json(state: State) -> dict[str, Any]:
    """Return ``state`` as plain values."""
    at, priority, event = state.last
    first = _period(state.first)
    # Mostly the first period goes on; both ways its conversion is half of the work.
    goes_on = state.current == state.first
    return {
        "first": first,
        "current": first if goes_on else _period(state.current),
        "last": [at.isoformat(), priority, str(event)],
        "active_at": state.active_at and state.active_at.isoformat(),
        "seen": sorted(state.seen),
        "seen_in_period": sorted(state.seen_in_period),
    }


def _period(period: Period) -> list[Any]:
    touch = period.touch
    return [
        str(period.event),
        period.started_at.isoformat(),
        period.cause,
        str(touch.click) if touch else None,
        touch.affiliate if touch else None,
    ]


def from_json(stored: Mapping[str, Any]) -> State | None:
    """Return the state that ``as_json`` was given, ``None`` for an empty one."""
    if not stored:
        return None
    at, priority, event = stored["last"]
    first = _read_period(stored["first"])
    goes_on = stored["current"] == stored["first"]
    active_at = stored["active_at"]
    return State(
        first=first,
        current=first if goes_on else _read_period(stored["current"]),
        last=(datetime.fromisoformat(at), priority, UUID(event)),
        active_at=datetime.fromisoformat(active_at) if active_at else None,
        seen=frozenset(stored["seen"]),
        seen_in_period=frozenset(stored["seen_in_period"]),
    )


def _read_period(stored: list[Any]) -> Period:
    event, started_at, cause, click, affiliate = stored
    return Period(
        UUID(event),
        datetime.fromisoformat(started_at),
        cause,
        Touch(UUID(click), affiliate) if click else None,
    )
