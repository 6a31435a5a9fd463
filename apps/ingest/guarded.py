"""An event that names somebody, written without a transaction of several steps.

Its subjects are read without a lock, and everything is written by one statement that
begins by locking them, in the order in which everybody does, if nobody has changed
them meanwhile. If somebody has, nothing is written, and the event takes the way of
several steps. So an event costs two statements, as one that names nobody.
"""

import json
from typing import Any

from apps.attribution.recording import Change
from apps.attribution.storage import Locked, peek_subjects
from apps.attribution.writing import PARTS, changes_as_json
from apps.core.sql import one_line, rows_of
from apps.ingest.attributing import (
    TOLD,
    decide_about,
    deliveries_as_json,
    wake_up_for,
)
from apps.ingest.configuration import Configuration
from apps.ingest.storage import (
    EVENT_COLUMNS,
    WRITING,
    First,
    NewEvent,
    first_events,
    written_as_json,
)
from apps.ingest.transactions import Foreseen

GUARD = """
guard AS MATERIALIZED (
    SELECT count(*) = %s AS holds FROM (
        SELECT s.id
          FROM json_to_recordset(%s::json) AS v(id bigint, version text)
          JOIN attribution_subject s ON s.id = v.id AND s.xmin::text = v.version
         WHERE s.id = ANY(%s::bigint[])
         ORDER BY s.kind, s.id
           FOR NO KEY UPDATE OF s) held
),
"""
ACCEPTED = "EXISTS (SELECT 1 FROM event)"
DELIVERIES = TOLD.format(events="accepted")
WRITE = one_line(
    WRITING.format(
        columns=EVENT_COLUMNS,
        before=GUARD,
        only="WHERE (SELECT holds FROM guard)",
        after=f", {PARTS.format(only=ACCEPTED)}, told AS ({DELIVERIES})",
        result=", (SELECT holds FROM guard)",
    )
)


class NotAtOnceError(Exception):
    """It takes several steps, or somebody else was faster. Nothing was written."""


def write_at_once(
    new: NewEvent, configuration: Configuration, foreseen: Foreseen | None
) -> First | None:
    """Write ``new`` in one statement; return the first event when it is repeated.

    Raises ``NotAtOnceError`` and ``MissingSubjectsError``.
    """
    sighting, trigger = new.sighting, new.trigger
    if sighting is None or trigger is None or not _may_be_simple(new):
        raise NotAtOnceError
    subjects = foreseen.of(sighting) if foreseen else None
    if subjects is None:
        subjects = peek_subjects(sighting)
    found = decide_about(sighting, trigger, subjects, configuration)
    if any(map(_takes_steps, found.changes)) or any(p.caps for p in found.deliveries):
        raise NotAtOnceError
    now = sighting.received_at
    parameters = (
        len(subjects),
        json.dumps([_version(one) for one in subjects]),
        [one.id for one in subjects],
        *written_as_json([new], configuration.destinations),
        *changes_as_json(found.changes, now),
        deliveries_as_json(found, found.deliveries, configuration, now),
    )
    (row,) = rows_of(WRITE, parameters)
    if row.is_new:
        wake_up_for(found.deliveries)
        return None
    return _first(row, new)


def _may_be_simple(new: NewEvent) -> bool:
    """Tell whether nothing else than its subjects is to be locked for an event.

    A base conversion may be refused by a constraint, which is handled in steps.
    """
    is_capped = any(planned.caps for planned in new.deliveries)
    return bool(new.columns["name"]) and not (new.limits or new.moves_to or is_capped)


def _takes_steps(change: Change) -> bool:
    return change.was_replayed


def _version(subject: Locked) -> dict[str, Any]:
    return {"id": subject.id, "version": subject.version}


def _first(row: Any, new: NewEvent) -> First:
    if row.first_id is not None:
        return First(row.first_id, row.first_conversion_id)
    if not row.holds:
        raise NotAtOnceError
    # What another request wrote meanwhile the statement could not see.
    return first_events([new])[new.id]
