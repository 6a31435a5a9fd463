"""The environment is read in one file and described in one file."""

import ast
import re

from tests.house.tree import ROOT, files, parse, place

VARIABLE = re.compile(r"^#?([A-Z][A-Z0-9_]*)=", re.MULTILINE)
SETTINGS = ROOT / "postbacks_project" / "settings.py"


def variables_read_by_settings() -> set[str]:
    """Return the names given to ``env.<type>("NAME", …)``."""
    return {
        str(node.args[0].value)
        for node in ast.walk(parse(SETTINGS))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "env"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }


def test_the_example_lists_exactly_the_variables_that_settings_read() -> None:
    listed = VARIABLE.findall((ROOT / ".env.example").read_text())

    assert len(listed) == len(set(listed))
    assert set(listed) == variables_read_by_settings()


def test_only_settings_read_the_environment() -> None:
    offenders = [
        place(path, node)
        for path in files(ROOT / "apps", ".py")
        for node in ast.walk(parse(path))
        if isinstance(node, ast.stmt)
        and isinstance(node, ast.Expr | ast.Assign | ast.Return | ast.AnnAssign)
        and re.search(r"os\.(getenv\(|environ(\.get\(|\[))", ast.unparse(node))
    ]

    assert offenders == []
