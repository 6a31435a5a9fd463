"""Finding what belongs to a transaction, through indexes."""

from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.accounts.models import User
from apps.deliveries.states import DeliveryKind
from apps.tracking.models import Conversion, ConversionChange, Event, Lead

MOST = 1_000
"""So much of a transaction is looked at; nobody's has more."""


def transactions_named(text: str, user: User) -> list[str]:
    """Return the transactions that ``text`` can mean: its own id, or that of a lead."""
    leads = Lead.objects.visible_to(user).filter(public_id=text)
    return [text, *leads.values_list("transaction_id", flat=True)[:MOST]]


def deliveries_named(deliveries: QuerySet[Any], text: str, user: User) -> QuerySet[Any]:
    """Return those of ``deliveries`` that ``text`` names: by id, transaction or lead.

    What triggered them is found first: a join would read all deliveries.
    """
    if is_uuid(text):
        return deliveries.filter(pk=text)
    names = transactions_named(text, user)
    events = Event.objects.visible_to(user).filter(transaction_id__in=names)
    conversions = Conversion.objects.visible_to(user).filter(transaction_id__in=names)
    changes = ConversionChange.objects.filter(
        conversion__in=list(conversions.values_list("pk", flat=True)[:MOST])
    )
    # The kinds are those of the index by trigger.
    by_change = Q(
        trigger_id__in=list(changes.values_list("pk", flat=True)[:MOST]),
        kind__in=(DeliveryKind.LIVE, DeliveryKind.REPLAY),
    )
    by_event = Q(event__in=list(events.values_list("pk", flat=True)[:MOST]))
    return deliveries.filter(by_event | by_change)


def is_uuid(text: str) -> bool:
    """Tell whether ``text`` is the id of a row of a log."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True
