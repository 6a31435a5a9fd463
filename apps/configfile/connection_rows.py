"""Writes connections; one whose secrets are not here waits for them."""

from typing import Any

from django.utils.translation import gettext as _

from apps.configfile.comparing import Act, Change
from apps.configfile.documents import Entry
from apps.configfile.rows import fill, row_of
from apps.configfile.shaping import Shape
from apps.configfile.work import Imported, SkippedError, is_touched
from apps.connections.models import Connection, ConnectionState
from apps.core import secret_box
from apps.deliveries.releasing import release_connection


def write_connection(
    work: Imported, shape: Shape, change: Change, entry: Entry
) -> Connection:
    """Write a connection and send what a state that is over held.

    Raises ``ValidationError``, or ``SkippedError`` when a problem is told already.
    """
    row: Connection = row_of(work, shape, change)
    before = len(work.problems)
    if change.act is not Act.ADDED and is_touched(change, "kind"):
        text = _("It cannot be changed: give the connection another name.")
        work.tell(entry, "kind", text)
    missing = fill(work, shape, change, entry, row)
    row.kind = entry.values["kind"]
    is_awaiting = keep_settings(work, entry, shape.section, row)
    was = row.state
    _set_state(row, entry, is_awaiting=is_awaiting)
    work.validate(row, missing)
    if missing or len(work.problems) > before or _is_unsettled(work, shape, entry):
        raise SkippedError
    row.save()
    if was != row.state == ConnectionState.OK and change.act is Act.CHANGED:
        release_connection(connection_id=row.pk)
    return row


def _is_unsettled(work: Imported, shape: Shape, entry: Entry) -> bool:
    checked = work.settled.get((shape.section, entry.key))
    return bool(entry.unread or (checked is not None and checked.problems))


def keep_settings(work: Imported, entry: Entry, section: str, row: Any) -> bool:
    """Give ``row`` its settings; tell whether secrets have to be entered.

    What is sealed already stays as it is, unless a secret is newly waited for.
    """
    kept = secret_box.unseal(row.sealed_secrets)
    checked = work.settled.get((section, entry.key))
    if checked is not None:
        row.settings = checked.settings
        if checked.secrets != kept:
            row.sealed_secrets = secret_box.seal(checked.secrets)
        work.await_secrets(section, entry, checked.awaited)
        kept = checked.secrets
    return not all(kept.values())


def _set_state(row: Connection, entry: Entry, *, is_awaiting: bool) -> None:
    if entry.values["is_disabled"]:
        row.state = ConnectionState.DISABLED
    elif is_awaiting:
        row.state = ConnectionState.AUTH_ERROR
        row.last_error = "Imported without its secrets: enter them, then test it."
    elif row.state == ConnectionState.DISABLED:
        row.state = ConnectionState.OK
