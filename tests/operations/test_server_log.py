"""The web server's own lines are lines of our log, from its start to its end."""

import json
import os
import signal
import time
import urllib.error
import urllib.request
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from apps.core.processes import Child, free_port, start, wait_for_http
from tests.house.tree import ROOT
from tests.operations.installation import HOST, empty_database, production

SECONDS = 60
WORKERS = 2


def wait_for_line(log: Path, text: str, *, times: int) -> None:
    """Return once ``text`` stands in ``log`` so many times."""
    ends_at = time.monotonic() + SECONDS
    while log.read_text().count(text) < times:
        assert time.monotonic() < ends_at, log.read_text()
        time.sleep(0.05)


def serve(database_url: str, port: int, log: Path, **variables: str) -> Child:
    """Start ``manage.py web`` as in production; return it once it answers."""
    server = start(
        "web server",
        [str(ROOT / "manage.py"), "web", "--port", str(port)],
        environment=production(database_url, **variables),
        log=log,
    )
    wait_for_http(f"http://127.0.0.1:{port}/healthz", seconds=SECONDS)
    return server


def report(port: int) -> int:
    """Report something with a token; return the answer's status."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/postback?secure=Canary-1&transaction_id=tx",
        headers={
            "Host": HOST,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": "203.0.113.9",
        },
    )
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(request, timeout=SECONDS)
    status = caught.value.code
    caught.value.close()
    return status


def live(database_url: str, port: int, log: Path) -> tuple[int, int]:
    """Let a web server start, answer, lose a process and end.

    Return the status that it answered and the one that it ended with.
    """
    server = serve(database_url, port, log, LOG_LEVEL="DEBUG")
    try:
        answered = report(port)
        worker = psutil.Process(server.process.pid).children()[0]
        os.kill(worker.pid, signal.SIGKILL)
        wait_for_line(log, "Started worker-", times=WORKERS + 1)
        server.process.send_signal(signal.SIGTERM)
        return answered, server.process.wait(SECONDS)
    finally:
        server.process.kill()


@pytest.mark.processes
def test_a_whole_life_is_told_in_lines_of_json_without_secrets(tmp_path: Path) -> None:
    """With a crash in it: the database has no tables."""
    log, port = tmp_path / "web.log", free_port()

    with empty_database() as url:
        statuses = live(url, port, log)

    told = [json.loads(line) for line in log.read_text().splitlines()]
    said = "\n".join(one["message"] for one in told)
    assert statuses == (500, 0)
    for words in (
        f"Listening at: http://127.0.0.1:{port}",
        "Started worker-1",
        "GET /postback answered 500",
        "Unexpected exit from worker-",
        "Respawning worker-",
        "Shutting down granian",
        "Stopped worker-1",
    ):
        assert words in said
    assert "CPU cores" not in said
    assert {"time", "level", "logger", "message"} <= set.intersection(*map(set, told))
    assert 'relation "' in next(one for one in told if "exception" in one)["exception"]
    assert "Canary" not in log.read_text()


@pytest.mark.processes
def test_lines_for_people_have_a_time_and_keep_to_the_level(tmp_path: Path) -> None:
    log, port = tmp_path / "web.log", free_port()
    server = serve(
        settings.DATABASE_URL, port, log, LOG_FORMAT="line", LOG_LEVEL="ERROR"
    )
    try:
        worker = psutil.Process(server.process.pid).children()[0]
        os.kill(worker.pid, signal.SIGKILL)
        wait_for_line(log, "Unexpected exit", times=1)
    finally:
        # One that has just replaced a worker takes its time to end.
        os.killpg(server.process.pid, signal.SIGKILL)
        server.process.wait()

    [line] = log.read_text().splitlines()
    assert line[:2] == "20"
    assert " ERROR _granian: Unexpected exit from worker-" in line
