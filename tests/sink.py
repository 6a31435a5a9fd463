"""A partner's server on this machine: real HTTP, told how to behave."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Sink:
    """What arrived, the answers to give (the last one again and again), and how slow."""

    url: str = ""
    received: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(
        default_factory=lambda: [(200, {})]
    )
    seconds: float = 0.0
    up_to_seconds: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, path: str, method: str, headers: dict[str, str]) -> Any:
        """Note a request and return the answer that is its turn."""
        with self.lock:
            self.received.append((method, path, headers))
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def running_sink() -> Iterator[Sink]:
    """Run a sink on a free port of the loopback interface."""
    sink = Sink()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            sink.bodies.append(self.rfile.read(length))
            time.sleep(random.uniform(sink.seconds, sink.up_to_seconds or sink.seconds))
            status, headers = sink.answer(self.path, self.command, dict(self.headers))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"OK")

        do_POST = do_GET  # noqa: N815 - the name http.server asks for

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Stay silent."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 256

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Take it calmly when a killed caller does not wait for its answer."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sink.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()
