"""Python loads this at its start: libfaketime 0.9.10 makes ``time.sleep`` fail.

It moves the moment at which the sleep ends, though that is one of the monotonic clock,
which it was told to leave alone.
"""

import select
import time
from typing import SupportsIndex


def sleep(seconds: float | SupportsIndex, /) -> None:
    """Wait without naming a moment."""
    select.select([], [], [], float(seconds))


time.sleep = sleep
