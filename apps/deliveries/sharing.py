"""How one worker process shares its slots among destinations; pure but for the clock.

Whoever has the fewest requests on their way comes first, so that one with a long
backlog does not keep the others waiting. A destination has proved itself by an answer
within the last seconds; the others share a quarter of the slots, so that any number of
dead ones leaves the rest to those that answer.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from heapq import heapify, heapreplace

PROVED_FOR_SECONDS = 5.0
UNPROVED_SHARE = 4


class Load:
    """What this process has on its way, by destination."""

    def __init__(self, slots: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.slots = slots
        self._clock = clock
        self._in_flight: Counter[int] = Counter()
        self._proved_until: dict[int, float] = {}
        self._turn = 0

    @property
    def in_flight(self) -> int:
        """How many requests are on their way."""
        return self._in_flight.total()

    @property
    def free(self) -> int:
        """How many more requests there are slots for."""
        return self.slots - self.in_flight

    def began(self, destination: int) -> None:
        """Count a request that is on its way."""
        self._in_flight[destination] += 1

    def ended(self, destination: int, *, was_answered: bool) -> None:
        """Count a request that is over."""
        self._in_flight[destination] -= 1
        if self._in_flight[destination] <= 0:
            del self._in_flight[destination]
        if was_answered:
            self._proved_until[destination] = self._clock() + PROVED_FOR_SECONDS
        elif self._proved_until.get(destination, 0.0) < self._clock():
            self._proved_until.pop(destination, None)

    def shares(self, destinations: Sequence[int], limit: int) -> dict[int, int]:
        """Return how many of ``limit`` requests each of ``destinations`` may begin."""
        now = self._clock()
        unproved = {
            one for one in destinations if self._proved_until.get(one, 0.0) < now
        }
        busy_unproved = sum(
            count
            for one, count in self._in_flight.items()
            if self._proved_until.get(one, 0.0) < now
        )
        room = max(max(self.slots // UNPROVED_SHARE, 1) - busy_unproved, 0)
        return self._fill(destinations, unproved, room=room, limit=limit)

    def _fill(
        self, destinations: Sequence[int], unproved: set[int], *, room: int, limit: int
    ) -> dict[int, int]:
        """Give one slot at a time to who has the fewest."""
        # Equals take turns: each time another one comes first.
        turn = self._next_turn()
        waiting = [
            (self._in_flight[one], (place + turn) % len(destinations), one)
            for place, one in enumerate(destinations)
        ]
        heapify(waiting)
        given: Counter[int] = Counter()
        while waiting and given.total() < limit:
            count, place, one = waiting[0]
            if one in unproved:
                if not room:
                    waiting = [entry for entry in waiting if entry[2] not in unproved]
                    heapify(waiting)
                    continue
                room -= 1
            given[one] += 1
            heapreplace(waiting, (count + 1, place, one))
        return dict(given)

    def _next_turn(self) -> int:
        self._turn += 1
        return self._turn
