"""Peers and names for the tests of the outbound client."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from apps.core import resolving
from apps.core.resolving import SocketAddress
from tests.http.certificates import Authority
from tests.http.peers import Behaviour, Peer

StartPeer = Callable[..., Peer]
SetNames = Callable[[dict[str, list[str]]], list[str]]


@pytest.fixture
def authority(tmp_path: Path, settings: Settings) -> Authority:
    """Return an authority of our own that the client trusts."""
    found = Authority()
    file = tmp_path / "authorities.pem"
    file.write_text(found.own_pem())
    settings.OUTBOUND_CA_FILE = str(file)
    return found


@pytest.fixture
def start_peer() -> Iterator[StartPeer]:
    """Return a function that starts a peer; all are stopped after the test."""
    with contextlib.ExitStack() as peers:

        def start(behaviour: Behaviour, tls: ssl.SSLContext | None = None) -> Peer:
            return peers.enter_context(Peer(behaviour, tls))

        yield start


@pytest.fixture
def set_names(monkeypatch: pytest.MonkeyPatch) -> SetNames:
    """Return a function that replaces DNS; it returns the list of names asked for."""

    def set_all(names: dict[str, list[str]]) -> list[str]:
        asked: list[str] = []

        def look_up(host: str, port: int) -> list[SocketAddress]:
            asked.append(host)
            if host not in names:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            return [socket_address(ip, port) for ip in names[host]]

        monkeypatch.setattr(resolving, "look_up", look_up)
        return asked

    return set_all


@pytest.fixture
def stalled_names(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Make every look-up hang until the end of the test; returns the names asked."""
    asked: list[str] = []
    is_over = threading.Event()

    def look_up(host: str, port: int) -> list[SocketAddress]:
        asked.append(host)
        is_over.wait(10)
        return [socket_address("127.0.0.1", port)]

    monkeypatch.setattr(resolving, "look_up", look_up)
    yield asked
    is_over.set()


def socket_address(ip: str, port: int) -> SocketAddress:
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    return SocketAddress(family, (ip, port))
