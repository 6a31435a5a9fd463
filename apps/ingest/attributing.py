"""Attribution of an accepted event: facts, and the postbacks that are told of them.

All of it happens in the transaction that stores the event, under the locks of its
subjects (DESIGN §3, step 4). Where a project has a settle window, and where a story is
too long to be replayed while the sender waits, ``settle_due`` does the same later.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import LiteralString, NamedTuple
from uuid import UUID

from django.db import transaction

from apps.attribution.recording import Change, advance, consider
from apps.attribution.sightings import Sighting
from apps.attribution.storage import (
    Due,
    Locked,
    due_subjects,
    lock_subject,
    lock_subjects,
    waiting_of,
)
from apps.attribution.telling import Told
from apps.attribution.writing import write
from apps.core.queue import count_waiting, enqueue
from apps.core.sql import direct_cursor, one_line
from apps.deliveries import waking
from apps.deliveries.caps import take_caps
from apps.deliveries.planning import PlannedDelivery, plan_deliveries
from apps.deliveries.states import DeliveryState
from apps.ingest.compiling import current_configuration
from apps.ingest.configuration import Configuration
from apps.ingest.storage import NewEvent
from apps.postbacks.checks import Trigger
from apps.postbacks.triggers import event_trigger, fact_trigger
from apps.tracking.models import Event

SETTLED_AT_ONCE = 500
SETTLE = "apps.ingest.tasks.settle"
MESSAGES_ENOUGH = 10
"""So many untaken messages hold a wake-up: what waits is found every minute anyway."""

# A partner is told of its own click, whichever transaction the event belongs to.
TOLD: LiteralString = """
INSERT INTO deliveries_delivery
       (id, rule_id, revision_id, trigger_type, trigger_id, kind, event_id,
        conversion_id, click_id, offer_id, affiliate_id, destination_id, state, reason,
        order_key, attempts, due_at, outcome, message, created_at, finished_at)
SELECT d.id, d.rule_id, d.revision_id, d.trigger_type, d.trigger_id, 'live', e.id,
       e.conversion_id, d.click_id, e.offer_id, d.affiliate_id, d.destination_id,
       d.state, d.reason, d.order_key, 0,
       CASE WHEN d.due_at <= d.now THEN now() ELSE d.due_at END, '', '', d.now,
       CASE WHEN d.state = 'suppressed' THEN d.now END
  FROM json_to_recordset(%s::json)
       AS d(event_id uuid, id uuid, rule_id bigint, revision_id bigint,
            trigger_type text, trigger_id uuid, click_id uuid, affiliate_id bigint,
            destination_id bigint, state text, reason text, order_key text,
            due_at timestamptz, now timestamptz)
  JOIN {events} e ON e.id = d.event_id
    ON CONFLICT DO NOTHING
