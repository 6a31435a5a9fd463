"""What was held goes on once its reason is over."""

from typing import Any

from django.db import transaction
from django.db.models import Case, QuerySet, Value, When

from apps.deliveries import waking
from apps.deliveries.models import Delivery, Destination, RuleHealth
from apps.deliveries.states import DeliveryState, DestinationState, HeldReason

RETURNED: dict[str, Any] = {
    "state": Case(
        When(attempts=0, replay=None, then=Value(DeliveryState.PENDING.value)),
        default=Value(DeliveryState.RETRYING.value),
    ),
    "reason": "",
}
"""What was held waits again; the oldest is still due first."""


@transaction.atomic
def release_rule(*, rule_id: int) -> int:
    """Send what was held while a rule was switched off; returns how many.

    Its failures are counted anew: one more would otherwise switch it off again.
    """
    RuleHealth.objects.filter(rule=rule_id).update(failures=0, failing_since=None)
    return _release(Delivery.objects.filter(rule=rule_id), HeldReason.RULE_PAUSED)


def release_connection(*, connection_id: int) -> int:
    """Send what was held because credentials were refused; returns how many."""
    return _release(
        Delivery.objects.filter(rule__connection=connection_id),
        HeldReason.CONNECTION_AUTH,
    )


@transaction.atomic
def _release(deliveries: QuerySet[Delivery], reason: str) -> int:
    count = deliveries.filter(state=DeliveryState.HELD, reason=reason).update(
        **RETURNED
    )
    transaction.on_commit(waking.request_wake_up)
    return count


@transaction.atomic
def resume_destination(*, destination_id: int) -> int:
    """Let deliveries go to a destination again; returns how many were held."""
    Destination.objects.filter(pk=destination_id).update(
        state=DestinationState.OPEN, paused_reason="", paused_until=None
    )
    return _release(
        Delivery.objects.filter(destination=destination_id),
        HeldReason.DESTINATION_PAUSED,
    )
