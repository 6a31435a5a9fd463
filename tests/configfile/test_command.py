"""``manage.py config`` on the command line."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from auditlog.models import LogEntry
from django.core.management import CommandError, call_command

from apps.accounts.models import Affiliate
from apps.offers.models import Project
from tests.configfile.world import make_admin
from tests.factories import make_affiliate, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_wake_ups")]

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run() -> Run:
    """Return a function that runs the command: exit status, output, errors."""

    def call(*arguments: str) -> tuple[int, str, str]:
        out, err = StringIO(), StringIO()
        status = 0
        try:
            call_command("config", *arguments, stdout=out, stderr=err)
        except SystemExit as end:
            status = int(str(end.code))
        return status, out.getvalue(), err.getvalue()

    return call


def test_an_export_is_equal_to_its_database_and_different_after_a_change(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "config.yaml"
    Project.objects.create(name="P")

    exported = run("export", "--output", str(file))
    equal = run("diff", str(file))
    Project.objects.update(settle_seconds=60)
    different = run("diff", str(file))

    assert exported == (0, "", "")
    assert run("export")[1].startswith("# The configuration of a postback installation")
    assert equal == (0, "No difference.\n", "")
    assert different == (1, "changed: project «P»: settle_seconds: 60 → 0\n", "")


def test_what_is_only_here_is_told_and_is_no_difference(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "config.yaml"
    run("export", "--output", str(file))
    Project.objects.create(name="P")

    assert run("diff", str(file)) == (0, "only here: project «P»\n", "")


def test_an_import_names_its_author_in_the_audit_log(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("version: 1\naffiliates:\n- name: A\n")
    admin = make_admin()

    tried = run("import", str(file), "--user", "root", "--dry-run")
    was_kept = Affiliate.objects.exists()
    done = run("import", str(file), "--user", "root")

    assert tried[0] == 0
    assert "added: affiliate «A»\n" in tried[1]
    assert "Dry run: 1 added, 0 changed" in tried[1]
    assert not was_kept
    assert done[0] == 0
    assert "added: affiliate «A»\n" in done[1]
    assert "Imported: 1 added, 0 changed" in done[1]
    entry = LogEntry.objects.get(content_type__model="affiliate")
    assert (entry.object_repr, entry.actor) == ("A", admin)


def test_problems_end_the_import_with_status_1(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("version: 1\naffiliates:\n- name: A\n- nam: B\n")
    make_admin()

    status, _, errors = run("import", str(file), "--user", "root")

    assert status == 1
    assert errors == (
        "line 4: affiliates[2]: «name» is missing.\n"
        "line 4: affiliates[2]: «nam» is not known here. Did you mean «name»?\n"
        "Problems: 2. Nothing was changed.\n"
    )
    assert not Affiliate.objects.exists()


@pytest.mark.parametrize("name", ["nobody", "paul"])
def test_the_author_is_an_active_user_of_ours(
    run: Run, tmp_path: Path, name: str
) -> None:
    make_user("paul", affiliate=make_affiliate())
    file = tmp_path / "config.yaml"
    file.write_text("version: 1\n")

    with pytest.raises(CommandError, match=f"There is no active user «{name}» of ours"):
        run("import", str(file), "--user", name)


def test_a_file_that_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"none\.yaml cannot be read: No such file"):
        run("diff", str(tmp_path / "none.yaml"))
