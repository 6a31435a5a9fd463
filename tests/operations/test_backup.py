"""A backup is restored for real: every table, every sequence, and it can go on."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.house.tree import ROOT
from tests.operations.installation import (
    empty_database,
    fill,
    manage,
    production,
    report,
    run,
)

pytestmark = pytest.mark.processes

BACKUP, RESTORE = (str(ROOT / "deploy" / name) for name in ("backup.sh", "restore.sh"))
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
SEQUENCES = (
    "SELECT sequencename, last_value FROM pg_sequences "
    "WHERE schemaname = 'public' ORDER BY 1"
)


@pytest.fixture(scope="module")
def source() -> Iterator[str]:
    """Yield a database that holds everything the demo has."""
    with empty_database() as url:
        environment = production(url)
        fill(environment)
        report(environment)
        yield url


@pytest.fixture
def target() -> Iterator[str]:
    """Yield an empty database."""
    with empty_database() as url:
        yield url


def counts(url: str) -> dict[str, int]:
    """Return how many rows each table has."""
    with psycopg.connect(url) as server:
        tables = [name for (name,) in server.execute(TABLES).fetchall()]
        return {
            name: server.execute(
                sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))
            ).fetchall()[0][0]
            for name in tables
        }


def sequences(url: str) -> dict[str, int | None]:
    """Return the last number of each sequence."""
    with psycopg.connect(url) as server:
        return dict(server.execute(SEQUENCES).fetchall())


def back_up(url: str, folder: Path, *days: str) -> Path:
    """Return the file that ``backup.sh`` wrote."""
    done = run([BACKUP, str(folder), *days], production(url))
    assert done.returncode == 0, done.stderr
    [file] = [path for path in folder.glob("*.dump") if str(path) in done.stdout]
    return file


def restore(url: str, file: Path) -> subprocess.CompletedProcess[str]:
    """Run ``restore.sh``."""
    return run([RESTORE, str(file)], production(url))


def test_a_restored_database_has_all_rows_and_goes_on(
    source: str, target: str, tmp_path: Path
) -> None:
    done = restore(target, back_up(source, tmp_path))

    assert done.returncode == 0, done.stderr
    before, after = counts(source), counts(target)
    assert after == before
    assert before["tracking_event"] > 0
    assert len(before) > 60
    assert sequences(target) == sequences(source)
    manage(production(target), "migrate", "--check")
    report(production(target))
    assert counts(target)["tracking_event"] == before["tracking_event"] + 1


def test_a_backup_is_for_its_owner_only_and_names_no_password(
    source: str, tmp_path: Path
) -> None:
    file = back_up(source, tmp_path / "new")

    assert file.stat().st_mode & 0o077 == 0
    assert (tmp_path / "new").stat().st_mode & 0o077 == 0
    assert sorted(path.suffix for path in file.parent.iterdir()) == [".dump", ".sha256"]


def test_old_backups_are_deleted_and_nothing_else(source: str, tmp_path: Path) -> None:
    old = tmp_path / "postbacks-20200101T000000Z.dump"
    other = tmp_path / "notes.txt"
    for path in (old, other):
        path.write_text("x")
        subprocess.run(["touch", "-d", "30 days ago", str(path)], check=True)

    kept = back_up(source, tmp_path, "14")

    assert (old.exists(), other.exists(), kept.exists()) == (False, True, True)


def test_nothing_is_put_over_what_is_there(source: str, tmp_path: Path) -> None:
    file = back_up(source, tmp_path)
    before = counts(source)

    done = restore(source, file)

    assert done.returncode == 1
    assert "Nothing was changed." in done.stderr
    assert counts(source) == before


@pytest.mark.parametrize("with_sum", [True, False])
def test_a_damaged_backup_is_refused_and_leaves_nothing_behind(
    source: str, target: str, tmp_path: Path, with_sum: bool
) -> None:
    file = back_up(source, tmp_path)
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])
    if not with_sum:
        file.with_name(file.name + ".sha256").unlink()

    done = restore(target, file)

    assert done.returncode != 0
    assert ("is damaged" in done.stderr) == with_sum
    assert counts(target) == {}


@pytest.mark.parametrize(
    ("arguments", "variables", "told"),
    [
        ([BACKUP], {}, "Name a folder"),
        ([BACKUP, "/tmp/x", "many"], {}, "«many» is no number of days."),
        ([BACKUP, "/tmp/x"], {"DATABASE_URL": ""}, "DATABASE_URL is not set."),
        ([BACKUP, "/tmp/x"], {"DATABASE_URL": "mysql://h/d"}, "postgres:// is needed"),
        ([BACKUP, "/tmp/x"], {"PYTHON": "/nowhere"}, "/nowhere is missing."),
        ([RESTORE], {}, "Name a backup"),
        ([RESTORE, "/nowhere.dump"], {}, "/nowhere.dump cannot be read."),
    ],
)
def test_a_mistake_is_refused_with_a_sentence(
    arguments: list[str], variables: dict[str, str], told: str
) -> None:
    environment = production("postgres://nobody@localhost:1/none", **variables)

    done = run(arguments, environment)

    assert done.returncode == 1
    assert told in done.stderr
