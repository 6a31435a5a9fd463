"""What happened: clicks, leads, conversions with their changes, and events."""

from apps.tracking.models.clicks import (
    TRANSACTION_ID_MAX_LENGTH,
    Click,
    Lead,
    new_public_id,
)
from apps.tracking.models.conversions import Conversion, Money
from apps.tracking.models.events import ConversionChange, Event

__all__ = [
    "TRANSACTION_ID_MAX_LENGTH",
    "Click",
    "Conversion",
    "ConversionChange",
    "Event",
    "Lead",
    "Money",
    "new_public_id",
]
