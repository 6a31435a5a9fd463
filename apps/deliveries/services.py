"""What people do with deliveries: send again, mark, cancel, release."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.deliveries import waking
from apps.deliveries.models import (
    Delivery,
)
from apps.deliveries.states import (
    DeliveryState,
    HeldReason,
)

RESENDABLE = (
    DeliveryState.HELD,
    DeliveryState.FAILED,
    DeliveryState.RETRYING,
    DeliveryState.DELIVERED,
    DeliveryState.CANCELLED,
)
UNFINISHED = (DeliveryState.PENDING, DeliveryState.RETRYING, DeliveryState.HELD)


@transaction.atomic
def resend(*, delivery_ids: Collection[UUID], now: datetime) -> int:
    """Have deliveries tried again now, except one in flight; returns how many."""
    count = Delivery.objects.filter(pk__in=delivery_ids, state__in=RESENDABLE).update(
        state=DeliveryState.RETRYING, reason="", due_at=now, finished_at=None
    )
    transaction.on_commit(waking.request_wake_up)
    return count


def mark_delivered(*, delivery_ids: Collection[UUID], now: datetime) -> int:
    """Close held deliveries that a person knows to have arrived; returns how many."""
    return Delivery.objects.filter(
        pk__in=delivery_ids, state=DeliveryState.HELD
    ).update(state=DeliveryState.DELIVERED, reason="marked", finished_at=now)


def cancel(*, delivery_ids: Collection[UUID], now: datetime) -> int:
    """Give up unfinished deliveries; returns how many. One being sent is left alone."""
    return Delivery.objects.filter(pk__in=delivery_ids, state__in=UNFINISHED).update(
        state=DeliveryState.CANCELLED, reason="", finished_at=now
    )


@transaction.atomic
def release_rule(*, rule_id: int, now: datetime) -> int:
    """Send what was held while a rule was switched off; returns how many."""
    count = Delivery.objects.filter(
        rule=rule_id, state=DeliveryState.HELD, reason=HeldReason.RULE_PAUSED
    ).update(state=DeliveryState.RETRYING, reason="", due_at=now)
    transaction.on_commit(waking.request_wake_up)
    return count
