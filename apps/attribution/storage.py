"""The statements of attribution: subjects are locked, stories read, results written.

Subjects are locked in one order everywhere, the device before the user, so that two
events of the same pair cannot wait for each other (0 deadlocks against 339 in random
order, reliability notes). Whoever holds no lock makes missing subjects first, in a
statement of its own: an insert under a lock would break that order.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, LiteralString, NamedTuple
from uuid import UUID, uuid5

from apps.attribution.algorithm import Moment, State, Touch
from apps.attribution.ledger import Entry
from apps.attribution.remembering import from_json
from apps.attribution.sightings import Sighting, Touched, Who
from apps.core.sql import direct_cursor, one_line, rows_of

PEEK = one_line("""
SELECT s.id, s.kind, s.state::text AS state, s.is_disturbed, s.xmin::text AS version,
       t.click_id, t.affiliate_id, t.touched_at
  FROM unnest(%s::text[], %s::text[]) AS w(scope, external_id)
  JOIN attribution_subject s ON s.scope = w.scope AND s.external_id = w.external_id
  LEFT JOIN LATERAL (
       SELECT click_id, affiliate_id, touched_at FROM attribution_touch
        WHERE subject_id = s.id AND touched_at BETWEEN %s AND %s
        ORDER BY touched_at DESC LIMIT 1) t ON true
 ORDER BY s.kind, s.id
""")
LOCK = PEEK + " FOR NO KEY UPDATE OF s"
LOCK_ONE = one_line("""
SELECT id, kind, state::text AS state, is_disturbed, '' AS version,
       NULL::uuid AS click_id
  FROM attribution_subject WHERE id = %s FOR NO KEY UPDATE
""")
MAKE = one_line("""
INSERT INTO attribution_subject
       (kind, offer_id, project_id, advertiser_id, external_id, state, is_disturbed,
        created_at)
SELECT kind, offer_id, project_id, advertiser_id, external_id, '{}', false, now()
  FROM json_to_recordset(%s::json)
       AS v(kind text, offer_id bigint, project_id bigint, advertiser_id bigint,
            external_id text)
 ORDER BY kind, external_id
    ON CONFLICT DO NOTHING
""")
STORY_COLUMNS = (
    "event_id, occurred_at, kind, is_activity, click_id, affiliate_id, "
    "inactivity_days, takes_organic, takes_visits"
)
STORY = (
    f"SELECT {STORY_COLUMNS} FROM attribution_subjectevent "  # noqa: S608 - ours
    "WHERE subject_id = %s AND state = 'counted'"
)
WAITING = (
    f"SELECT {STORY_COLUMNS} FROM attribution_subjectevent "  # noqa: S608 - ours
    "WHERE subject_id = %s AND state = 'waiting' AND settles_at <= %s "
    "AND is_history = %s"
)
LENGTH = one_line("""
SELECT count(*) AS length FROM (
       SELECT 1 FROM attribution_subjectevent WHERE subject_id = %s LIMIT %s) counted
""")
ENTRIES = one_line("""
SELECT f.id, f.kind, f.event_id, f.slot, f.affiliate_id, f.state, f.reason, p.click_id
  FROM attribution_fact f JOIN attribution_period p ON p.id = f.period_id
 WHERE f.subject_id = %s AND (%s::text[] IS NULL OR f.slot = ANY(%s::text[]))
""")
DUE = one_line("""
SELECT DISTINCT subject_id, is_history FROM (
       SELECT subject_id, is_history FROM attribution_subjectevent
        WHERE state = 'waiting' AND settles_at <= %s
        ORDER BY settles_at LIMIT %s) due
 ORDER BY subject_id, is_history DESC
""")
TOUCH = one_line("""
INSERT INTO attribution_touch (subject_id, click_id, affiliate_id, touched_at)
SELECT s.id, %s, %s, %s
  FROM unnest(%s::text[], %s::text[]) AS w(scope, external_id)
  JOIN attribution_subject s ON s.scope = w.scope AND s.external_id = w.external_id
    ON CONFLICT DO NOTHING
