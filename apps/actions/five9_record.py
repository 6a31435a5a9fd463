"""One record for a Five9 list, as the settings of a rule describe it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from apps.actions import rendering
from apps.actions.contract import Job, PermanentError, SkipDeliveryError

NUMBER: Final = "number1"

_is_number = re.compile(r"[0-9]{1,16}").fullmatch
_is_moment = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII).fullmatch


@dataclass(frozen=True, slots=True)
class Record:
    """``fields`` have Five9's names, the number first; ``keys`` are some of them.

    ``time_to_call`` is "2026-11-20 14:30:00" in the time zone of the domain, or "".
    """

    list_name: str
    fields: Sequence[tuple[str, str]]
    keys: Sequence[str]
    updates_contact: bool
    calls_at_once: bool
    time_to_call: str


def record_of(job: Job) -> Record:
    """Return what ``job`` adds to a list.

    Raises ``SkipDeliveryError`` without a number, ``PermanentError`` when a value is
    nothing that Five9 could take, and ``RenderError``.
    """
    fields = [(NUMBER, _number(job)), *_contact_fields(job)]
    return Record(
        _list_name(job),
        fields,
        _filled_keys(job, dict(fields)),
        bool(job.settings.get("update_crm")),
        bool(job.settings.get("call_asap")),
        _time_to_call(job),
    )


def key_names(settings: Mapping[str, Any]) -> list[str]:
    """Return the names of the key fields, which have commas between them."""
    names = (name.strip() for name in settings["key_fields"].split(","))
    return [name for name in names if name]


def _number(job: Job) -> str:
    number = rendering.text(job, NUMBER)
    if not number:
        raise SkipDeliveryError("There is no telephone number to call.")
    if not _is_number(number):
        raise PermanentError(
            "The telephone number is not 1 to 16 digits. {lead:phone|last10} makes the "
            "10 digits of a US number."
        )
    return number


def _contact_fields(job: Job) -> list[tuple[str, str]]:
    return [pair for pair in rendering.pairs(job, "field_map") if pair[1]]


def _list_name(job: Job) -> str:
    name = rendering.text(job, "list_name")
    if not name:
        raise PermanentError("The name of the list is empty with these values.")
    return name


def _filled_keys(job: Job, fields: Mapping[str, str]) -> list[str]:
    keys = key_names(job.settings)
    empty = [key for key in keys if key not in fields]
    if empty:
        raise PermanentError(f"The key field “{empty[0]}” has no value in this event.")
    return keys


def _time_to_call(job: Job) -> str:
    moment = rendering.text(job, "time_to_call")
    if moment and not _is_moment(moment):
        raise PermanentError("The time to call is not like 2026-11-20 14:30:00.")
    return moment
