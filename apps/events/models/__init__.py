"""Event types, what they are on offers, their limits, and the names received."""

from apps.events.models.limits import EventLimit, EventLimitCount, LimitPeriod
from apps.events.models.offer_events import (
    OfferEvent,
    OfferEventField,
    OfferEventPayout,
    OfferEventSource,
)
from apps.events.models.seen_names import SeenEventName
from apps.events.models.vocabulary import EVENT_NAME_MAX_LENGTH, EventType

__all__ = [
    "EVENT_NAME_MAX_LENGTH",
    "EventLimit",
    "EventLimitCount",
    "EventType",
    "LimitPeriod",
    "OfferEvent",
    "OfferEventField",
    "OfferEventPayout",
    "OfferEventSource",
    "SeenEventName",
]
