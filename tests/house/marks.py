"""Finds texts that people read and that nobody marked for translation."""

import ast
from collections.abc import Iterator, Sequence

WORDS = frozenset(
    (
        *("verbose_name", "verbose_name_plural", "help_text", "label", "empty_label"),
        *("violation_error_message", "error_messages", "choices"),
    )
)
"""Keyword arguments that hold what people read, whichever function takes them."""
DESCRIBED = ("admin.display", "admin.action")
"""Decorators whose ``description`` heads a column or names a choice."""
TOLD = {
    "ValidationError": 0,
    "add_error": 1,
    "message_user": 1,
    "RegexValidator": 1,
} | {
    f"messages.{level}": 1 for level in ("debug", "info", "success", "warning", "error")
}
"""Functions that tell people something, and which argument it is."""
CHOICES = ("TextChoices", "IntegerChoices")
OF_META = frozenset(("verbose_name", "verbose_name_plural"))
OF_ACTION = frozenset(("label", "help"))


def unmarked(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield every literal of ``tree`` that people read and that has no mark."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            places = _of_call(node)
        elif isinstance(node, ast.ClassDef):
            places = _of_class(node)
        else:
            continue
        for place in places:
            yield from _literals(place)


def _of_call(call: ast.Call) -> Iterator[ast.expr]:
    name = ast.unparse(call.func)
    for keyword in call.keywords:
        is_description = keyword.arg == "description" and name in DESCRIBED
        if keyword.arg in WORDS or is_description:
            yield from _labels(keyword.value)
    told = TOLD.get(name, TOLD.get(name.rpartition(".")[2]))
    if told is not None:
        yield from call.args[told : told + 1]
    if name.startswith("models.") and name.endswith("Field") and "To" not in name:
        yield from call.args[:1]


def _of_class(node: ast.ClassDef) -> Iterator[ast.expr]:
    bases = [ast.unparse(base) for base in node.bases]
    wanted = OF_META if node.name == "Meta" or "AppConfig" in bases else frozenset()
    if any(ast.unparse(one) == "register" for one in node.decorator_list):
        wanted = OF_ACTION
    for statement in node.body:
        if not isinstance(statement, ast.Assign | ast.AnnAssign) or not statement.value:
            continue
        if wanted:
            yield from _assigned(statement, statement.value, wanted)
        elif isinstance(statement, ast.Assign) and any(
            base.endswith(CHOICES) for base in bases
        ):
            yield _label_of_choice(statement.value)


def _label_of_choice(value: ast.expr) -> ast.expr:
    """Return the label; without one Django makes words of the member's name."""
    return value.elts[-1] if isinstance(value, ast.Tuple) else value


def _assigned(
    statement: ast.Assign | ast.AnnAssign, value: ast.expr, wanted: frozenset[str]
) -> Iterator[ast.expr]:
    if isinstance(statement, ast.Assign):
        names = _each(statement.targets[0])
    else:
        names = _each(statement.target)
    for name, text in zip(names, _each(value), strict=False):
        if isinstance(name, ast.Name) and name.id in wanted:
            yield text


def _each(node: ast.expr) -> Sequence[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]


def _labels(value: ast.expr) -> Iterator[ast.expr]:
    """Yield the labels of a list of choices, or the value itself."""
    if not isinstance(value, ast.List | ast.Tuple):
        yield value
        return
    for choice in value.elts:
        # GET is GET in every language: a value that is its own label.
        if isinstance(choice, ast.Tuple) and len({*map(ast.dump, choice.elts)}) > 1:
            yield from choice.elts[1:]


def _literals(node: ast.expr) -> Iterator[ast.expr]:
    """Yield the texts with letters of which ``node`` is made, but those in calls."""
    if not isinstance(node, ast.Constant | ast.JoinedStr):
        for part in _parts(node):
            yield from _literals(part)
    elif any(map(str.isalpha, _written(node))):
        yield node


def _parts(node: ast.expr) -> Sequence[ast.expr]:
    match node:
        case ast.BinOp(left=left, op=ast.Mod()):
            return [left]
        case ast.BinOp(left=one, right=other) | ast.IfExp(body=one, orelse=other):
            return [one, other]
        case ast.Dict(values=parts) | ast.BoolOp(values=parts):
            return parts
        case ast.List(elts=parts) | ast.Tuple(elts=parts):
            return parts
        case ast.Call(func=ast.Attribute(value=text)):
            return [text]
    return []


def _written(node: ast.Constant | ast.JoinedStr) -> str:
    """Return what of ``node`` is a text of its own."""
    if isinstance(node, ast.JoinedStr):
        return "".join(
            _written(part) for part in node.values if isinstance(part, ast.Constant)
        )
    return node.value if isinstance(node.value, str) else ""
