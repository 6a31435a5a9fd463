"""What people do with deliveries: send again, mark, cancel, release."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F

from apps.accounts.models import User
from apps.actions import registry
from apps.actions.base import CheckLevel, CheckLine
from apps.connections.models import Connection, ConnectionState
from apps.core import secret_box
from apps.deliveries import waking
from apps.deliveries.acts import note_acts
from apps.deliveries.models import Delivery, Destination
from apps.deliveries.releasing import release_connection
from apps.deliveries.states import (
    RESENDABLE,
    BreakerState,
    DeliveryState,
    DestinationState,
)

UNFINISHED = (DeliveryState.PENDING, DeliveryState.RETRYING, DeliveryState.HELD)
MARKED = "marked"


@transaction.atomic
def resend(
    *, delivery_ids: Collection[UUID], now: datetime, author: User | None = None
) -> int:
    """Have deliveries tried again now, except one in flight; returns how many.

    Their retries begin anew.
    """
    count = _act(
        ("resend", RESENDABLE),
        delivery_ids,
        author,
        state=DeliveryState.RETRYING,
        reason="",
        due_at=now,
        finished_at=None,
        attempts_before=F("attempts"),
    )
    transaction.on_commit(waking.request_wake_up)
    return count


def mark_delivered(
    *, delivery_ids: Collection[UUID], now: datetime, author: User | None = None
) -> int:
    """Close held deliveries that a person knows to have arrived; returns how many."""
    return _act(
        ("mark delivered", (DeliveryState.HELD,)),
        delivery_ids,
        author,
        state=DeliveryState.DELIVERED,
        reason=MARKED,
        finished_at=now,
        ticket="",
        underway_since=None,
    )


def cancel(
    *, delivery_ids: Collection[UUID], now: datetime, author: User | None = None
) -> int:
    """Give up unfinished deliveries; returns how many. One being sent is left alone."""
    return _act(
        ("cancel", UNFINISHED),
        delivery_ids,
        author,
        state=DeliveryState.CANCELLED,
        reason="",
        finished_at=now,
    )


@transaction.atomic
def _act(
    act: tuple[str, Collection[str]],
    delivery_ids: Collection[UUID],
    author: User | None,
    **fields: Any,
) -> int:
    """Change those deliveries whose state allows it, and remember who did."""
    name, states = act
    found = list(
        Delivery.objects.select_for_update(no_key=True)
        .filter(pk__in=delivery_ids, state__in=states)
        .order_by("pk")
        .only("pk", "state")
    )
    note_acts(found, name, author)
    return Delivery.objects.filter(pk__in=[one.pk for one in found]).update(**fields)


def check_connection(
    *, connection: Connection, now: datetime
) -> tuple[list[CheckLine], int]:
    """Test the credentials of ``connection``; if they work, send what waits for them.

    A disabled one stays so, and what it holds too. Returns what was found and how many
    deliveries were released.
    """
    sealed = secret_box.unseal(connection.sealed_secrets)
    lines = registry.get(connection.kind).check({**connection.settings, **sealed})
    errors = [line.text for line in lines if line.level is CheckLevel.ERROR]
    row = Connection.objects.filter(pk=connection.pk)
    row.update(last_checked_at=now, last_error=" ".join(errors)[:500])
    found = ConnectionState.AUTH_ERROR if errors else ConnectionState.OK
    is_used = row.exclude(state=ConnectionState.DISABLED).update(state=found)
    if errors or not is_used:
        return lines, 0
    return lines, release_connection(connection_id=connection.pk)


def pause_destination(
    *, destination_id: int, reason: str, until: datetime | None = None
) -> None:
    """Hold what goes to a destination, until a time or until somebody resumes it."""
    Destination.objects.filter(pk=destination_id).update(
        state=DestinationState.PAUSED, paused_reason=reason, paused_until=until
    )


def close_breaker(*, destination_id: int) -> None:
    """Try a destination that did not answer again now, with everything that waits."""
    Destination.objects.filter(pk=destination_id).update(
        breaker=BreakerState.CLOSED, failures=0, trips=0, retry_at=None
    )
    waking.request_wake_up()
