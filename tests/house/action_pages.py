"""The pages of docs/actions and the table in the README, from the declarations.

``python -m tests.house.action_pages`` writes them; a test compares.
"""

import os
from pathlib import Path
from typing import Any

import django
from django import forms
from django.forms.utils import pretty_name

from apps.actions import registry
from apps.actions.fields import SecretField
from tests.house.tree import ROOT

PAGES = ROOT / "docs" / "actions"
README = ROOT / "README.md"
START, END = "<!-- actions -->", "<!-- end of actions -->"
HEAD = "| action | what it does | repeated when unclear |\n|---|---|---|\n"
FIELD_HEAD = "| field | meaning | default |\n|---|---|---|\n"
MAX_DEFAULT = 60


def page(action: Any) -> str:
    """Return the page of one action."""
    parts = [
        f"# {action.label}",
        f"{action.help}. In a postback's settings it is listed under *{action.group.label}*;"
        f" its stored name is `{action.kind}`."
        + (
            f" [The provider's documentation]({action.docs_url})."
            if action.docs_url
            else ""
        ),
        "## How it is sent",
        "\n".join(f"- {line}" for line in _facts(action)),
    ]
    if action.uses_connection():
        parts += ["## Connection", _fields(action.ConnectionForm)]
    parts += ["## Postback", _fields(action.RuleForm)]
    parts.append("*This page is made from the action's declaration by `make docs`.*")
    return "\n\n".join(parts) + "\n"


def table(actions: list[Any]) -> str:
    """Return the README's table."""
    return HEAD + "".join(
        f"| [{action.label}](docs/actions/{action.kind}.md) | {action.help} | "
        f"{'yes' if _repeats(action) else 'held for a person'} |\n"
        for action in actions
    )


def expected() -> dict[Path, str]:
    """Return every generated file with its text."""
    actions = registry.all_actions()
    before, _, rest = README.read_text().partition(START)
    after = rest.partition(END)[2]
    return {
        **{PAGES / f"{action.kind}.md": page(action) for action in actions},
        README: f"{before}{START}\n{table(actions)}{END}{after}",
    }


def _facts(action: Any) -> list[str]:
    repeats = (
        "An attempt that may have arrived is sent again."
        if _repeats(action)
        else "An attempt that may have arrived is **held** until somebody decides: "
        "the provider would act on it twice."
    )
    facts = [repeats]
    if "on_ambiguous" in action.RuleForm.base_fields:
        facts[0] += " Each postback can choose otherwise."
    if action.freshness_limit is not None:
        days = action.freshness_limit.total_seconds() / 86_400
        facts.append(f"Nothing that happened more than {days:g} days ago is sent.")
    if action.batch_size > 1:
        facts.append(
            f"Up to {action.batch_size:,} deliveries of a postback travel in one "
            "request; when it is refused, each is tried alone."
        )
    if action.deadline_seconds is not None:
        facts.append(f"An answer may take {action.deadline_seconds:g} seconds.")
    if not action.uses_connection():
        facts.append("It needs no connection.")
    elif not action.requires_connection:
        facts.append("A connection is optional.")
    return facts


def _repeats(action: Any) -> bool:
    initial = {n: f.initial for n, f in action.RuleForm.base_fields.items()}
    return bool(action.repeats_ambiguous(initial))


def _fields(form: type[forms.Form]) -> str:
    return FIELD_HEAD + "".join(
        f"| {_name(name, field)} | {_meaning(field)} | {_default(field)} |\n"
        for name, field in form.base_fields.items()
    )


def _name(name: str, field: Any) -> str:
    mark = "" if not field.required or isinstance(field, forms.BooleanField) else " *"
    return f"**{field.label or pretty_name(name)}**{mark}"


def _meaning(field: Any) -> str:
    parts = [str(field.help_text)] if field.help_text else []
    if isinstance(field, forms.ChoiceField):
        labels = ", ".join(str(label) for value, label in _choices(field) if value)
        parts.append(f"One of: {labels}.")
    if isinstance(field, SecretField):
        parts.append("Kept encrypted and never shown.")
    return _cell(" ".join(parts))


def _choices(field: Any) -> list[tuple[Any, Any]]:
    return list(field.choices)


def _default(field: Any) -> str:
    initial = field.initial
    if isinstance(field, forms.ChoiceField):
        initial = dict(_choices(field)).get(initial, initial)
        return _cell(str(initial or ""))
    if isinstance(field, forms.BooleanField):
        return "yes" if initial else "no"
    text = str(initial if initial not in (None, "") else "")
    if len(text) > MAX_DEFAULT or "\n" in text:
        return "a template, see the form"
    return f"`{_cell(text)}`" if text else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def main() -> None:
    """Write what is not as it should be, and delete pages of actions that are gone."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    files = expected()
    PAGES.mkdir(exist_ok=True)
    for gone in set(PAGES.glob("*.md")) - set(files):
        gone.unlink()
    for path, text in files.items():
        path.write_text(text)


if __name__ == "__main__":
    main()
