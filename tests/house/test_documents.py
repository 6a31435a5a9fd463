"""What the documents promise exists."""

import re
from pathlib import Path

import pytest

from tests.house.links import anchors, dead_links, dead_links_of
from tests.house.tree import ROOT, files

TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)
MAKE_COMMAND = re.compile(r"(?:^|`)make ([a-z-]+)", re.MULTILINE)


def test_no_document_has_a_dead_link() -> None:
    assert dead_links() == []


def test_every_make_command_in_a_document_is_a_target() -> None:
    targets = set(TARGET.findall((ROOT / "Makefile").read_text()))

    named = {
        command
        for document in files(ROOT, ".md")
        for command in MAKE_COMMAND.findall(document.read_text())
    }

    assert {"run", "test"} <= named
    assert named - targets == set()


def test_the_lock_file_names_no_index_host() -> None:
    lock = (ROOT / "requirements.lock").read_text()

    assert "--hash=sha256:" in lock
    assert "://" not in lock
    assert "index-url" not in lock


@pytest.mark.parametrize(
    ("link", "problem"),
    [
        ("missing.md", "missing.md: there is no such file."),
        ("other.md#nowhere", "other.md#nowhere: there is no such heading."),
        ("#nowhere", "#nowhere: there is no such heading."),
    ],
)
def test_a_link_that_leads_nowhere_is_found(
    tmp_path: Path, link: str, problem: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.house.tree.ROOT", tmp_path)
    document = tmp_path / "page.md"
    (tmp_path / "other.md").write_text("# Somewhere\n")
    document.write_text(f"# Here\n[fine](other.md#somewhere) [bad]({link})\n")

    assert list(dead_links_of(document)) == [f"page.md: {problem}"]


def test_a_link_in_a_code_block_is_no_link(tmp_path: Path) -> None:
    document = tmp_path / "page.md"
    document.write_text("```\n[a](missing.md)\n```\nand `[b](missing.md)`\n")

    assert list(dead_links_of(document)) == []


def test_headings_become_anchors_as_a_forge_makes_them() -> None:
    text = "# Add an action, in one file!\n## `make run`\n## Same\n## Same\n"

    assert anchors(text) == {
        "add-an-action-in-one-file",
        "make-run",
        "same",
        "same-1",
    }
