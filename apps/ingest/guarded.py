"""An event that names somebody, written without a transaction of several steps.

Its subjects are read without a lock, and everything is written by one statement that
begins by locking them, in the order in which everybody does, if nobody has changed
them meanwhile. If somebody has, nothing is written, and the event takes the way of
several steps. So an event costs two statements, as one that names nobody.
"""

from collections.abc import Sequence
from typing import Any, LiteralString

from apps.attribution.recording import Change
from apps.attribution.storage import Locked, peek_subjects
from apps.attribution.writing import (
    FACT_PARTS,
    STORY_PARTS,
    facts_as_json,
    stories_as_json,
)
from apps.core.sql import array_of, numbered, one_line, rows_of_numbered
from apps.ingest.attributing import (
    TOLD,
    Attribution,
    decide_about,
    deliveries_as_json,
    wake_settling_for,
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
          FROM unnest(%s::bigint[], %s::text[]) AS v(id, version)
          JOIN attribution_subject s ON s.id = v.id AND s.xmin::text = v.version
         WHERE s.id = ANY(%s::bigint[])
         ORDER BY s.kind, s.id
           FOR NO KEY UPDATE OF s) held
),
"""
ACCEPTED = "EXISTS (SELECT 1 FROM event)"
DELIVERIES = TOLD.format(events="accepted")
STORIES = STORY_PARTS.format(only=ACCEPTED, again="")
FACTS = FACT_PARTS.format(only=ACCEPTED)


def _statement(after: LiteralString) -> LiteralString:
    parts = WRITING.format(
        columns=EVENT_COLUMNS,
        before=GUARD,
        only="WHERE (SELECT holds FROM guard)",
        after=f", {after}",
        result=", (SELECT holds FROM guard)",
    )
    return numbered(one_line(parts))


WRITE_STORY = _statement(STORIES)
"""For most events: nothing follows from them, and parts without rows cost too."""
WRITE_FACTS = _statement(f"{STORIES}, {FACTS}, told AS ({DELIVERIES})")


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
    statement, parameters = _written(new, subjects, found, configuration)
    (row,) = rows_of_numbered(statement, parameters)
    if row.is_new:
        wake_up_for(found.deliveries)
        wake_settling_for(found, sighting.received_at)
        return None
    return _first(row, new)


def _written(
    new: NewEvent,
    subjects: Sequence[Locked],
    found: Attribution,
    configuration: Configuration,
) -> tuple[LiteralString, list[object]]:
    """Return the statement that writes ``found``, and its parameters."""
    ids = array_of(one.id for one in subjects)
    parameters: list[object] = [
        len(subjects),
        ids,
        array_of(one.version for one in subjects),
        ids,
        *written_as_json([new], configuration.destinations),
        *stories_as_json(found.changes),
    ]
    if not any(one.periods or one.decision.new for one in found.changes):
        return WRITE_STORY, parameters
    now = new.columns["received_at"]
    parameters += facts_as_json(found.changes, now)
    parameters.append(deliveries_as_json(found, found.deliveries, configuration, now))
    return WRITE_FACTS, parameters


def _may_be_simple(new: NewEvent) -> bool:
    """Tell whether nothing else than its subjects is to be locked for an event.

    A base conversion may be refused by a constraint, which is handled in steps.
    """
    is_capped = any(planned.caps for planned in new.deliveries)
    return bool(new.columns["name"]) and not (new.limits or new.moves_to or is_capped)


def _takes_steps(change: Change) -> bool:
    return change.was_replayed


def _first(row: Any, new: NewEvent) -> First:
    if row.first_id is not None:
        return First(row.first_id, row.first_conversion_id)
    if not row.holds:
        raise NotAtOnceError
    # What another request wrote meanwhile the statement could not see.
    return first_events([new])[new.id]
