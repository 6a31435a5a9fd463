"""What a postback that is not saved yet would send: its form is enough for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from apps.actions.base import Action, Job
from apps.core.ids import uuid7
from apps.core.sql import direct_cursor
from apps.deliveries.context import MacroValues
from apps.deliveries.occasions import Happened
from apps.deliveries.rehearsing import REHEARSED, SampleValues, context_of
from apps.deliveries.sending import load_connections

# The query joins the rule, which need not exist yet: a row of the same name stands in.
DRAFTED = (
    "WITH postbacks_postbackrule AS (SELECT %(rule)s::bigint AS id, "
    "'active'::text AS status, 0 AS disable_after, "
    "%(connection)s::bigint AS connection_id) " + REHEARSED
)
NOT_SAVED = 0
"""The number of a rule that has none yet, which {rule_id} shows."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A rule as its form has it: settings with secrets in their places, all cleaned.

    ``custom_events`` says by name under which other name the partner gets an event.
    """

    action: Action
    settings: Mapping[str, Any]
    rule_id: int | None = None
    connection_id: int | None = None
    custom_events: Mapping[str, str] = field(default_factory=dict)


def preview_draft(draft: Draft, of: Happened | None) -> dict[str, Any]:
    """Return what the action would send about ``of``, in the words of its ``preview``.

    Without ``of``, every macro has the value of its example. No row is written.
    """
    job = Job(
        delivery_id=str(uuid7()),
        attempt=1,
        now=timezone.now(),
        values=SampleValues() if of is None else _values(draft, of),
        settings=draft.settings,
        connection=_connection(draft.connection_id),
        is_test=of is None,
    )
    return draft.action.preview(job)


def _values(draft: Draft, of: Happened) -> MacroValues:
    values = {
        **context_of(of),
        "revision": None,
        "rule": draft.rule_id or NOT_SAVED,
        "connection": draft.connection_id,
    }
    with direct_cursor() as cursor:
        row: Any = cursor.execute(DRAFTED, values).fetchone()
    send_as = draft.custom_events.get(row.event_name or "", "")
    return MacroValues(row, send_as=send_as, is_test=False)


def _connection(connection_id: int | None) -> Mapping[str, Any]:
    if connection_id is None:
        return {}
    return load_connections([connection_id])[connection_id]