""")


class Locked(NamedTuple):
    """A subject and what is remembered of it.

    Its row is locked, or ``version`` tells whether somebody has changed it since.
    """

    id: int
    kind: str
    state: State | None
    is_disturbed: bool
    touch: Touched | None
    version: str

    @property
    def is_device(self) -> bool:
        """Tell a device from a user."""
        return self.kind == "device"


class Due(NamedTuple):
    """A subject with events that have waited: of history, or such as are told of."""

    subject_id: int
    is_history: bool


class MissingSubjectsError(Exception):
    """A subject was never seen before; make it, then lock again."""


def lock_subjects(sighting: Sighting) -> list[Locked]:
    """Lock the subjects of an event until the transaction ends.

    Raises ``MissingSubjectsError``, to be handled outside of the transaction.
    """
    return _found(LOCK, sighting)


def peek_subjects(sighting: Sighting) -> list[Locked]:
    """Return the subjects of an event as they are, without locking them.

    Raises ``MissingSubjectsError``.
    """
    return _found(PEEK, sighting)


def _found(statement: LiteralString, sighting: Sighting) -> list[Locked]:
    scopes, ids = _names(sighting.who)
    rows = rows_of(statement, (scopes, ids, sighting.touched_since, sighting.at))
    if len(rows) < len(sighting.who):
        raise MissingSubjectsError
    return [_locked(row) for row in rows]


def lock_subject(subject_id: int) -> Locked:
    """Lock one subject until the transaction ends."""
    return _locked(rows_of(LOCK_ONE, (subject_id,))[0])


def _locked(row: Any) -> Locked:
    touch = None
    if row.click_id is not None:
        touch = Touched(Touch(row.click_id, row.affiliate_id), row.touched_at)
    state = from_json(json.loads(row.state))
    return Locked(row.id, row.kind, state, row.is_disturbed, touch, row.version)


def _names(who: Iterable[Who]) -> tuple[list[str], list[str]]:
    given = list(who)
    return [one.scope for one in given], [one.external_id for one in given]


def make_subjects(who: Sequence[Who]) -> None:
    """Make those subjects that do not exist. Holds no lock when it returns."""
    rows = json.dumps([one._asdict() for one in who])
    with direct_cursor() as cursor:
        cursor.execute(MAKE, (rows,), prepare=True)


def record_touch(who: Sequence[Who], touched: Touched) -> None:
    """Remember that the subjects made a click of an affiliate."""
    make_subjects(who)
    touch = touched.touch
    values = (touch.click, touch.affiliate, touched.at, *_names(who))
    with direct_cursor() as cursor:
        cursor.execute(TOUCH, values, prepare=True)


def story_of(subject_id: int) -> list[Moment]:
    """Return all events that count in the story of a subject."""
    return [_moment(row) for row in rows_of(STORY, (subject_id,))]


def is_story_longer(subject_id: int, limit: int) -> bool:
    """Tell whether a subject has more than ``limit`` events; counts no further."""
    return bool(rows_of(LENGTH, (subject_id, limit + 1))[0].length > limit)


def waiting_of(due: Due, now: datetime) -> list[Moment]:
    """Return the events of a subject that have waited long enough."""
    parameters = (due.subject_id, now, due.is_history)
    return [_moment(row) for row in rows_of(WAITING, parameters)]


def _moment(row: Any) -> Moment:
    return Moment(
        event=row.event_id,
        at=row.occurred_at,
        kind=row.kind,
        is_activity=row.is_activity,
        touch=Touch(row.click_id, row.affiliate_id) if row.click_id else None,
        window=timedelta(days=row.inactivity_days),
        takes_organic=row.takes_organic,
        takes_visits=row.takes_visits,
    )


def entries_of(subject_id: int, slots: Sequence[str] | None = None) -> list[Entry]:
    """Return the ledger of a subject, or the lines of some slots of it."""
    given = None if slots is None else list(slots)
    rows = rows_of(ENTRIES, (subject_id, given, given))
    return [Entry(*row) for row in rows]


def due_subjects(now: datetime, limit: int) -> list[Due]:
    """Return subjects with events that have waited long enough."""
    return [Due(*row) for row in rows_of(DUE, (now, limit))]


def settings_of(moment: Moment) -> Mapping[str, Any]:
    """Return the columns that keep a moment of a story."""
    touch = moment.touch
    return {
        "event_id": moment.event.hex,
        "occurred_at": moment.at.isoformat(),
        "kind": moment.kind,
        "is_activity": moment.is_activity,
        "click_id": touch.click.hex if touch else None,
        "affiliate_id": touch.affiliate if touch else None,
        "inactivity_days": moment.window.days,
        "takes_organic": moment.takes_organic,
        "takes_visits": moment.takes_visits,
    }


def period_id(subject_id: int, opener: UUID) -> UUID:
    """Return the id of a period: the same however often it is replayed."""
    return uuid5(opener, str(subject_id))
