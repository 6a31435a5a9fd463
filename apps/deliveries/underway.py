"""What a provider took and has not answered for: asked about, never sent again.

A delivery with a ticket is one that its provider took. It waits among the retries, and
its next attempt asks what became of it (ADR 15).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from apps.actions.contract import Judgement, Underway
from apps.core.sql import direct_cursor, one_line
from apps.deliveries.retries import NextStep
from apps.deliveries.states import TERMINAL_STATES

# A worker that was slower than its lease brings the ticket late: it is kept, or else a
# person who has the delivery sent again would have it sold twice. What it knows of the
# end is kept only while the delivery is its own.
KEEP = one_line("""
UPDATE deliveries_delivery d SET ticket = v.ticket, underway_since = v.since
  FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::timestamptz[])
       AS v(id, token, ticket, since)
 WHERE d.id = v.id
   AND (d.lease_token = v.token
        OR v.ticket <> '' AND d.ticket = ''
           AND d.state IN ('held', 'retrying', 'cancelled'))
""")


@dataclass(frozen=True, slots=True)
class TicketChange:
    """The ticket of a delivery from now on; "" and ``None`` when it has none."""

    delivery_id: UUID
    lease_token: UUID
    ticket: str = ""
    since: datetime | None = None


def underway_of(row: Any) -> Underway | None:
    """Return what the provider took of a delivery, ``None`` when nothing is open."""
    return Underway(row.ticket, row.underway_since) if row.ticket else None


def change_of(
    row: Any, judgement: Judgement, step: NextStep, finished_at: datetime
) -> TicketChange | None:
    """Return what an attempt changes of the ticket, ``None`` when it stays."""
    if step.state in TERMINAL_STATES:
        return TicketChange(row.id, row.lease_token) if row.ticket else None
    if row.ticket or not judgement.ticket:
        return None
    return TicketChange(row.id, row.lease_token, judgement.ticket, finished_at)


def keep(changes: Iterable[TicketChange]) -> None:
    """Store the changes; before the states, which the database holds against them."""
    found = list(changes)
    with direct_cursor() as cursor:
        cursor.execute(
            KEEP,
            (
                [one.delivery_id for one in found],
                [one.lease_token for one in found],
                [one.ticket for one in found],
                [one.since for one in found],
            ),
        )
