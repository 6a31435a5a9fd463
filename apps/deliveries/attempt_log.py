"""Reading the attempts of deliveries from the days that can hold them."""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import Prefetch, QuerySet, prefetch_related_objects

from apps.deliveries.models import Attempt, Delivery

MARGIN = timedelta(days=1)
"""The hosts that plan and the database may go by clocks that differ."""


def load_attempts(deliveries: Sequence[Delivery]) -> None:
    """Prefetch ``attempt_log`` of all deliveries in one query, oldest first."""
    if deliveries:
        found = Prefetch("attempt_log", attempts_within(deliveries).order_by("number"))
        prefetch_related_objects(deliveries, found)


def attempts_within(deliveries: Sequence[Delivery]) -> QuerySet[Attempt]:
    """Return the attempts of the time in which ``deliveries`` were tried.

    The table has a partition for each day; without bounds each of them would be asked.
    """
    first = min(one.created_at for one in deliveries)
    ends = [one.finished_at for one in deliveries if one.finished_at is not None]
    attempts = Attempt.objects.filter(started_at__gte=first - MARGIN)
    if len(ends) < len(deliveries):
        return attempts
    return attempts.filter(started_at__lte=max(ends) + MARGIN)
