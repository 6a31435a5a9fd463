"""django-q2 entry points: read the clock, call one function, nothing else."""

from django.utils import timezone

from apps.reports.rollups import roll_up


def roll_up_hours() -> None:
    """Every minute: bring the hourly sums up to date."""
    roll_up(now=timezone.now())
