"""Name look-ups that end in time.

The system's resolver cannot be told to stop, and may take half a minute. So it runs
in a few daemon threads, and the caller waits no longer than its deadline. Requests
for the same name share one look-up: a dead name server holds up one thread, not all.

Answers are not kept: a connection is looked up once, when it is opened.
"""

import socket
import threading
from dataclasses import dataclass, field

from apps.core.deadlines import Deadline

LOOKUPS_MAX = 32


@dataclass(frozen=True, slots=True)
class SocketAddress:
    """Where a socket connects to."""

    family: socket.AddressFamily
    address: tuple[str | int | bytes, ...]

    @property
    def ip(self) -> str:
        """Return the IP address without the scope of a link-local one."""
        return str(self.address[0]).partition("%")[0]


@dataclass(slots=True)
class _Lookup:
    host: str
    port: int
    is_done: threading.Event = field(default_factory=threading.Event)
    answers: list[SocketAddress] = field(default_factory=list)
    error: OSError | None = None


def look_up(host: str, port: int) -> list[SocketAddress]:
    """Ask the system for the addresses of ``host``; raises ``OSError``."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [SocketAddress(family, address) for family, _, _, _, address in answers]


class Resolver:
    """Looks names up in threads of this process."""

    def __init__(self) -> None:
        """Start without threads: each look-up brings its own."""
        self._lock = threading.Lock()
        self._slots = threading.Semaphore(LOOKUPS_MAX)
        self._running: dict[tuple[str, int], _Lookup] = {}

    def resolve(self, host: str, port: int, deadline: Deadline) -> list[SocketAddress]:
        """Return the addresses of ``host``, at least one.

        Raises ``TimeoutError`` at the deadline, another ``OSError`` when the name has
        no address.
        """
        with self._lock:
            lookup = self._running.get((host, port))
            is_first = lookup is None
            if lookup is None:
                lookup = self._running[host, port] = _Lookup(host, port)
        if is_first:
            self._start(lookup, deadline)
        if not lookup.is_done.wait(deadline.remaining()):
            raise TimeoutError("The name was not resolved in time.")
        if lookup.error is not None:
            # A new exception: one that several threads raise mixes their tracebacks.
            raise type(lookup.error)(*lookup.error.args)
        if not lookup.answers:
            raise socket.gaierror(socket.EAI_NONAME, "The name has no address.")
        return lookup.answers

    def _start(self, lookup: _Lookup, deadline: Deadline) -> None:
        if not self._slots.acquire(timeout=deadline.remaining()):
            self._finish(lookup, TimeoutError("All look-ups were busy."))
            return
        thread = threading.Thread(
            target=self._run, args=(lookup,), name=f"look-up {lookup.host}", daemon=True
        )
        try:
            thread.start()
        except RuntimeError as error:  # The machine has no thread left.
            self._slots.release()
            self._finish(lookup, OSError(str(error)))

    def _run(self, lookup: _Lookup) -> None:
        error: OSError | None = None
        try:
            lookup.answers = look_up(lookup.host, lookup.port)
        except OSError as failure:
            error = failure
        finally:
            self._slots.release()
            self._finish(lookup, error)

    def _finish(self, lookup: _Lookup, error: OSError | None) -> None:
        lookup.error = error
        with self._lock:
            self._running.pop((lookup.host, lookup.port), None)
        lookup.is_done.set()
