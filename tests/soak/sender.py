"""The sender: reports orders at a steady rate, each again until it is acknowledged.

What it has an acknowledgement for is the truth that the database is checked against.
"""

import heapq
import http.client
import json
import threading
import time
from collections import Counter
from urllib.parse import urlencode

from tests.factories import SECRET

THREADS = 24
PATIENCE_SECONDS = 5.0
AGAIN_SECONDS = 1.0
ACKNOWLEDGED = frozenset({"accepted", "duplicate"})


class Sender:
    """Threads that send ``rate`` new orders a second and repeat the others."""

    def __init__(self, port: int, rate: float) -> None:
        self.acknowledged: dict[str, str] = {}
        self.answers: Counter[str] = Counter()
        self.made = 0
        self._port = port
        self._gap = 1 / rate
        self._lock = threading.Lock()
        self._again: list[tuple[float, str]] = []
        self._next_at = time.monotonic()
        self._makes_new = True
        self._ends = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, daemon=True) for _ in range(THREADS)
        ]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def make_no_more(self) -> None:
        """Send no new orders; the others are repeated still."""
        with self._lock:
            self._makes_new = False

    def end(self) -> None:
        """Send nothing any more."""
        self._ends.set()
        for thread in self._threads:
            thread.join(timeout=2 * PATIENCE_SECONDS)

    @property
    def unacknowledged(self) -> int:
        """How many orders wait for an acknowledgement."""
        with self._lock:
            return self.made - len(self.acknowledged)

    def _run(self) -> None:
        while not self._ends.is_set():
            order = self._take()
            if order is None:
                time.sleep(0.005)
                continue
            result, event = self._send(order)
            with self._lock:
                self.answers[result] += 1
                if event:
                    self.acknowledged[order] = event
                else:
                    at = time.monotonic() + AGAIN_SECONDS
                    heapq.heappush(self._again, (at, order))

    def _take(self) -> str | None:
        """Return an order that is due: a repetition, else a new one."""
        now = time.monotonic()
        with self._lock:
            if self._again and self._again[0][0] <= now:
                return heapq.heappop(self._again)[1]
            if not self._makes_new or now < self._next_at:
                return None
            # Without a burst when all threads had waited for an answer.
            self._next_at = max(self._next_at + self._gap, now - 1)
            self.made += 1
            return f"soak-{self.made}"

    def _send(self, order: str) -> tuple[str, str]:
        """Return what came of one request, and the event's id once acknowledged."""
        query = urlencode(
            {
                "secure": SECRET,
                "transaction_id": f"click-{int(order.rpartition('-')[2]) % 100}",
                "event_name": "soak_event",
                "amount": "12.50",
                "order_id": order,
            }
        )
        line = http.client.HTTPConnection(
            "127.0.0.1", self._port, timeout=PATIENCE_SECONDS
        )
        try:
            line.request("GET", f"/postback?{query}")
            answer = line.getresponse()
            body = answer.read()
            if answer.status != 200:
                return str(answer.status), ""
            found = json.loads(body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            return type(error).__name__, ""
        finally:
            line.close()
        if found["result"] in ACKNOWLEDGED:
            return found["result"], found["event"]
        return f"{found['result']}: {found['reason']}", ""
