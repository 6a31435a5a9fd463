"""Looks deliveries up by what led to them, by indexes alone.

A join of all deliveries with their events would read both tables.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from apps.deliveries.states import DeliveryKind
from apps.tracking.models import ConversionChange, Event

MOST_OF_A_TRANSACTION = 1_000
"""Events of one transaction that are looked at, and changes of its conversions."""


def of_transaction(deliveries: QuerySet[Any], transaction_id: str) -> QuerySet[Any]:
    """Return those of the events and of the conversions of a transaction."""
    events = Event.objects.filter(transaction_id=transaction_id)
    changes = ConversionChange.objects.filter(conversion__transaction_id=transaction_id)
    return deliveries.filter(Q(event__in=_ids(events)) | _triggered_by(_ids(changes)))


def of_changes(deliveries: QuerySet[Any], changes: Iterable[Any]) -> QuerySet[Any]:
    """Return those that changes of a conversion's status triggered."""
    return deliveries.filter(_triggered_by([change.pk for change in changes]))


def _ids(rows: QuerySet[Any]) -> list[Any]:
    return list(rows.values_list("pk", flat=True)[:MOST_OF_A_TRANSACTION])


def _triggered_by(ids: list[Any]) -> Q:
    # The kinds of the index delivery_one_live_per_rule_and_trigger.
    kinds = (DeliveryKind.LIVE, DeliveryKind.REPLAY)
    return Q(trigger_id__in=ids, kind__in=kinds)
