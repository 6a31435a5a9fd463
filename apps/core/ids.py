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
    """Return a new UUID version 7: 60 bits of Unix time, then random bits.

    Made here and not by the database, so that one statement can insert rows that
    refer to each other. The 12 bits after the milliseconds are their fraction, in
    steps of 244 ns, less than making an id takes: what one thread makes sorts as it was
    made, also within a millisecond. Deliveries in order rely on that. Source: RFC 9562,
    sections 5.7 and 6.2, method 3.
    """
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    fraction = (nanoseconds << 12) // 1_000_000
    random = int.from_bytes(os.urandom(8), "big") >> 2
    value = (milliseconds << 80) | (0x7 << 76) | (fraction << 64) | (0x2 << 62) | random
    return uuid.UUID(int=value)
