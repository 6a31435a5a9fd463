"""The values of a rule's fields for one attempt: texts, numbers, moments, pairs.

Fields are templates that were checked when the rule was saved. Each function takes the
job and the field's name, and may raise ``RenderError``.
"""

import json
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from apps.actions.contract import Job, PermanentError
from apps.core.form_templates import compile_form
from apps.core.macro_values import MacroValue, text_of
from apps.core.placeholders import Context, Parts, Placeholder, compile_text, parse

JSON_TYPE = "application/json"
# Longer numbers mean nothing to anybody, and 1e99999999 takes a worker's memory.
MAX_DIGITS = 30


def text(job: Job, name: str, context: Context = Context.PLAIN) -> str:
    """Return the field as text without spaces around it; "" when it has no value."""
    template = job.settings.get(name) or ""
    return compile_text(template, context).render(job.values).strip()


def native(job: Job, name: str) -> MacroValue:
    """Return the value of a field that is exactly one macro in its own type."""
    return _single_macro(parse(job.settings.get(name) or ""), job, text(job, name))


def number(job: Job, name: str) -> Decimal | None:
    """Return the field as a number, None when it has no value.

    Raises ``PermanentError`` when it is something else; the value is not repeated.
    """
    written = text_of(native(job, name)).strip()
    if not written:
        return None
    try:
        found = Decimal(written)
    except InvalidOperation:
        found = Decimal("nan")
    if not found.is_finite() or abs(found.adjusted()) > MAX_DIGITS:
        raise PermanentError(f"The value of “{_title(name)}” is not a number.")
    return found


def unix_seconds(job: Job, name: str) -> int | None:
    """Return the field, a Unix time, in whole seconds; None when it has no value."""
    found = number(job, name)
    return None if found is None else int(found)


def pairs(job: Job, name: str) -> list[tuple[str, str]]:
    """Return the names and values of a ``PairsTemplateField``; empty values stay."""
    return compile_form(job.settings.get(name) or "").items(job.values)


def native_pairs(job: Job, name: str) -> list[tuple[str, MacroValue]]:
    """Return ``pairs``; a value that is exactly one macro is of its own type."""
    texts = pairs(job, name)
    parts = [parts for _, parts in compile_form(job.settings.get(name) or "").pairs]
    return [
        (key, _single_macro(of_value, job, written))
        for (key, written), of_value in zip(texts, parts, strict=True)
    ]


def filled(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``values`` without those that are None, "", or empty containers."""
    return {
        name: value for name, value in values.items() if value not in (None, "", [], {})
    }


def json_bytes(document: Any) -> bytes:
    """Return ``document`` as compact JSON in UTF-8; decimals become numbers."""
    written = json.dumps(
        document, separators=(",", ":"), ensure_ascii=False, default=_plain_number
    )
    return written.encode("utf-8", "replace")


def _single_macro(parts: Parts, job: Job, written: str) -> MacroValue:
    """Return the value of a template that is one macro, else what it rendered to."""
    if len(parts) == 1 and isinstance(parts[0], Placeholder):
        return parts[0].value(job.values)
    return written


def _plain_number(value: Any) -> int | float:
    if isinstance(value, Decimal):
        is_whole = value == value.to_integral_value()
        return int(value) if is_whole else float(value)
    raise TypeError(f"{type(value).__name__} is nothing that JSON can hold.")


def _title(name: str) -> str:
    return name.replace("_", " ").capitalize()
