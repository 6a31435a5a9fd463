"""Starting, watching and ending processes of our own, for the demo and the tests."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

STOP_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Child:
    """A process that we started, under a name for people."""

    name: str
    process: subprocess.Popen[bytes]


def free_port(preferred: int = 0) -> int:
    """Return ``preferred`` if nobody listens there, else a port that is free now."""
    for port in (preferred, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
    raise RuntimeError("No port is free on 127.0.0.1.")


def start(
    name: str,
    arguments: Sequence[str],
    *,
    environment: Mapping[str, str],
    log: Path | None = None,
) -> Child:
    """Start ``python <arguments>`` in its own session, its output into ``log``."""
    output = log.open("ab") if log else None
    process = subprocess.Popen(  # noqa: S603 - our own programs only
        [sys.executable, *arguments],
        env={**os.environ, **environment},
        stdout=output,
        stderr=subprocess.STDOUT if output else None,
        start_new_session=True,
    )
    if output:
        output.close()
    return Child(name, process)


def stop(children: Sequence[Child]) -> None:
    """End ``children``, the last started first; kill what does not end in time."""
    for child in reversed(children):
        with suppress(ProcessLookupError):
            child.process.send_signal(signal.SIGTERM)
    for child in reversed(children):
        try:
            child.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(child.process.pid, signal.SIGKILL)
            child.process.wait()


def wait_for_http(url: str, *, seconds: float) -> None:
    """Return once ``url`` answers. Raises ``TimeoutError``."""
    ends_at = time.monotonic() + seconds
    while time.monotonic() < ends_at:
        with suppress(urllib.error.URLError, ConnectionError, TimeoutError):
            urllib.request.urlopen(url, timeout=1).close()  # noqa: S310 - our own server
            return
        time.sleep(0.05)
    raise TimeoutError(f"{url} did not answer within {seconds:g} seconds.")


def web_server(
    *, port: int, environment: Mapping[str, str], log: Path | None = None
) -> Child:
    """Start granian with two workers on the loopback interface."""
    arguments = web_arguments(host="127.0.0.1", port=port, workers=2, threads=8)
    return start("web server", arguments, environment=environment, log=log)


def web_arguments(*, host: str, port: int, workers: int, threads: int) -> list[str]:
    """Return what follows ``python`` to serve the product with granian."""
    # fmt: off
    return [
        "-m", "postbacks_project.server",
        "--host", host,
        "--port", str(port),
        "--workers", str(workers),
        "--threads", str(threads),
    ]
    # fmt: on
