"""Identifiers of a chosen moment, for rows that are found by their id."""

import uuid
from datetime import datetime


def id_at(moment: datetime) -> uuid.UUID:
    """Return a new UUID version 7 as one made at ``moment``."""
    milliseconds = int(moment.timestamp() * 1000)
    return uuid.UUID(int=milliseconds << 80 | 0x7 << 76 | uuid.uuid4().int >> 52)
