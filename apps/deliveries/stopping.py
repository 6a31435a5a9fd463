"""How a supervisor tells its own cluster, and no other, to claim nothing more.

Every process of the cluster inherits the reading end of a pipe. What is written is
never read, so all of them see it: at once, between shifts too, and without a database.
"""

import os
import select
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from django.conf import settings

PIPE_VARIABLE = "POSTBACKS_STOP_PIPE"
"""Names the pipe to the cluster; ``settings.WORKER_STOP_PIPE`` there."""


class StopPipe:
    """The supervisor's side."""

    def __init__(self) -> None:
        self.reader, self._writer = os.pipe()

    def tell(self) -> None:
        """Have the cluster's shifts end: they finish what they send."""
        os.write(self._writer, b".")

    def close(self) -> None:
        """Let go of it once the cluster has ended."""
        os.close(self.reader)
        os.close(self._writer)


def is_told() -> bool:
    """Tell whether the supervisor of this process stops its cluster.

    A supervisor that was killed told nothing: its cluster works on.
    """
    if settings.WORKER_STOP_PIPE is None:
        return False
    pipe = select.poll()
    pipe.register(settings.WORKER_STOP_PIPE, select.POLLIN)
    return any(events & select.POLLIN for _, events in pipe.poll(0))


@contextmanager
def stopped_by_signals(stop: Callable[[], None]) -> Iterator[None]:
    """Call ``stop`` on SIGTERM and SIGINT, which else would cut what is being sent."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def told(signum: int, frame: FrameType | None) -> None:
        stop()

    previous = {
        number: signal.signal(number, told)
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
