"""Time zones that people choose from, and the one in which a user reads times."""

from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone

REGIONS = (
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)
"""What IANA names by place; the rest are old spellings and fixed offsets."""


@cache
def zone_choices() -> list[tuple[str, str]]:
    """Return the names of the zones, UTC first."""
    places = sorted(
        name for name in available_timezones() if name.split("/")[0] in REGIONS
    )
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in places)]


def zone_of(user: Any) -> ZoneInfo:
    """Return the zone ``user`` chose, or the installation's.

    A zone that this machine does not know any more is the installation's too: names
    are dropped from the IANA database now and then, and the screens must go on.
    """
    name = getattr(user, "time_zone", "")
    is_known = any(name == known for known, _ in zone_choices())
    return ZoneInfo(name) if is_known else timezone.get_default_timezone()
