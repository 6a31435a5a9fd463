"""What was held goes on once its reason is over."""

from typing import Any

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When

from apps.connections.models import ConnectionState
from apps.deliveries import waking
from apps.deliveries.models import Delivery, Destination, RuleHealth
from apps.deliveries.states import DeliveryState, DestinationState, HeldReason
from apps.postbacks.models import PostbackRule, RuleStatus

RETURNED: dict[str, Any] = {
    "state": Case(
        When(attempts=0, replay=None, then=Value(DeliveryState.PENDING.value)),
        default=Value(DeliveryState.RETRYING.value),
    ),
    "reason": "",
}
"""What was held waits again; the oldest is still due first."""

OF_CONNECTION = (HeldReason.CONNECTION_AUTH, HeldReason.CONNECTION_DISABLED)


@transaction.atomic
def release_rule(*, rule_id: int) -> int:
    """Send what was held while a rule was switched off; returns how many.

    Its failures are counted anew: one more would otherwise switch it off again.
    """
    RuleHealth.objects.filter(rule=rule_id).update(failures=0, failing_since=None)
    return _release(Delivery.objects.filter(rule=rule_id), HeldReason.RULE_PAUSED)


def release_connection(*, connection_id: int) -> int:
    """Send what was held because of a connection; returns how many."""
    return _release(
        Delivery.objects.filter(rule__connection=connection_id), *OF_CONNECTION
    )


def release_stranded() -> int:
    """Send what is held because of a connection though nothing is wrong with it.

    A worker holds what it claimed by the state it read then, which may be over by the
    time it writes; and a postback may have been given another connection since.
    Returns how many.
    """
    held = Delivery.objects.filter(
        rule=OuterRef("pk"), state=DeliveryState.HELD, reason__in=OF_CONNECTION
    )
    rules = PostbackRule.objects.filter(
        Q(connection=None) | Q(connection__state=ConnectionState.OK),
        Exists(held),
        status=RuleStatus.ACTIVE,
    )
    stranded = list(rules.values_list("pk", flat=True))
    if not stranded:
        return 0
    return _release(Delivery.objects.filter(rule__in=stranded), *OF_CONNECTION)


@transaction.atomic
def _release(deliveries: QuerySet[Delivery], *reasons: str) -> int:
    held = deliveries.filter(state=DeliveryState.HELD, reason__in=reasons)
    count = held.update(**RETURNED)
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
