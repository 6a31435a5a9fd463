"""A real Redis on the loopback interface that tests start, kill and start again."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from redis import Redis
from redis.exceptions import RedisError

from apps.core.processes import free_port


class RedisServer:
    """A redis-server of our own, without a file on the disk."""

    def __init__(self) -> None:
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        """Start it, empty, and return when it answers."""
        self._process = subprocess.Popen(
            [
                *("redis-server", "--port", str(self._port), "--bind", "127.0.0.1"),
                *("--save", "", "--appendonly", "no"),
            ],
            stdout=subprocess.DEVNULL,
        )
        for _ in range(500):
            with suppress(RedisError), Redis.from_url(self.url) as client:
                client.ping()
                return
            time.sleep(0.01)
        raise TimeoutError("redis-server did not answer within 5 seconds.")

    def kill(self) -> None:
        """End it without a warning; what it held is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    """Run a Redis on a free port."""
    server = RedisServer()
    server.start()
    try:
        yield server
    finally:
        server.kill()
