"""A point in time that all steps of one request share."""

import time
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of a span of ``seconds``, on the monotonic clock.

    Socket timeouts restart with every operation, so a peer that sends one byte a
    second never meets them. Asking for ``remaining`` before each operation does.
    """

    seconds: float
    at: float

    @classmethod
    def after(cls, seconds: float) -> Self:
        """Return the deadline ``seconds`` from now."""
        return cls(seconds, time.monotonic() + seconds)

    def remaining(self) -> float:
        """Return the seconds left, more than 0; raise ``TimeoutError`` at the end."""
        left = self.at - time.monotonic()
        if left <= 0:
            raise TimeoutError("The deadline has passed.")
        return left
