"""An upgrade over a migration that workers of the release before cannot stand."""

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from subprocess import CompletedProcess

import psutil
import psycopg
import pytest

from apps.core.processes import free_port
from tests.house.tree import ROOT
from tests.operations.installation import empty_database, manage, production, run

pytestmark = pytest.mark.processes

WORKERS = "postbacks-worker@1.service postbacks-worker@eu.service"
PYTHON = """#!/bin/sh
case "$*" in "manage.py migrate"*)
  echo "migrate" >> "$UNITS/asked.txt"
  if [ -n "$MIGRATING_FAILS" ]; then exit 1; fi
esac
exec "{python}" "$@"
"""
"""Notes when it migrates, between what systemctl is asked for."""


@pytest.fixture
def units(tmp_path: Path) -> Iterator[Path]:
    """Give systemctl's folder, with two workers that run; end what it started."""
    folder, programs = tmp_path / "units", tmp_path / "bin"
    script = Path(__file__).with_name("systemctl.py")
    files = {
        programs / "systemctl": f'#!/bin/sh\nexec "{sys.executable}" "{script}" "$@"\n',
        programs / "python": PYTHON.format(python=sys.executable),
        folder / "workers.txt": "".join(
            f"{name} loaded active running Postbacks worker\n"
            for name in WORKERS.split()
        ),
    }
    for path, text in files.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
    yield folder
    for remembered in folder.glob("*.pid"):
        with suppress(psutil.NoSuchProcess):
            main = psutil.Process(int(remembered.read_text()))
            for process in (*main.children(recursive=True), main):
                process.kill()


def environment_of(url: str, units: Path, **variables: str) -> dict[str, str]:
    """Return production's environment, with the stand-ins first in the path."""
    programs = units.with_name("bin")
    found = production(url, UNITS=str(units), **variables)
    path = f"{programs}:{found['PATH']}"
    return {**found, "PATH": path, "PYTHON": str(programs / "python")}


def upgrade(environment: dict[str, str], ports: list[str]) -> CompletedProcess[str]:
    """Run the script."""
    return run([str(ROOT / "deploy" / "upgrade.sh"), *ports], environment)


def asked(units: Path) -> list[str]:
    """Return what happened since the last question, in order."""
    path = units / "asked.txt"
    lines = path.read_text().splitlines()
    path.unlink()
    return lines


def test_workers_end_before_attempts_are_put_into_days_and_start_after(
    units: Path,
) -> None:
    ports = [str(free_port()), str(free_port())]
    with empty_database() as url:
        environment = environment_of(url, units)
        manage(environment, "migrate", "deliveries", "0015", "--verbosity", "0")

        failed = upgrade({**environment, "MIGRATING_FAILS": "yes"}, ports)

        assert failed.returncode == 1
        assert f"systemctl start {WORKERS}" in failed.stderr
        assert asked(units) == [f"stop {WORKERS}", "migrate"]

        done = upgrade(environment, ports)

        assert done.returncode == 0, done.stderr + done.stdout
        assert "deliveries.0016_attempts_by_day" in done.stdout
        assert asked(units) == [
            f"stop {WORKERS}",
            "migrate",
            f"start {WORKERS}",
            *(f"restart postbacks-web@{port}" for port in ports),
            "restart postbacks-worker@*",
        ]
        assert _are_in_days(url)


def test_workers_go_on_where_no_release_was_before(units: Path) -> None:
    with empty_database() as url:
        environment = environment_of(url, units, MIGRATING_FAILS="yes")

        done = upgrade(environment, ["8001", "8002"])

        assert done.returncode == 1
        assert "the workers are not running" not in done.stderr
        assert asked(units) == ["migrate"]


def _are_in_days(url: str) -> bool:
    query = "SELECT relkind = 'p' FROM pg_class WHERE relname = 'deliveries_attempt'"
    with psycopg.connect(url) as server:
        return bool(server.execute(query).fetchall()[0][0])
