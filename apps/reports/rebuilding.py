"""Hourly sums thrown away and counted anew from the log, an hour at a time."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from apps.reports.models import DeliveryHour, EventHour, FactHour, OutcomeHour
from apps.reports.rollups import complete_since, count_hours

HOUR = timedelta(hours=1)


class PrunedError(Exception):
    """The log of these hours is gone; their sums are all that is left of it."""


def rebuild(*, start: datetime, end: datetime, now: datetime) -> Iterator[datetime]:
    """Count the hours from ``start`` to ``end`` anew; yields each that is done.

    Each hour is a transaction, so readers see its old sums or its new ones. It may be
    interrupted and repeated. Raises ``PrunedError`` before anything is changed.
    """
    first = start.replace(minute=0, second=0, microsecond=0)
    whole = complete_since()
    if first < whole:
        raise PrunedError(
            f"The log before {whole:%Y-%m-%d %H:%M} UTC was pruned: sums of earlier "
            f"hours cannot be counted again and stay as they are. Begin there."
        )
    return _rebuilt(first, min(end, now + HOUR), now)


def _rebuilt(first: datetime, end: datetime, now: datetime) -> Iterator[datetime]:
    hour = first
    while hour < end:
        _rebuild_hour(hour, now)
        yield hour
        hour += HOUR


@transaction.atomic
def _rebuild_hour(hour: datetime, now: datetime) -> None:
    for model in (EventHour, DeliveryHour, OutcomeHour, FactHour):
        model.objects.filter(hour=hour).delete()
    count_hours(since=hour, until=hour + HOUR, now=now)
