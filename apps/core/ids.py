"""Identifiers that sort by the time they were made."""

import os
import time
import uuid
from datetime import datetime

LATEST = 2**48 - 1
"""Milliseconds that fit into an id."""


def uuid7_from(moment: datetime) -> uuid.UUID:
    """Return the smallest UUID version 7 of ``moment``: a bound for ranges of time."""
    milliseconds = min(max(int(moment.timestamp() * 1000), 0), LATEST)
    return uuid.UUID(int=(milliseconds << 80) | (0x7 << 76) | (0x2 << 62))


def uuid7() -> uuid.UUID:
    """Return a new UUID version 7: 48 bits of Unix milliseconds, then random bits.

    Made here and not by the database, so that one statement can insert rows that
    refer to each other. Source: RFC 9562, section 5.7.
    """
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds << 80) | random
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return uuid.UUID(int=value)
