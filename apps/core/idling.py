"""Connections that wait for the next request to the same origin.

And by the same client: what one identity has proved is not lent to another.
"""

import threading
import time
from collections import OrderedDict, deque

from apps.core.exchanging import PinnedConnection, Use

IDLE_CONNECTIONS_MAX = 256


class IdleConnections:
    """Connections nobody uses now: few in all, whatever the number of hosts."""

    def __init__(self) -> None:
        """Start empty."""
        self._lock = threading.Lock()
        self._by_use: dict[Use, deque[PinnedConnection]] = {}
        self._by_age: OrderedDict[PinnedConnection, None] = OrderedDict()

    def take(self, use: Use) -> PinnedConnection | None:
        """Return the most recently used connection for ``use`` that still works."""
        while True:
            with self._lock:
                stack = self._by_use.get(use)
                if not stack:
                    return None
                connection = stack[-1]
                self._remove(connection)
            if connection.is_usable:
                return connection
            connection.close()

    def give(self, connection: PinnedConnection) -> None:
        """Keep ``connection`` for later; close what is too old or too much."""
        now = time.monotonic()
        if connection.idle_until <= now:
            connection.close()
            return
        surplus = []
        with self._lock:
            self._by_age[connection] = None
            self._by_use.setdefault(connection.use, deque()).append(connection)
            oldest = next(iter(self._by_age))
            while len(self._by_age) > IDLE_CONNECTIONS_MAX or oldest.idle_until <= now:
                self._remove(oldest)
                surplus.append(oldest)
                oldest = next(iter(self._by_age))
        for old in surplus:
            old.close()

    def _remove(self, connection: PinnedConnection) -> None:
        del self._by_age[connection]
        stack = self._by_use[connection.use]
        # By age, the oldest of all is the first of its own stack, too.
        if stack[-1] is connection:
            stack.pop()
        else:
            stack.popleft()
        if not stack:
            del self._by_use[connection.use]

    def close(self) -> None:
        """Close all. Takes no lock: after a fork nobody may be left to release it."""
        while self._by_age:
            self._by_age.popitem()[0].close()
        self._by_use.clear()