"""
INSERT_DELIVERIES = one_line(TOLD.format(events="tracking_event"))


class Attribution(NamedTuple):
    """What an event changes about its subjects, and who is told: not written yet."""

    changes: list[Change]
    told: Mapping[UUID, Told]
    deliveries: list[PlannedDelivery]


def attribute(new: NewEvent, configuration: Configuration) -> Attribution | None:
    """Decide about the facts of ``new`` under the locks of its subjects.

    ``None`` for an event that names nobody. Raises ``MissingSubjectsError``.
    """
    if new.sighting is None or new.trigger is None:
        return None
    subjects = lock_subjects(new.sighting)
    return decide_about(new.sighting, new.trigger, subjects, configuration)


def decide_about(
    sighting: Sighting,
    trigger: Trigger,
    subjects: Sequence[Locked],
    configuration: Configuration,
) -> Attribution:
    """Return what an event changes about ``subjects``."""
    changes = [consider(subject, sighting) for subject in subjects]
    known = {sighting.event: trigger}
    return _planned(changes, known, configuration, sighting.received_at)


def _planned(
    changes: list[Change],
    known: Mapping[UUID, Trigger],
    configuration: Configuration,
    now: datetime,
) -> Attribution:
    told = {one.id: one for change in changes for one in change.told}
    if not told:
        return Attribution(changes, told, [])
    events = {**known, **_stored({one.event for one in told.values()} - known.keys())}
    triggers = [fact_trigger(events[one.event], one) for one in told.values()]
    planned = plan_deliveries(triggers, configuration.rules, now)
    return Attribution(changes, told, planned)


def _stored(event_ids: set[UUID]) -> dict[UUID, Trigger]:
    """Return the triggers of events that were accepted earlier."""
    if not event_ids:
        return {}
    events = Event.objects.select_related("offer", "click").in_bulk(list(event_ids))
    return {event_id: event_trigger(event) for event_id, event in events.items()}


def write_attribution(
    attribution: Attribution,
    planned: Sequence[PlannedDelivery],
    configuration: Configuration,
    now: datetime,
) -> None:
    """Write what was decided; ``planned`` are its deliveries, with caps taken."""
    write(attribution.changes, now)
    wake_settling_for(attribution, now)
    if not planned:
        return
    rows = deliveries_as_json(attribution, planned, configuration, now)
    with direct_cursor() as cursor:
        cursor.execute(INSERT_DELIVERIES, (rows,), prepare=True)
    wake_up_for(planned)


def wake_up_for(planned: Sequence[PlannedDelivery]) -> None:
    """Wake a worker after the commit if one of ``planned`` is due."""
    if any(one.state == DeliveryState.PENDING for one in planned):
        transaction.on_commit(waking.request_wake_up)


def wake_settling_for(attribution: Attribution, now: datetime) -> None:
    """Wake a worker after the commit if a story was too long to be replayed at once.

    The event is stored by then: a wake-up that fails is logged, and the sweep comes.
    """
    due = [one.settles_at for one in attribution.changes if one.settles_at is not None]
    if any(moment <= now for moment in due):
        transaction.on_commit(wake_settling, robust=True)


def wake_settling() -> None:
    """Have what waits settled soon, unless enough wake-ups lie untaken."""
    if count_waiting() < MESSAGES_ENOUGH:
        enqueue(SETTLE)


def deliveries_as_json(
    attribution: Attribution,
    planned: Sequence[PlannedDelivery],
    configuration: Configuration,
    now: datetime,
) -> str:
    """Return the deliveries of facts as ``TOLD`` reads them."""
    rows = [
        _delivery_row(one, attribution.told[one.trigger_id], configuration, now)
        for one in planned
    ]
    return json.dumps(rows)


def _delivery_row(
    planned: PlannedDelivery, told: Told, configuration: Configuration, now: datetime
) -> dict[str, object]:
    return {
        "event_id": str(told.event),
        "id": str(planned.id),
        "rule_id": planned.rule_id,
        "revision_id": planned.revision_id,
        "trigger_type": planned.trigger_type,
        "trigger_id": str(planned.trigger_id),
        "click_id": str(told.click) if told.click else None,
        "affiliate_id": told.affiliate,
        "destination_id": configuration.destinations[planned.destination],
        "state": planned.state,
        "reason": planned.reason,
        "order_key": planned.order_key,
        "due_at": planned.due_at.isoformat(),
        "now": now.isoformat(),
    }


def settle_due(now: datetime) -> int:
    """Decide about the events that have waited long enough; returns of how many.

    Each subject is a transaction of its own: what interrupts this loses nothing.
    """
    configuration = current_configuration()
    subjects = due_subjects(now, SETTLED_AT_ONCE)
    return sum(_settle(due, configuration, now) for due in subjects)


@transaction.atomic
def _settle(due: Due, configuration: Configuration, now: datetime) -> int:
    subject = lock_subject(due.subject_id)
    waiting = waiting_of(due, now)
    if not waiting:
        return 0
    change = advance(subject, waiting, is_history=due.is_history)
    attribution = _planned([change], {}, configuration, now)
    planned = take_caps(attribution.deliveries, now)
    write_attribution(attribution, planned, configuration, now)
    return len(waiting)
