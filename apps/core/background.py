"""One thread per process that writes, every second, what was added up in memory."""

import atexit
import logging
import os
import threading
import time
from collections.abc import Callable

from django.conf import settings
from django.db import Error, connection

logger = logging.getLogger(__name__)

Write = Callable[[], None]


class _Background:
    """The thread of this process; a forked child starts its own."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._writes: dict[Write, None] = {}
        self._pid = 0

    def add(self, write: Write) -> None:
        """Have ``write`` called from now on."""
        if write in self._writes and self._pid == os.getpid():
            return
        with self._lock:
            self._writes[write] = None
            is_running, self._pid = self._pid == os.getpid(), os.getpid()
        if not is_running:
            threading.Thread(target=self._run, daemon=True, name="figures").start()

    def _run(self) -> None:
        atexit.register(self._write_all)
        while True:
            time.sleep(settings.TALLY_SECONDS)
            self._write_all()

    def _write_all(self) -> None:
        for write in tuple(self._writes):
            try:
                write()
            except Error:
                logger.exception("Figures could not be written.")
                connection.close()


_background = _Background()


def write_every_second(write: Write) -> None:
    """Call ``write`` every ``TALLY_SECONDS``, and when the process ends.

    Ask once in each process; asking again changes nothing. All writes of a process
    share one thread and one connection. One that raises a database error is called
    again the next time.
    """
    _background.add(write)
