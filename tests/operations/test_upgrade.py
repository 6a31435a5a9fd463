"""An upgrade while postbacks flow: nothing is lost, nothing is answered with an error."""

import http.client
import json
import os
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlencode

import psutil
import psycopg
import pytest

from apps.core.processes import free_port
from tests.house.tree import ROOT
from tests.operations.installation import (
    HOST,
    empty_database,
    fill,
    manage,
    production,
    run,
    write_nginx,
)
from tests.smoke import OFFER, TOKEN

pytestmark = [pytest.mark.processes, pytest.mark.nginx]

SENDERS = 2
READY_SECONDS = 120


def ask(port: int, method: str, path: str, **fields: str) -> tuple[int, str, str]:
    """Return status, body and where it leads, over a connection of its own."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    line = http.client.HTTPSConnection("127.0.0.1", port, timeout=30, context=context)
    body, query, headers = "", f"?{urlencode(fields)}", {"Host": HOST}
    if method == "POST":
        body, query = urlencode(fields), ""
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    line.request(method, path + query, body=body, headers=headers)
    answer = line.getresponse()
    text = answer.read().decode()
    line.close()
    return answer.status, text, answer.headers.get("Location", "")


class Senders:
    """Threads that click and report until they are stopped."""

    def __init__(self, port: int) -> None:
        self.accepted: list[str] = []
        self.wrong: list[str] = []
        self._port = port
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._send, args=(number,))
            for number in range(SENDERS)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _send(self, number: int) -> None:
        method = "GET" if number else "POST"
        while not self._stop.is_set():
            try:
                self._report(method)
                # The servers that start need the processor, too.
                time.sleep(0.02)
            except (OSError, http.client.HTTPException, KeyError) as error:
                self.wrong.append(f"{method}: {error!r}")

    def _report(self, method: str) -> None:
        status, text, target = ask(self._port, "GET", f"/click/{OFFER}", affiliate="1")
        transaction = target.partition("cid=")[2].partition("&")[0]
        if status != 302:
            self.wrong.append(f"click: {status} {text[:200]}")
            return
        status, text, _ = ask(
            self._port,
            method,
            "/postback",
            secure=TOKEN,
            transaction_id=transaction,
            amount="99.90",
        )
        if status != 200 or '"accepted"' not in text:
            self.wrong.append(f"{method}: {status} {text[:200]}")
            return
        self.accepted.append(json.loads(text)["event"])


@pytest.fixture
def units(tmp_path: Path) -> Iterator[Path]:
    """Give systemctl's folder; end what it started."""
    folder = tmp_path / "units"
    programs = tmp_path / "bin"
    for one in (folder, programs):
        one.mkdir()
    stand_in = programs / "systemctl"
    script = Path(__file__).with_name("systemctl.py")
    stand_in.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n')
    stand_in.chmod(0o755)
    yield folder
    for remembered in folder.glob("*.pid"):
        with suppress(psutil.NoSuchProcess):
            main = psutil.Process(int(remembered.read_text()))
            for process in (*main.children(recursive=True), main):
                process.kill()


@contextmanager
def front(folder: Path, ports: tuple[int, int]) -> Iterator[int]:
    """Run nginx with our configuration; yield its port."""
    https, plain = free_port(), free_port()
    main = write_nginx(folder, ports=ports, https=https, http=plain)
    server = subprocess.Popen(["nginx", "-c", str(main), "-p", str(folder)])
    try:
        yield https
    finally:
        server.terminate()
        server.wait()


def wait_until_ready(port: int) -> None:
    """Return once the front answers and a web server behind it does."""
    ends_at = time.monotonic() + READY_SECONDS
    while time.monotonic() < ends_at:
        with suppress(OSError):
            if ask(port, "GET", "/healthz")[0] == 200:
                return
        time.sleep(0.1)
    raise TimeoutError


def installed(environment: dict[str, str], ports: tuple[int, int]) -> None:
    """Bring the release before into service: without the newest table of core."""
    manage(environment, "collectstatic", "--noinput", "--verbosity", "0")
    manage(environment, "migrate", "core", "0003", "--verbosity", "0")
    for port in ports:
        done = run(["systemctl", "restart", f"postbacks-web@{port}"], environment)
        assert done.returncode == 0, done.stderr


