"""Changes of a conversion's status: by a person, an event, a report or a timer."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.core.sql import direct_cursor, one_line
from apps.deliveries.caps import take_caps
from apps.deliveries.models import Delivery
from apps.deliveries.planning import PlannedDelivery, plan_deliveries
from apps.deliveries.states import DeliveryState
from apps.ingest.attributing import wake_up_for
from apps.ingest.compiling import current_configuration
from apps.ingest.configuration import Configuration
from apps.postbacks.triggers import change_trigger
from apps.tracking.models import Conversion, ConversionChange
from apps.tracking.statuses import (
    STATUS_MOVES,
    ConversionStatus,
    Operation,
    Source,
)

RELEASE_AT_ONCE = 500
MOVE = one_line("""
UPDATE tracking_conversion AS c
   SET status = v.status, status_reason = v.reason, version = v.version,
       hold_until = NULL, updated_at = %s
  FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::bigint[])
       AS v(id, status, reason, version)
 WHERE c.id = v.id
""")


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


Outcome = ConversionChange | ForbiddenMoveError | None
"""What became of a wanted move; ``None``: the conversion has that status already."""


def lock_conversions(rows: QuerySet[Conversion]) -> list[Conversion]:
    """Lock ``rows`` and return them, with all that postbacks may ask of them.

    All at once and by id, as everybody does: so nobody who has one waits for somebody
    who has another.
    """
    found = rows.select_related("offer", "click").order_by("pk")
    return list(found.select_for_update(of=("self",), no_key=True))


def move_locked(
    wanted: Sequence[tuple[Conversion, Move]], now: datetime
) -> list[Outcome]:
    """Move conversions that ``lock_conversions`` returned; plan their deliveries.

    Outcomes are in the order of ``wanted``. A conversion may be wanted several times:
    each move finds what the one before it left. However many move, the statements are
    the same; caps of rules take one or two for each.
    """
    outcomes = [_judged(conversion, move, now) for conversion, move in wanted]
    changes = [one for one in outcomes if isinstance(one, ConversionChange)]
    if changes:
        _write(changes, now)
    told = [change for change in changes if change.fires_postbacks]
    if told:
        _plan(told, now)
    return outcomes


@transaction.atomic
def move_conversion(
    conversion_id: UUID, move: Move, now: datetime
) -> ConversionChange | None:
    """Move a conversion and plan the deliveries of that edge.

    ``None`` when it has that status already: writing it again is silent (R105).
    Raises ``ForbiddenMoveError`` where the status machine has no such move, and
    ``Conversion.DoesNotExist``.
    """
    locked = lock_conversions(Conversion.objects.filter(pk=conversion_id))
    if not locked:
        raise Conversion.DoesNotExist
    (outcome,) = move_locked([(locked[0], move)], now)
    if isinstance(outcome, ForbiddenMoveError):
        raise outcome
    return outcome


@transaction.atomic
def move_transaction(first: UUID, move: Move, now: datetime) -> None:
    """Move every conversion of a transaction that may go there.

    The transaction is that of the conversion ``first``.
    """
    named = Conversion.objects.get(pk=first)
    of_transaction = Conversion.objects.filter(
        offer=named.offer_id, transaction_id=named.transaction_id
    )
    move_locked([(one, move) for one in lock_conversions(of_transaction)], now)


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


def _judged(conversion: Conversion, move: Move, now: datetime) -> Outcome:
    """Change ``conversion`` in memory and return the change; nothing is written."""
    old_status = conversion.status
    if old_status == move.status:
        return None
    if move.status not in STATUS_MOVES[old_status]:
        return ForbiddenMoveError(old_status, move.status)
    conversion.status = move.status
    conversion.status_reason = move.reason
    conversion.hold_until = None
    conversion.version += 1
    return ConversionChange(
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


def _write(changes: Sequence[ConversionChange], now: datetime) -> None:
    """Write changes, and their conversions as the last change of each left them."""
    moved = list({one.conversion_id: one.conversion for one in changes}.values())
    columns: tuple[list[object], ...] = (
        [one.pk for one in moved],
        [one.status for one in moved],
        [one.status_reason for one in moved],
        [one.version for one in moved],
    )
    with direct_cursor() as cursor:
        cursor.execute(MOVE, (now, *columns), prepare=True)
    ConversionChange.objects.bulk_create(changes)


def _plan(changes: Sequence[ConversionChange], now: datetime) -> None:
    conversions = {change.pk: change.conversion for change in changes}
    configuration = current_configuration()
    triggers = map(change_trigger, changes)
    planned = take_caps(plan_deliveries(triggers, configuration.rules, now), now)
    Delivery.objects.bulk_create(
        _delivery(one, conversions[one.trigger_id], configuration, now)
        for one in planned
    )
    wake_up_for(planned)


def _delivery(
    planned: PlannedDelivery,
    conversion: Conversion,
    configuration: Configuration,
    now: datetime,
) -> Delivery:
    return Delivery(
        id=planned.id,
        rule_id=planned.rule_id,
        revision_id=planned.revision_id,
        trigger_type=planned.trigger_type,
        trigger_id=planned.trigger_id,
        conversion=conversion,
        click_id=conversion.click_id,
        offer_id=conversion.offer_id,
        affiliate_id=conversion.affiliate_id,
        destination_id=configuration.destinations[planned.destination],
        state=planned.state,
        reason=planned.reason,
        order_key=planned.order_key,
        due_at=planned.due_at,
        created_at=now,
        finished_at=now if planned.state == DeliveryState.SUPPRESSED else None,
    )
