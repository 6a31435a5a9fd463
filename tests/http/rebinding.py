"""A program of the tests: asks a lying name server, in a network of its own.

Started by ``test_rebinding`` in new mount and network namespaces, where it may replace
the files that tell the system's resolver whom to ask, listen on port 53, and own a
public address. Nothing leaves the namespace, and nothing of it stays. Prints what
happened in each scenario as JSON.
"""

import fcntl
import json
import socket
import struct
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from django.conf import settings

from apps.core.http import OutboundError, OutboundRequest, send
from tests.http.name_server import NameServer, Record
from tests.http.observing import observed_network
from tests.http.peers import Peer, answer_ok
from tests.http.spellings import FORBIDDEN

PUBLIC = "1.1.1.1"
PUBLIC_IPV6 = "2606:4700::1111"
STALL_SECONDS = 0.4
SCRIPT: dict[str, list[list[Record] | None]] = {
    "kept.example": [[PUBLIC], ["127.0.0.1"]],
    "rebinding.example": [[PUBLIC], ["127.0.0.1"]],
    "two-addresses.example": [[PUBLIC, "127.0.0.1"]],
    "both-families.example": [[PUBLIC, "::1"]],
    "other-families.example": [["127.0.0.1", PUBLIC_IPV6]],
    "mapped.example": [[PUBLIC, "::ffff:127.0.0.1"]],
    "alias.example": [["one.example", "two.example", "127.0.0.1"]],
    "private-alias.example": [["one.example", "10.0.0.5"]],
    "public-alias.example": [["one.example", "two.example", PUBLIC]],
    **{f"forbidden-{n}.example": [[ip]] for n, ip in enumerate(FORBIDDEN)},
    "stalled.example": [None],
}
RESOLVER_FILES = {
    "/etc/resolv.conf": "nameserver 127.0.0.1\noptions timeout:5 attempts:2\n",
    "/etc/nsswitch.conf": "hosts: files dns\n",
    "/etc/hosts": "127.0.0.1 localhost\n",
}
# From linux/sockios.h.
SIOCSIFFLAGS, SIOCSIFADDR = 0x8914, 0x8916
IFF_UP = 0x1


@dataclass
class Sent:
    """What became of one request."""

    result: str  # The address it went to, or the name of the error's class.
    sentence: str
    seconds: float


@dataclass
class Scenario:
    """What became of some requests to one name."""

    sent: list[Sent]
    asked: list[str]  # The types of the questions the name server got.
    connected: list[str]  # The addresses somebody began to connect to.
    public: int  # Connections that arrived at the public address …
    loopback: int  # … and at this machine itself, in this scenario.


def replace_resolver_files() -> None:
    """Let the system's resolver ask our name server; for this namespace only."""
    for path, text in RESOLVER_FILES.items():
        if Path(path).exists():
            with tempfile.NamedTemporaryFile("w") as file:
                file.write(text)
                file.flush()
                subprocess.run(["mount", "--bind", file.name, path], check=True)


def own_public_address() -> None:
    """Switch the loopback interface on and give it ``PUBLIC``, too."""
    up = struct.pack("16sH14x", b"lo", IFF_UP)
    address = socket.inet_aton(PUBLIC)
    alias = struct.pack("16sHH4s8x", b"lo:1", socket.AF_INET, 0, address)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, SIOCSIFFLAGS, up)
        fcntl.ioctl(control, SIOCSIFADDR, alias)


class World:
    """The name server and the two machines that a name may lead to."""

    def __init__(self, stack: ExitStack) -> None:
        self.names = stack.enter_context(NameServer(SCRIPT))
        self.loopback = stack.enter_context(Peer(answer_ok))
        port = self.loopback.port
        self.public = stack.enter_context(Peer(answer_ok, host=PUBLIC, port=port))

    def play(self, name: str, requests: int, *, is_fresh: bool) -> Scenario:
        """Send ``requests`` to ``name`` and return what that led to."""
        before = (self.public.connections, self.loopback.connections)
        with observed_network() as observed:
            sent = [self._send(name, is_fresh=is_fresh) for _ in range(requests)]
        connects = [about for event, about in observed if event == "socket.connect"]
        return Scenario(
            sent=sent,
            asked=self.names.types_asked(name),
            connected=[str(address[0]) for address in connects],
            public=self.public.connections - before[0],
            loopback=self.loopback.connections - before[1],
        )

    def _send(self, name: str, *, is_fresh: bool) -> Sent:
        request = OutboundRequest(
            "GET",
            f"http://{name}:{self.loopback.port}/pb",
            deadline_seconds=STALL_SECONDS if name == "stalled.example" else None,
            fresh_connection=is_fresh,
        )
        started = time.monotonic()
        try:
            result, sentence = send(request).address, ""
        except OutboundError as error:
            result, sentence = type(error).__name__, str(error)
        return Sent(result, sentence, time.monotonic() - started)


def main() -> None:
    """Play every name of the script."""
    settings.configure(
        OUTBOUND_ALLOWED_NETWORKS=[], OUTBOUND_DEADLINE_SECONDS=5.0, OUTBOUND_CA_FILE=""
    )
    replace_resolver_files()
    own_public_address()
    with ExitStack() as stack:
        world = World(stack)
        scenarios = {
            name: world.play(name, 2, is_fresh=name != "kept.example")
            for name in SCRIPT
        }
    json.dump({name: asdict(played) for name, played in scenarios.items()}, sys.stdout)


if __name__ == "__main__":
    main()
