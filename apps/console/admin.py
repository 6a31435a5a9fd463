"""Django finds the screens through this module."""

from apps.console import (
    activity,
    connections,
    deliveries,
    event_log,
    events,
    offers,
    parties,
    refused,
    rules,
)

__all__ = [
    "activity",
    "connections",
    "deliveries",
    "event_log",
    "events",
    "offers",
    "parties",
    "refused",
    "rules",
]