def stored(url: str, events: list[str]) -> int:
    """Return how many of ``events`` the database holds."""
    with psycopg.connect(url) as server:
        query = "SELECT count(*) FROM tracking_event WHERE id = ANY(%s::uuid[])"
        return int(server.execute(query, [events]).fetchall()[0][0])


def test_an_upgrade_loses_no_request_and_answers_no_error(
    tmp_path: Path, units: Path
) -> None:
    ports = (free_port(), free_port())
    with empty_database() as url, front(tmp_path, ports) as https:
        environment = production(url, UNITS=str(units))
        fill(environment)
        environment["PATH"] = f"{tmp_path / 'bin'}:{environment['PATH']}"
        installed(environment, ports)
        wait_until_ready(https)
        before = {port: (units / f"{port}.pid").read_text() for port in ports}

        with Senders(https) as senders:
            time.sleep(2)
            done = run(
                [str(ROOT / "deploy" / "upgrade.sh"), *map(str, ports)], environment
            )
            upgraded_at = len(senders.accepted)
            time.sleep(2)

        assert done.returncode == 0, done.stderr + done.stdout
        assert senders.wrong == []
        assert 0 < upgraded_at < len(senders.accepted)
        assert len(set(senders.accepted)) == len(senders.accepted)
        assert stored(url, senders.accepted) == len(senders.accepted)
        after = {port: (units / f"{port}.pid").read_text() for port in ports}
        assert all(before[port] != after[port] for port in ports)
        asked = (units / "asked.txt").read_text().splitlines()
        assert asked[-3:] == [
            f"restart postbacks-web@{ports[0]}",
            f"restart postbacks-web@{ports[1]}",
            "restart postbacks-worker@*",
        ]
        assert not any(one.startswith("stop") for one in asked)
        _check_the_logs(*tmp_path.glob("*.log"), *units.glob("*.log"))
        _check_the_front(https, ports)


def _check_the_logs(*files: Path) -> None:
    """Requests are in the log, tokens are not."""
    text = "".join(file.read_text() for file in files)
    assert '"path":"/postback"' in text
    assert TOKEN not in text


def _check_the_front(https: int, ports: tuple[int, int]) -> None:
    """What nginx keeps to itself, and what it gives by itself."""
    assert ask(https, "GET", "/metrics")[0] == 404
    assert ask(https, "GET", "/readyz", of="web")[0] == 200
    status, _, target = ask(https, "GET", "/admin/")
    assert (status, target.partition("?")[0]) == (302, "/admin/login/")
    status, _, _ = ask(https, "GET", "/static/admin/css/nothing.css")
    assert status == 404
    manifest: dict[str, Any] = json.loads(
        (ROOT / "var" / "static" / "staticfiles.json").read_text()
    )
    name = manifest["paths"]["admin/css/base.css"]
    assert ask(https, "GET", f"/static/{name}")[0] == 200
    line = http.client.HTTPConnection("127.0.0.1", ports[0], timeout=10)
    line.request("GET", "/metrics")
    told = line.getresponse().read().decode()
    line.close()
    assert 'postbacks_reports_total{reason="",result="accepted"}' in told


def test_an_upgrade_of_a_single_web_server_is_refused(tmp_path: Path) -> None:
    environment = production("postgres://nobody@localhost:1/none")

    done = run([str(ROOT / "deploy" / "upgrade.sh"), "8001"], environment)

    assert done.returncode == 1
    assert "Name at least two ports" in done.stderr


def test_an_upgrade_stops_before_it_touches_anything_when_settings_are_unfit(
    units: Path, tmp_path: Path
) -> None:
    environment = production(
        "postgres://nobody@localhost:1/none", SECRET_KEY="short", UNITS=str(units)
    )
    environment["PATH"] = f"{tmp_path / 'bin'}:{os.environ['PATH']}"

    done = run([str(ROOT / "deploy" / "upgrade.sh"), "8001", "8002"], environment)

    assert done.returncode == 1
    assert "SECRET_KEY" in done.stderr
    assert not (units / "asked.txt").exists()
