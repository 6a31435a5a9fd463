"""When a rule sends: delay, weekly sending hours, and the periods of its caps; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from apps.postbacks.models import CapPeriod

END_OF_DAY = time(23, 59)
"""As closing time it means midnight: a time of day cannot say 24:00."""
UTC_ZONE = ZoneInfo("UTC")
EVER = datetime(2000, 1, 1, tzinfo=UTC)
DAYS_LOOKED_AHEAD = 9
"""One week, and a day each for a change of the clock and a window that is over."""


@dataclass(frozen=True, slots=True)
class Window:
    """Sending hours of one weekday (0 is Monday)."""

    weekday: int
    opens_at: time
    closes_at: time


@dataclass(frozen=True, slots=True)
class Timing:
    """When a rule may send, on the clock of its time zone."""

    delay: timedelta
    zone: ZoneInfo
    windows: tuple[Window, ...]

    def due_at(self, moment: datetime) -> datetime:
        """Return when to send what happened at ``moment``."""
        return next_opening(self.windows, self.zone, moment + self.delay)


def next_opening(
    windows: Sequence[Window], zone: ZoneInfo, moment: datetime
) -> datetime:
    """Return ``moment`` if it is within sending hours, else when the next ones begin.

    Without any hours it is always open. A time that the clock skips in spring is
    taken as the moment after.
    """
    if not windows:
        return moment
    today = moment.astimezone(zone).date()
    openings = []
    for ahead in range(DAYS_LOOKED_AHEAD):
        day = today + timedelta(days=ahead)
        for window in windows:
            if window.weekday != day.weekday():
                continue
            opens = datetime.combine(day, window.opens_at, zone).astimezone(UTC)
            closes = datetime.combine(day, window.closes_at, zone).astimezone(UTC)
            if window.closes_at >= END_OF_DAY:
                closes += timedelta(minutes=1)
            if opens <= moment < closes:
                return moment
            if opens > moment:
                openings.append(opens)
    return min(openings)


def period_start(period: str, zone: ZoneInfo, moment: datetime) -> datetime:
    """Return when the period of ``moment`` began, on the clock of ``zone``."""
    if period == CapPeriod.TOTAL:
        return EVER
    local = moment.astimezone(zone).replace(minute=0, second=0, microsecond=0)
    if period == CapPeriod.HOUR:
        return local
    local = local.replace(hour=0, fold=0)
    if period == CapPeriod.WEEK:
        return local - timedelta(days=local.weekday())
    return local.replace(day=1) if period == CapPeriod.MONTH else local
