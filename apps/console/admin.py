"""Django finds the screens through this module."""

from apps.console import (
    audit_log,
    clicks,
    connections,
    conversions,
    deliveries,
    destinations,
    event_log,
    events,
    goals,
    leads,
    offers,
    parties,
    refused,
    rules,
    tokens,
    users,
)

__all__ = [
    "audit_log",
    "clicks",
    "connections",
    "conversions",
    "deliveries",
    "destinations",
    "event_log",
    "events",
    "goals",
    "leads",
    "offers",
    "parties",
    "refused",
    "rules",
    "tokens",
    "users",
]
