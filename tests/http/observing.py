"""Sees every packet that Python code is about to send, whichever library sends it."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# Raised by the interpreter itself; https://docs.python.org/3/library/audit_events.html
NETWORK_EVENTS = frozenset(
    (
        *("socket.connect", "socket.getaddrinfo", "socket.gethostbyname"),
        *("socket.sendto", "socket.sendmsg"),
    )
)

Observed = list[tuple[str, Any]]
_observers: list[Observed] = []


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event in NETWORK_EVENTS:
        is_of_a_socket = event not in ("socket.getaddrinfo", "socket.gethostbyname")
        about = arguments[1] if is_of_a_socket else arguments[0]
        for observed in _observers:
            observed.append((event, about))


# An audit hook stays for the life of the process; without observers it does nothing.
sys.addaudithook(_hear)


@contextmanager
def observed_network() -> Iterator[Observed]:
    """Yield what happens: the event, and the address or name it is about."""
    observed: Observed = []
    _observers.append(observed)
    try:
        yield observed
    finally:
        _observers.remove(observed)
