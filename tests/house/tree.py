"""Which files belong to the project."""

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("apps", "postbacks_project", "tests", "benchmarks")


def _ignored_names() -> list[str]:
    lines = (ROOT / ".gitignore").read_text().splitlines()
    return [".git", *(line.rstrip("/") for line in lines if line)]


IGNORED = _ignored_names()


def is_ignored(path: Path) -> bool:
    """Tell whether git ignores a file of this name."""
    return any(fnmatch(path.name, pattern) for pattern in IGNORED)


def files(folder: Path, suffix: str) -> Iterator[Path]:
    """Yield the project's files below ``folder`` that end in ``suffix``."""
    for path in sorted(folder.iterdir()):
        if is_ignored(path):
            continue
        if path.is_dir():
            yield from files(path, suffix)
        elif path.name.endswith(suffix):
            yield path


def python_files() -> list[Path]:
    """Return all Python files that people write; migrations are mostly generated."""
    return [
        path
        for name in CODE
        if (ROOT / name).is_dir()
        for path in files(ROOT / name, ".py")
        if path.parent.name != "migrations"
    ]


def parse(path: Path) -> ast.Module:
    """Return the syntax tree of a Python file."""
    return ast.parse(path.read_text(), filename=str(path))


def place(path: Path, node: ast.stmt | None = None) -> str:
    """Return where something is, in the form an editor opens."""
    name = path.relative_to(ROOT).as_posix()
    return name if node is None else f"{name}:{node.lineno}"
