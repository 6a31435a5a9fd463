"""One event of Google Analytics 4, made of the fields of a rule."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from apps.actions import ga4_limits, rendering
from apps.actions.consents import consent
from apps.actions.contract import Job, PermanentError, SkipDeliveryError
from apps.core.macro_values import MacroValue, text_of

# Without it an event is in no report of sessions, nor in Realtime.
ENGAGEMENT_MS: Final = 1


def document(job: Job) -> dict[str, Any]:
    """Return the body of a request with one event.

    Raises ``SkipDeliveryError`` when nobody knows whose event it is, and
    ``PermanentError`` for what Analytics would drop without a word.
    """
    return rendering.filled(
        {
            "client_id": _client_id(job),
            "user_id": rendering.text(job, "user_id"),
            "timestamp_micros": _timestamp_micros(job),
            "non_personalized_ads": bool(job.settings["non_personalized_ads"]),
            "user_properties": _user_properties(job),
            "consent": _consent(job),
            "events": [_event(job)],
        }
    )


def nobody() -> dict[str, Any]:
    """Return the body of a request about nobody, to be validated only."""
    params = {"engagement_time_msec": ENGAGEMENT_MS}
    return {
        "client_id": "1000000000.1000000000",
        "events": [{"name": "generate_lead", "params": params}],
    }


def described(messages: Sequence[Any]) -> str:
    """Return what Analytics found wrong while validating."""
    texts = (
        f"{found.get('fieldPath', '')}: {found.get('description', '')}"
        for found in messages
        if isinstance(found, Mapping)
    )
    return " ".join(texts)


def _client_id(job: Job) -> str:
    client_id = rendering.text(job, "client_id")
    if client_id:
        return client_id
    transaction_id = text_of(job.values.get("transaction_id"))
    if job.settings["client_id_fallback"] == "derive" and transaction_id:
        return _derived(transaction_id)
    raise SkipDeliveryError(
        "The visitor has no Analytics client id, so that nobody would get the event."
    )


def _derived(transaction_id: str) -> str:
    """Return a client id as the _ga cookie writes it, the same for each attempt."""
    digest = hashlib.sha256(transaction_id.encode("utf-8", "replace")).digest()
    first, second = (int.from_bytes(part) for part in (digest[:4], digest[4:8]))
    return f"{first}.{second}"


def _timestamp_micros(job: Job) -> int | None:
    seconds = rendering.unix_seconds(job, "time")
    if seconds is None:
        return None
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise PermanentError("The time is not one in Unix seconds.") from error
    ga4_limits.refuse_age(moment, job.now)
    return seconds * 1_000_000


def _event(job: Job) -> dict[str, Any]:
    name = rendering.text(job, "event_name")
    mistake = ga4_limits.event_mistake(name)
    if mistake:
        raise PermanentError(mistake)
    params = rendering.filled(
        {
            **_money(job),
            "session_id": rendering.text(job, "session_id"),
            "engagement_time_msec": ENGAGEMENT_MS,
            "transaction_id": rendering.text(job, "transaction_id"),
            **_scalars(job, "params"),
        }
    )
    ga4_limits.refuse_params(params)
    if name == "purchase" and "transaction_id" not in params:
        raise PermanentError("A purchase needs a transaction id, and it is empty.")
    return {"name": name, "params": params}


def _money(job: Job) -> dict[str, Any]:
    value = rendering.number(job, "value")
    if value is None:
        return {}
    currency = rendering.text(job, "currency").upper()
    if not currency:
        raise PermanentError("The value has no currency, which Analytics asks for.")
    return {"currency": currency, "value": value}


def _user_properties(job: Job) -> dict[str, dict[str, Any]]:
    found = {
        name: {"value": value}
        for name, value in _scalars(job, "user_properties").items()
        if value != ""
    }
    ga4_limits.refuse_user_properties(found)
    return found


def _consent(job: Job) -> dict[str, str]:
    said = {name: consent(job, name) for name in ("ad_user_data", "ad_personalization")}
    return {
        name: "GRANTED" if is_granted else "DENIED"
        for name, is_granted in said.items()
        if is_granted is not None
    }


def _scalars(job: Job, name: str) -> dict[str, MacroValue]:
    pairs = rendering.native_pairs(job, name)
    return {key: _scalar(value) for key, value in pairs}


def _scalar(value: MacroValue) -> MacroValue:
    """Return numbers as they are, all else as text: Analytics knows nothing else."""
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return value if is_number else text_of(value).strip()
