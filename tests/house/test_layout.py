"""Files are where DESIGN §3 says, and small."""

import ast

from tests.house.tree import ROOT, is_ignored, parse, place, python_files

TOP_LEVEL = {
    "manage.py",
    "pyproject.toml",
    "requirements.lock",
    "Makefile",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "LICENSE",
    ".env.example",
    ".gitignore",
    ".ci",
    "postbacks_project",
    "apps",
    "templates",
    "tests",
    "fixtures",
    "benchmarks",
    "deploy",
    "docs",
}
NAMES_THAT_SAY_NOTHING = {"utils", "helpers", "common", "misc", "signals"}
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40


def test_the_top_level_holds_what_the_design_lists_and_nothing_else() -> None:
    present = {path.name for path in ROOT.iterdir() if not is_ignored(path)}

    assert present - TOP_LEVEL == set()


def test_no_module_has_a_name_that_says_nothing() -> None:
    offenders = [
        place(path)
        for path in python_files()
        if NAMES_THAT_SAY_NOTHING & {*path.relative_to(ROOT).parts, path.stem}
    ]

    assert offenders == []


def test_files_have_at_most_300_lines() -> None:
    offenders = [
        place(path)
        for path in python_files()
        if len(path.read_text().splitlines()) > MAX_FILE_LINES
    ]

    assert offenders == []


def test_functions_have_at_most_40_lines() -> None:
    offenders = [
        place(path, node)
        for path in python_files()
        for node in ast.walk(parse(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MAX_FUNCTION_LINES
    ]

    assert offenders == []
