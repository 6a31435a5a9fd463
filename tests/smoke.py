"""``make smoke``: real processes, a temporary database, real HTTP, one line a step."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import psycopg

from apps.core.processes import Child, free_port, start, stop, wait_for_http, web_server
from postbacks_project.embedded import start_embedded_postgres

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "demo-account-token-for-trying-things-out"
OFFER = "demo000000000001"
WAIT_SECONDS = 30


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Shows a redirect instead of following it."""

    def redirect_request(self, *args: Any) -> None:
        """Follow nothing."""


OPENER = urllib.request.build_opener(NoRedirects)


def get(url: str, **fields: str) -> tuple[int, str, dict[str, str]]:
    """Return status, body and headers of a GET."""
    full = f"{url}?{urlencode(fields)}" if fields else url
    try:
        with OPENER.open(full, timeout=10) as answer:
            return answer.status, answer.read().decode(), _lower(answer.headers)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), _lower(error.headers)


def _lower(headers: Message) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@contextmanager
def temporary_database() -> Iterator[str]:
    """Yield the URL of an empty database that is gone afterwards."""
    given = os.environ.get("DATABASE_URL")
    folder = tempfile.mkdtemp(prefix="postbacks-smoke-")
    server = given or start_embedded_postgres(Path(folder) / "postgres")
    name = f"smoke_{uuid4().hex[:12]}"
    head, _, options = server.partition("?")
    url = f"{head.rpartition('/')[0]}/{name}" + (f"?{options}" if options else "")
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}"')
    try:
        yield url
    finally:
        with psycopg.connect(server, autocommit=True) as admin:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
        if not given:
            shutil.rmtree(folder, ignore_errors=True)


class Smoke:
    """The steps; each prints its time and PASS or FAIL."""

    def __init__(self, web: str, receiver: str) -> None:
        self.web = web
        self.receiver = receiver
        self.failed = False
        self.transaction = ""
        self.first: dict[str, Any] = {}

    def step(self, name: str, check: Callable[[], str]) -> None:
        """Run ``check``; it returns what was wrong, or "" when all held."""
        started = time.perf_counter()
        try:
            wrong = check()
        except (OSError, ValueError, KeyError, TimeoutError) as error:
            wrong = f"{type(error).__name__}: {error}"
        took = (time.perf_counter() - started) * 1000
        verdict = f"FAIL  {wrong}" if wrong else "PASS"
        print(f"{name:<44} {took:8.1f} ms  {verdict}", flush=True)
        self.failed = self.failed or bool(wrong)

    def postback(self, **fields: str) -> tuple[int, dict[str, Any]]:
        """Send a postback with the demo's token."""
        values = {"secure": TOKEN, "transaction_id": self.transaction, **fields}
        status, body, _ = get(f"{self.web}/postback", **values)
        return status, json.loads(body)

    def click(self) -> str:
        """Click the tracking link."""
        status, _, headers = get(
            f"{self.web}/click/{OFFER}", affiliate="1", sub1="smoke & co"
        )
        target = headers.get("location", "")
        self.transaction = target.partition("cid=")[2].partition("&")[0]
        return "" if status == 302 and self.transaction else f"{status} {target}"

    def conversion(self) -> str:
        """Report the base conversion."""
        status, self.first = self.postback(amount="99.90")
        accepted = status == 200 and self.first["result"] == "accepted"
        return "" if accepted else f"{status} {self.first}"

    def event(self) -> str:
        """Report an event after the conversion."""
        status, body = self.postback(event_name="purchase", policy_number="P-1")
        return "" if body["result"] == "accepted" else f"{status} {body}"

    def duplicate(self) -> str:
        """Report the conversion again."""
        status, body = self.postback(amount="99.90")
        same = body["event"] == self.first["event"]
        repeated = status == 200 and body["result"] == "duplicate" and same
        return "" if repeated else f"{status} {body}"

    def refused(self) -> str:
        """Report an event that nobody defined."""
        status, body = self.postback(event_name="Purchase")
        right = (status, body["reason"]) == (422, "unknown_event")
        return "" if right else f"{status} {body}"

    def bad_token(self) -> str:
        """Report with a wrong token."""
        status, body = self.postback(secure="wrong")
        return "" if (status, body["reason"]) == (401, "bad_token") else str(body)

    def called(self) -> str:
        """Wait until the partner's tracker was called with the right values."""
        wanted = {
            f"/pb?tid={self.transaction}&click=smoke%20%26%20co"
            "&payout=12.00&status=approved": 1,
            "/crm": 2,
        }
        ends_at = time.monotonic() + WAIT_SECONDS
        paths: list[str] = []
        while time.monotonic() < ends_at:
            _, body, _ = get(
                f"{self.receiver}/received", transaction_id=self.transaction
            )
            paths = [row["path"] for row in json.loads(body)]
            if all(paths.count(path) >= count for path, count in wanted.items()):
                break
            time.sleep(0.05)
        right = all(paths.count(path) == count for path, count in wanted.items())
        return "" if right else f"the receiver got {paths}"


def main() -> int:
    """Run all steps; 0 only when every one held."""
    with temporary_database() as database_url:
        receiver_port, port = free_port(), free_port()
        receiver = f"http://127.0.0.1:{receiver_port}"
        environment = {
            "DEBUG": "true",
            "DATABASE_URL": database_url,
            "OUTBOUND_ALLOWED_NETWORKS": "127.0.0.0/8",
            "LOG_LEVEL": "ERROR",
        }
        children: list[Child] = []
        smoke = Smoke(f"http://127.0.0.1:{port}", receiver)
        try:
            smoke.step("prepare the database", lambda: _prepare(environment, receiver))
            children += _start(environment, port, receiver_port)
            ready = f"{smoke.web}/healthz"
            smoke.step("start web, worker, receiver", lambda: _ready(ready))
            smoke.step("click: 302 with our transaction id", smoke.click)
            smoke.step("base postback: accepted", smoke.conversion)
            smoke.step("event: accepted", smoke.event)
            smoke.step("duplicate: the first ids again", smoke.duplicate)
            smoke.step("unknown event: refused by name", smoke.refused)
            smoke.step("bad token: 401", smoke.bad_token)
            smoke.step("the partner's tracker was called", smoke.called)
        finally:
            stop(children)
    return 1 if smoke.failed else 0


def _prepare(environment: dict[str, str], receiver: str) -> str:
    command = ["manage.py", "demo", "--prepare-only", "--receiver", receiver]
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.stderr[-500:] if done.returncode else ""


def _start(environment: dict[str, str], port: int, receiver_port: int) -> list[Child]:
    receiver = ["-m", "tests.fakes.receiver", "--port", str(receiver_port)]
    return [
        start("receiver", receiver, environment=environment),
        start("worker", [str(ROOT / "manage.py"), "worker"], environment=environment),
        web_server(port=port, environment=environment),
    ]


def _ready(url: str) -> str:
    wait_for_http(url, seconds=WAIT_SECONDS)
    return ""


if __name__ == "__main__":
    sys.exit(main())
