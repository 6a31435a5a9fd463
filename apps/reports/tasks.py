"""django-q2 entry points: read the clock, call one function, nothing else."""

from apps.deliveries.clock import database_now
from apps.reports.rollups import roll_up


def roll_up_hours() -> None:
    """Every minute: bring the hourly sums up to date."""
    roll_up(now=database_now())
