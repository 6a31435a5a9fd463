"""What the Data Manager API finds wrong with a request, in its words."""

import re
from typing import Any

MAX_EVENTS = 2_000
MAX_DESTINATIONS = 10
MAX_IDENTIFIERS = 10
REQUEST_FIELDS = {"destinations", "events", "consent", "validateOnly", "encoding"}
EVENT_FIELDS = {
    *("eventTimestamp", "eventSource", "transactionId", "conversionValue", "currency"),
    *("adIdentifiers", "userData", "consent"),
}
SOURCES = {"WEB", "APP", "IN_STORE", "PHONE", "MESSAGE", "OTHER"}
CONSENTS = {"CONSENT_GRANTED", "CONSENT_DENIED"}

_is_moment = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ").fullmatch
_is_hash = re.compile(r"[0-9a-f]{64}").fullmatch


def mistake_in(document: Any) -> str:
    """Return the first mistake of a request to events:ingest, or ""."""
    if not isinstance(document, dict):
        return "Invalid JSON payload received."
    unknown = set(document) - REQUEST_FIELDS
    if unknown:
        return f'Invalid JSON payload received. Unknown name "{unknown.pop()}"'
    destinations, events = document.get("destinations"), document.get("events")
    if not destinations or len(destinations) > MAX_DESTINATIONS:
        return "destinations: one to ten are required"
    if not events or len(events) > MAX_EVENTS:
        return "events: one to 2000 are required"
    if document.get("encoding") != "HEX":
        return "encoding: the field is required"
    mistakes = [_in_destination(found) for found in destinations]
    mistakes += [_in_event(event) for event in events]
    return next((mistake for mistake in mistakes if mistake), "")


def operating_account(document: Any) -> str:
    """Return the account that the events are for."""
    return str(document["destinations"][0]["operatingAccount"]["accountId"])


def _in_destination(found: dict[str, Any]) -> str:
    accounts = [found.get("operatingAccount"), found.get("loginAccount")]
    for account in accounts:
        if account is None:
            continue
        if account.get("accountType") != "GOOGLE_ADS":
            return "accountType: invalid value"
        if not re.fullmatch(r"\d{10}", account.get("accountId", "")):
            return "accountId: invalid value"
    if accounts[0] is None:
        return "operatingAccount: the field is required"
    if not str(found.get("productDestinationId", "")).isdigit():
        return "productDestinationId: the field is required"
    return ""


def _in_event(event: dict[str, Any]) -> str:
    unknown = set(event) - EVENT_FIELDS
    if unknown:
        return f'Invalid JSON payload received. Unknown name "{unknown.pop()}"'
    if not _is_moment(event.get("eventTimestamp", "")):
        return "eventTimestamp: invalid value"
    if event.get("eventSource") not in SOURCES:
        return "eventSource: invalid value"
    if not event.get("transactionId"):
        return "transactionId: the field is required"
    if set(event.get("consent", {}).values()) - CONSENTS:
        return "consent: invalid value"
    return _in_identifiers(event)


def _in_identifiers(event: dict[str, Any]) -> str:
    clicks = event.get("adIdentifiers", {})
    people = event.get("userData", {}).get("userIdentifiers", [])
    if not clicks and not people:
        return "events: at least one identifier is required"
    if len(clicks) > 1 or set(clicks) - {"gclid", "gbraid", "wbraid"}:
        return "adIdentifiers: invalid value"
    if len(people) > MAX_IDENTIFIERS:
        return "userIdentifiers: too many"
    for person in people:
        ((name, text),) = person.items()
        if name not in {"emailAddress", "phoneNumber"} or not _is_hash(text):
            return f"{name}: must be hex encoded SHA-256"
    return ""
