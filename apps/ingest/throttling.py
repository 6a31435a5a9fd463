"""How fast one sender may ask: a token bucket per token and web process.

In memory, because a counter in the database would cost every postback a write to the
same row. So the limit of a host is that of one process times their number.
"""

import threading
import time
from collections import OrderedDict

from django.conf import settings

from apps.ingest.refusals import RefusedError

SENDERS_REMEMBERED = 10_000


class _Buckets:
    """The buckets of the last senders: what is left in each, and when it was so."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, sender: str, rate: float, now: float) -> float:
        """Take one request out; return the seconds until there is one again, or 0."""
        with self._lock:
            left, at = self._left.pop(sender, (rate, now))
            left = min(rate, left + (now - at) * rate)
            taken = left >= 1
            self._left[sender] = (left - taken, now)
            if len(self._left) > SENDERS_REMEMBERED:
                self._left.popitem(last=False)
        return 0.0 if taken else (1 - left) / rate

    def clear(self) -> None:
        """Forget every sender."""
        with self._lock:
            self._left.clear()


_buckets = _Buckets()
forget_senders = _buckets.clear


def throttle(sender: str) -> None:
    """Let ``sender`` pass, or raise ``RefusedError`` (``throttled``)."""
    rate: float = settings.SENDER_REQUESTS_PER_SECOND
    wait = _buckets.take(sender, rate, time.monotonic()) if rate else 0.0
    if wait:
        raise RefusedError(
            "throttled",
            f"At most {rate:g} requests a second. Try again after Retry-After seconds.",
            retry_after=max(1, round(wait)),
        )
