"""Changes of a conversion's status: by a person, an event, a report or a timer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.deliveries import waking
from apps.deliveries.caps import take_caps
from apps.deliveries.models import Delivery
from apps.deliveries.planning import plan_deliveries
from apps.deliveries.states import DeliveryState
from apps.ingest.compiling import current_configuration
from apps.postbacks.triggers import change_trigger
from apps.tracking.models import Conversion, ConversionChange
from apps.tracking.statuses import (
    STATUS_MOVES,
    ConversionStatus,
    Operation,
    Source,
)

RELEASE_AT_ONCE = 500


class ForbiddenMoveError(Exception):
    """A conversion cannot go from its status to the one asked for."""

    def __init__(self, old: str, new: str) -> None:
        """Keep the status it has and the one it was to get."""
        super().__init__(old, new)
        self.old, self.new = ConversionStatus(old), ConversionStatus(new)

    def __str__(self) -> str:
        """Return what to tell people."""
        words = _("A conversion that is %(old)s cannot become %(new)s.")
        return words % {"old": self.old.label.lower(), "new": self.new.label.lower()}


@dataclass(frozen=True, slots=True)
class Move:
    """A change of status: where to, why, who or what wants it, and who is told."""

    status: str
    source: str
    reason: str = ""
    fires_postbacks: bool = True
    actor: User | None = None
    event_id: UUID | None = None


@transaction.atomic
def move_conversion(
    conversion_id: UUID, move: Move, now: datetime
) -> ConversionChange | None:
    """Move a conversion and plan the deliveries of that edge.

    ``None`` when it has that status already: writing it again is silent (R105).
    Raises ``ForbiddenMoveError`` where the status machine has no such move, and
    ``Conversion.DoesNotExist``.
    """
    conversion = (
        Conversion.objects.select_for_update(of=("self",), no_key=True)
        .select_related("offer", "click")
        .get(pk=conversion_id)
    )
    if conversion.status == move.status:
        return None
    if move.status not in STATUS_MOVES[conversion.status]:
        raise ForbiddenMoveError(conversion.status, move.status)
    change = _record_change(conversion, move, now)
    if move.fires_postbacks:
        _plan(change, now)
    return change


@transaction.atomic
def move_transaction(first: UUID, move: Move, now: datetime) -> None:
    """Move every conversion of a transaction that may go there, in a fixed order.

    The transaction is that of the conversion ``first``.
    """
    named = Conversion.objects.get(pk=first)
    of_transaction = Conversion.objects.filter(
        offer=named.offer_id, transaction_id=named.transaction_id
    )
    # All locks at once: between two of them a cap's row would be locked, for which
    # somebody may wait who has the next conversion.
    locked = of_transaction.order_by("pk").select_for_update(of=("self",), no_key=True)
    for conversion in list(locked):
        if move.status in STATUS_MOVES[conversion.status]:
            move_conversion(conversion.pk, move, now)


def release_holds(now: datetime) -> int:
    """Approve conversions whose hold has ended, oldest first; returns how many."""
    due = Conversion.objects.filter(hold_until__lte=now).order_by("hold_until")
    ids: Iterable[UUID] = list(due.values_list("pk", flat=True)[:RELEASE_AT_ONCE])
    move = Move(
        ConversionStatus.APPROVED.value, Source.SYSTEM.value, "The hold has ended."
    )
    return sum(_released(conversion_id, move, now) for conversion_id in ids)


def _released(conversion_id: UUID, move: Move, now: datetime) -> bool:
    """Approve one conversion unless somebody moved it meanwhile."""
    try:
        return move_conversion(conversion_id, move, now) is not None
    except ForbiddenMoveError:
        return False


def _record_change(
    conversion: Conversion, move: Move, now: datetime
) -> ConversionChange:
    old_status = conversion.status
    conversion.status = move.status
    conversion.status_reason = move.reason
    conversion.hold_until = None
    conversion.version += 1
    conversion.save(
        update_fields=["status", "status_reason", "hold_until", "version", "updated_at"]
    )
    return ConversionChange.objects.create(
        conversion=conversion,
        number=conversion.version,
        operation=Operation.UPDATE,
        old_status=old_status,
        new_status=move.status,
        reason=move.reason,
        source=move.source,
        actor=move.actor,
        event_id=move.event_id,
        fires_postbacks=move.fires_postbacks,
        changed_at=now,
    )


def _plan(change: ConversionChange, now: datetime) -> None:
    conversion = change.conversion
    configuration = current_configuration()
    planned = plan_deliveries([change_trigger(change)], configuration.rules, now)
    Delivery.objects.bulk_create(
        Delivery(
            id=one.id,
            rule_id=one.rule_id,
            revision_id=one.revision_id,
            trigger_type=one.trigger_type,
            trigger_id=one.trigger_id,
            conversion=conversion,
            click_id=conversion.click_id,
            offer_id=conversion.offer_id,
            affiliate_id=conversion.affiliate_id,
            destination_id=configuration.destinations[one.destination],
            state=one.state,
            reason=one.reason,
            order_key=one.order_key,
            due_at=one.due_at,
            created_at=now,
            finished_at=now if one.state == DeliveryState.SUPPRESSED else None,
        )
        for one in take_caps(planned, now)
    )
    transaction.on_commit(waking.request_wake_up)
