"""Finding deliveries by what they are about."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Q

from apps.deliveries.states import DeliveryKind

PLANNED = (DeliveryKind.LIVE, DeliveryKind.REPLAY)


def about(triggers: Iterable[UUID]) -> Q:
    """Return the condition of deliveries, tests included, about events and changes.

    It is written in two parts because each has an index of its own.
    """
    ids = list(triggers)
    return Q(trigger_id__in=ids, kind__in=PLANNED) | Q(
        trigger_id__in=ids, kind=DeliveryKind.TEST
    )
