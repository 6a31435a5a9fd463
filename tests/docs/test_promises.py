"""What the documents name exists, and every document is found."""

import re
from pathlib import Path

from tests.docs.blocks import documents
from tests.house.links import LINK
from tests.house.tree import ROOT, files, place

INDEX = ROOT / "docs" / "README.md"
SECURITY = ROOT / "docs" / "security.md"
TEST_FILE = re.compile(r"`(tests/[a-z0-9_/]+\.py)`")


def linked_from(document: Path) -> set[Path]:
    """Return the files that a document links."""
    found = set()
    for groups in LINK.findall(document.read_text()):
        name = (groups[0] or groups[1]).partition("#")[0]
        target = (document.parent / name).resolve()
        if name and target.is_file():
            found.add(target)
    return found


def test_every_test_that_the_documents_name_exists() -> None:
    named = {
        name
        for document in documents()
        for name in TEST_FILE.findall(document.read_text())
    }

    assert len(named) > 30
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []


def test_every_threat_has_a_test() -> None:
    """A row of a table of threats ends with the file that shows it."""
    without: list[str] = []
    is_threats = False
    for line in SECURITY.read_text().splitlines():
        is_threats = line.startswith("|") and (is_threats or "| shown by |" in line)
        is_row = is_threats and not line.startswith(("| threat", "|---"))
        if is_row and not TEST_FILE.search(line):
            without.append(line)

    assert without == []


def test_every_document_is_reached_from_the_index() -> None:
    """Directly, so that a reader finds it there; pages of actions by their table."""
    direct = linked_from(INDEX)
    reached = direct | {page for found in direct for page in linked_from(found)}
    written = set(files(ROOT / "docs", ".md")) - {INDEX}
    generated = set(files(ROOT / "docs" / "actions", ".md"))

    assert [place(page) for page in sorted(written - generated - direct)] == []
    assert generated - reached == set()


def test_the_architecture_names_every_app_and_every_decision() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text()
    rows = set(re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE))
    apps = {path.parent.name for path in ROOT.glob("apps/*/apps.py")}
    records = {path.name for path in (ROOT / "docs" / "adr").iterdir()}

    assert apps <= rows
    assert records == set(re.findall(r"\]\(adr/([^)]+)\)", text))
