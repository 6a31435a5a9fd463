"""All fake providers on one port, each under its name, and a control plane.

python -m tests.fakes.server --port 8002 --smtp-port 8025

``POST /__control/script {"provider": "twilio", "responses": […]}`` queues answers and
faults (``faults.py``); ``"echo": true`` answers with the request itself. When the queue
is empty the provider itself answers.
``/__control/config`` changes what it accepts, ``/__control/requests?provider=…`` and
``/__control/state?provider=…`` tell what arrived and what happened, and
``/__control/reset`` forgets it all; ``/__control/demo`` is what the demo sets up. In the same process, use ``running_fakes``.
"""

import argparse
import json
import pkgutil
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from requests.structures import CaseInsensitiveDict

from tests.fakes import providers
from tests.fakes.demo import demo_rules
from tests.fakes.faults import misbehave, scripted_answer
from tests.fakes.mail_server import running_mail_server
from tests.fakes.page import page
from tests.fakes.provider import Answer, Asked, FakeProvider, json_answer

KEPT = 500


@dataclass
class Mounted:
    """One provider with what it was told to do and what arrived."""

    provider: FakeProvider
    script: deque[dict[str, Any]] = field(default_factory=deque)
    requests: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=KEPT))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def respond(self, asked: Asked) -> Answer:
        with self.lock:
            return self.provider.answer(asked)

    def reset(self) -> None:
        with self.lock:
            self.provider.reset()
            self.script.clear()
            self.requests.clear()


class Fakes:
    """Every provider of ``tests/fakes/providers``, and where they are served.

    All speak HTTP at ``url``, but the mail server, which is at ``smtp_port``.
    """

    def __init__(self) -> None:
        self.url = ""
        self.smtp_port = 0
        self.mounted: dict[str, Mounted] = {}
        for module in pkgutil.iter_modules(providers.__path__):
            import_module(f"{providers.__name__}.{module.name}")
        for kind in _provided(FakeProvider):
            self.mounted[kind.name] = Mounted(kind())

    def provider(self, name: str) -> FakeProvider:
        return self.mounted[name].provider

    def effects(self, name: str) -> list[Any]:
        return self.mounted[name].provider.effects

    def requests(self, name: str) -> list[dict[str, Any]]:
        return list(self.mounted[name].requests)

    def script(self, name: str, *responses: dict[str, Any]) -> None:
        self.mounted[name].script.extend(responses)

    def configure(self, name: str, **config: Any) -> None:
        self.mounted[name].provider.config.update(config)

    def reset(self) -> None:
        for mounted in self.mounted.values():
            mounted.reset()


class Handler(BaseHTTPRequestHandler):
    """Reads a request and lets a provider, a fault or the control plane answer."""

    protocol_version = "HTTP/1.1"
    server: "FakeServer"

    def do_GET(self) -> None:
        target = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        name, _, rest = target.path.strip("/").partition("/")
        query = dict(parse_qsl(target.query, keep_blank_values=True))
        fakes = self.server.fakes
        if name == "__control":
            answer: Answer | None = control(fakes, rest, query, body)
        elif name in fakes.mounted:
            headers = CaseInsensitiveDict(self.headers.items())
            path = "/" + target.path.lstrip("/").partition("/")[2]
            asked = Asked(self.command, unquote(path), query, headers, body)
            answer = self._provided(fakes.mounted[name], asked)
        elif not name:
            answer = Answer(200, page(fakes.mounted).encode(), "text/html")
        else:
            answer = json_answer({"error": f"There is no provider “{name}”."}, 404)
        if answer is not None:
            self._send(answer)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - http.server's names

    def _provided(self, mounted: Mounted, asked: Asked) -> Answer | None:
        mounted.requests.append(_recorded(self.path, asked))
        with suppress(IndexError):
            step = mounted.script.popleft()
            if "fault" in step:
                return misbehave(self, step, lambda: mounted.respond(asked))
            if step.get("echo"):
                seen = json.dumps(mounted.requests[-1], indent=1)
                return scripted_answer({**step, "text": seen})
            return scripted_answer(step)
        return mounted.respond(asked)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Stay silent."""


def _provided(base: Any) -> Iterator[Any]:
    """Yield the providers below ``base``: classes that have a name."""
    for kind in base.__subclasses__():
        if "name" in vars(kind):
            yield kind
        yield from _provided(kind)


def _recorded(target: str, asked: Asked) -> dict[str, Any]:
    return {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "method": asked.method,
        "target": target,
        "path": asked.path,
        "query": asked.query,
        "headers": dict(asked.headers),
        "body": asked.body.decode(errors="replace"),
    }


def control(fakes: Fakes, what: str, query: dict[str, str], body: bytes) -> Answer:
    """Answer the control plane."""
    given = json.loads(body) if body else {}
    name = given.get("provider") or query.get("provider", "")
    if what == "reset":
        fakes.reset()
        return json_answer({"reset": sorted(fakes.mounted)})
    if what == "demo":
        return json_answer(demo_rules(fakes))
    if name not in fakes.mounted:
        return json_answer({"error": f"Name a provider: {sorted(fakes.mounted)}"}, 404)
    if what == "script":
        fakes.script(name, *given["responses"])
    elif what == "config":
        fakes.configure(name, **given.get("config", {}))
    shown = {
        "script": len(fakes.mounted[name].script),
        "config": fakes.provider(name).config,
        "requests": fakes.requests(name),
        "state": fakes.provider(name).state(),
    }
    if what not in shown:
        return json_answer({"error": f"Ask for reset or one of {list(shown)}"}, 404)
    return json_answer(shown[what])


class FakeServer(ThreadingHTTPServer):
    """Serves ``fakes``; a caller that goes away is no error."""

    request_queue_size = 256
    daemon_threads = True

    def __init__(self, port: int, fakes: Fakes) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.fakes = fakes
        fakes.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Take it calmly when a caller does not wait for its answer."""


@contextmanager
def running_fakes() -> Iterator[Fakes]:
    """Serve all providers on a free port of the loopback interface."""
    server = FakeServer(0, Fakes())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        with running_mail_server(server.fakes.mounted["smtp"]) as port:
            server.fakes.smtp_port = port
            yield server.fakes
    finally:
        server.shutdown()
        server.server_close()


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8002)
    parser.add_argument("--smtp-port", type=int, default=8025)
    given = parser.parse_args()
    fakes = Fakes()
    with running_mail_server(fakes.mounted["smtp"], port=given.smtp_port) as port:
        fakes.smtp_port = port
        FakeServer(given.port, fakes).serve_forever()


if __name__ == "__main__":
    main()
