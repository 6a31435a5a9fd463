"""Changes of a conversion's status, by a person or a program."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.accounts.models import User
from apps.deliveries import waking
from apps.deliveries.models import (
    Delivery,
)
from apps.deliveries.planning import plan_deliveries
from apps.ingest.compiling import current_configuration
from apps.postbacks.matching import Trigger
from apps.tracking.models import (
    Conversion,
    ConversionChange,
)
from apps.tracking.statuses import (
    STATUS_MOVES,
    ConversionStatus,
    Operation,
    Source,
)


class ForbiddenMoveError(Exception):
    """A conversion cannot go from its status to the one asked for."""


@transaction.atomic
def change_conversion_status(
    *,
    conversion_id: UUID,
    status: str,
    reason: str,
    fires_postbacks: bool,
    actor: User | None,
    now: datetime,
) -> ConversionChange | None:
    """Move a conversion to ``status`` and plan the deliveries of that edge.

    ``None`` when it has that status already: writing it again is silent (R105).
    Raises ``ForbiddenMoveError`` where the status machine has no such move.
    """
    conversion = (
        Conversion.objects.select_for_update(of=("self",))
        .select_related("offer")
        .get(pk=conversion_id)
    )
    if conversion.status == status:
        return None
    if status not in STATUS_MOVES[conversion.status]:
        raise ForbiddenMoveError(
            f"A conversion that is {conversion.get_status_display().lower()} cannot "
            f"become {ConversionStatus(status).label.lower()}."
        )
    change = _record_change(conversion, status, reason, fires_postbacks, actor, now)
    if fires_postbacks:
        _plan(change, now)
    return change


def _record_change(
    conversion: Conversion,
    status: str,
    reason: str,
    fires_postbacks: bool,
    actor: User | None,
    now: datetime,
) -> ConversionChange:
    old_status = conversion.status
    conversion.status = status
    conversion.status_reason = reason
    conversion.version += 1
    conversion.save(update_fields=["status", "status_reason", "version", "updated_at"])
    return ConversionChange.objects.create(
        conversion=conversion,
        number=conversion.version,
        operation=Operation.UPDATE,
        old_status=old_status,
        new_status=status,
        reason=reason,
        source=Source.MANUAL,
        actor=actor,
        fires_postbacks=fires_postbacks,
        changed_at=now,
    )


def _plan(change: ConversionChange, now: datetime) -> None:
    conversion = change.conversion
    configuration = current_configuration()
    trigger = Trigger(
        id=change.id,
        offer_id=conversion.offer_id,
        affiliate_id=conversion.affiliate_id,
        goal_id=conversion.goal_id,
        has_goals=conversion.offer.enable_goals,
        new_status=change.new_status,
    )
    Delivery.objects.bulk_create(
        Delivery(
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
            due_at=now,
            created_at=now,
        )
        for planned in plan_deliveries([trigger], configuration.rules)
    )
    transaction.on_commit(waking.request_wake_up)
