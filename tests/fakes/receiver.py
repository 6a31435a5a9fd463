"""A partner's tracker for the demo: takes every request and shows what it got.

python -m tests.fakes.receiver --port 8001
"""

import argparse
import html
import json
import time
from collections import deque
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

KEPT = 500
received: deque[dict[str, Any]] = deque(maxlen=KEPT)


class Receiver(BaseHTTPRequestHandler):
    """Answers 200 OK, except under /fail/<status> and /slow/<seconds>."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = urlsplit(self.path)
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length).decode(errors="replace")
        if path.path == "/" and not path.query:
            return self._answer(200, _page(), "text/html; charset=utf-8")
        if path.path == "/received":
            wanted = parse_qs(path.query).get("transaction_id", [""])[0]
            rows = [r for r in received if wanted in r["path"] + r["body"]]
            return self._answer(200, json.dumps(rows), "application/json")
        received.append(
            {
                "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "method": self.command,
                "path": self.path,
                "body": body,
                "postback_id": self.headers.get("X-Postback-Id", ""),
            }
        )
        return self._misbehave(path.path)

    do_POST = do_GET  # noqa: N815 - the name http.server asks for

    def _misbehave(self, path: str) -> None:
        kind, _, value = path.strip("/").partition("/")
        if kind == "slow" and value.isdecimal():
            time.sleep(min(int(value), 60))
        status = int(value) if kind == "fail" and value.isdecimal() else 200
        self._answer(status, "OK" if status == 200 else "not OK", "text/plain")

    def _answer(self, status: int, text: str, content_type: str) -> None:
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Stay silent."""


def _page() -> str:
    rows = "".join(
        f"<tr><td>{r['at']}</td><td>{r['method']}</td>"
        f"<td>{html.escape(r['path'])}</td><td>{html.escape(r['body'])}</td></tr>"
        for r in reversed(received)
    )
    return (
        "<!doctype html><html lang=en><title>Demo tracker</title>"
        "<h1>What the partner's tracker received</h1>"
        "<p>Reload to see more. /fail/500 and /slow/5 misbehave on purpose.</p>"
        f"<table border=1 cellpadding=4>{rows}</table></html>"
    )


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=8001)
    port = parser.parse_args().port
    server = ThreadingHTTPServer(("127.0.0.1", port), Receiver)
    server.daemon_threads = True
    server.serve_forever()


if __name__ == "__main__":
    main()
