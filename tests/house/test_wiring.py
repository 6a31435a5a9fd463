"""Nothing happens by magic: "go to definition" reaches everything."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import ROOT, files, parse, place, python_files

SIGNAL_MODULES = {"django.dispatch", "django.db.models.signals", "django.core.signals"}
# The embedded server is optional: the import fails where DATABASE_URL is required.
OPTIONAL_IMPORTS = {"postbacks_project/embedded.py"}


def imported_modules(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Yield each import statement with the module it names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node, node.module or ""
            yield from ((node, f"{node.module}.{alias.name}") for alias in node.names)


def imports_inside_functions(path: Path) -> Iterator[str]:
    """Yield the places of the imports that run only when a function does."""
    if path.relative_to(ROOT).as_posix() in OPTIONAL_IMPORTS:
        return
    for node in ast.walk(parse(path)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if path.name == "apps.py" and node.name == "ready":
            continue
        for inner in ast.walk(node):
            if isinstance(inner, ast.Import | ast.ImportFrom):
                yield place(path, inner)


def test_imports_stand_at_the_top_of_the_file() -> None:
    offenders = [
        found for path in python_files() for found in imports_inside_functions(path)
    ]

    assert offenders == []


def test_nobody_listens_to_signals() -> None:
    offenders = [
        place(path, node)
        for path in python_files()
        for node, module in imported_modules(parse(path))
        if module in SIGNAL_MODULES
    ]

    assert offenders == []


def test_no_model_overrides_save_or_delete() -> None:
    offenders = [
        place(path, method)
        for path in files(ROOT / "apps", "models.py")
        for node in ast.walk(parse(path))
        if isinstance(node, ast.ClassDef)
        for method in node.body
        if isinstance(method, ast.FunctionDef) and method.name in {"save", "delete"}
    ]

    assert offenders == []


def test_actions_do_not_use_the_database() -> None:
    """import-linter cannot forbid a part of an external package."""
    offenders = [
        place(path, node)
        for path in files(ROOT / "apps" / "actions", ".py")
        for node, module in imported_modules(parse(path))
        if module == "django.db" or module.startswith("django.db.")
    ]

    assert offenders == []


def test_every_action_kind_has_a_test_of_its_own() -> None:
    kinds = {path.stem for path in ROOT.glob("apps/actions/kinds/*.py")} - {"__init__"}
    tests = {path.name for path in ROOT.glob("tests/actions/test_*.py")}

    missing = [kind for kind in sorted(kinds) if f"test_{kind}.py" not in tests]

    assert missing == []
