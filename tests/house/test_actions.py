"""Every action is whole: a test, a fake, a case, a page, and a line in the README."""

from pathlib import Path

import pytest

from apps.actions import registry
from apps.actions.base import Action
from tests.conformance import cases
from tests.conformance.case import load_cases
from tests.fakes.server import Fakes
from tests.house.action_pages import END, PAGES, README, START, expected
from tests.house.tree import ROOT

ACTIONS = registry.all_actions()
CASES = load_cases(cases)


def names(folder: str, prefix: str = "") -> set[str]:
    found = (ROOT / folder).glob(f"{prefix}*.py")
    return {path.stem.removeprefix(prefix) for path in found} - {"__init__"}


def test_every_kind_has_a_file_of_its_own() -> None:
    assert names("apps/actions/kinds") == {action.kind for action in ACTIONS}


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.kind)
def test_every_kind_has_its_tests(action: Action) -> None:
    assert action.kind in names("tests/actions", "test_")


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.kind)
def test_every_kind_goes_through_the_matrix_with_a_fake(action: Action) -> None:
    fakes = {case.fake for case in CASES if case.kind == action.kind}

    assert fakes
    assert fakes <= set(Fakes().mounted)


@pytest.mark.parametrize("path", expected(), ids=lambda path: path.name)
def test_the_documents_are_those_of_the_declarations(path: Path) -> None:
    """Run «make docs» when this fails."""
    assert path.is_file(), "Run «make docs»."
    assert path.read_text() == expected()[path], "Run «make docs»."


def test_no_page_is_left_of_an_action_that_is_gone() -> None:
    assert set(PAGES.glob("*.md")) <= set(expected())


def test_the_readme_has_the_place_for_the_table() -> None:
    text = README.read_text()

    assert text.count(START) == text.count(END) == 1


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.kind)
def test_every_declaration_is_complete(action: Action) -> None:
    """What the screens and the pages are made of."""
    assert action.label
    assert action.help
    assert not action.help.endswith(".")
    assert action.docs_url.startswith("https://") or action.kind in OURS
    for form in (action.ConnectionForm, action.RuleForm):
        for name, field in form.base_fields.items():
            is_plain = field.label or field.help_text or len(name) > 2
            assert is_plain, f"{action.kind}.{name} explains nothing."
            # Forms show help as HTML, in which a word in angle brackets is lost.
            assert "<" not in f"{field.label}{field.help_text}", f"{action.kind}.{name}"


OURS = {"ping_url", "smtp"}
"""Actions whose contract is nobody's but ours, or a standard."""
