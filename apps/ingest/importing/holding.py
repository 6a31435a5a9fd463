"""Locks that a chunk takes before it writes: all at once, in everybody's order.

A chunk is one transaction of many reports. If it took its locks report by report, it
would meet live ones that take theirs in another order.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress

from apps.attribution.sightings import Who, subjects_of
from apps.attribution.storage import make_subjects
from apps.core.sql import direct_cursor, one_line
from apps.ingest.configuration import Configuration
from apps.ingest.inbound import Inbound
from apps.ingest.refusals import RefusedError
from apps.ingest.resolving import Sender, Transaction, mapped_values, resolve_event

PATIENCE = "SET LOCAL lock_timeout = '800ms'"
"""Shorter than PostgreSQL's ``deadlock_timeout``: who waits in a circle with a live
report is the chunk, which is tried again, and never the report."""
LOCK_ALL = one_line("""
SELECT s.id
  FROM unnest(%s::text[], %s::text[]) AS w(scope, external_id)
  JOIN attribution_subject s ON s.scope = w.scope AND s.external_id = w.external_id
 ORDER BY s.kind, s.id
   FOR NO KEY UPDATE OF s
""")


def be_patient() -> None:
    """Wait less long for a lock than anybody else, until the transaction ends."""
    with direct_cursor() as cursor:
        cursor.execute(PATIENCE)


def hold_subjects(
    reports: Sequence[Inbound],
    sender: Sender,
    found: Mapping[str, Transaction],
    configuration: Configuration,
) -> None:
    """Make and lock whom the reports name, before anything else is locked."""
    named: dict[Who, None] = {}
    for inbound in reports:
        known = found.get(inbound.get("transaction_id"))
        if known is None:
            continue
        offer = configuration.offers[known.offer_id]
        if not sender.covers(offer):
            continue
        # What cannot be resolved is refused for that, in its turn.
        with suppress(RefusedError):
            values = mapped_values(
                inbound, resolve_event(inbound, offer, configuration)
            )
            device_id, user_id = values.get("device_id", ""), values.get("user_id", "")
            who = subjects_of(offer.attribution, device_id, user_id)
            named.update(dict.fromkeys(who))
    if named:
        _make_and_lock(list(named))


def _make_and_lock(who: Sequence[Who]) -> None:
    make_subjects(who)
    names = [one.scope for one in who], [one.external_id for one in who]
    with direct_cursor() as cursor:
        cursor.execute(LOCK_ALL, names, prepare=True)
