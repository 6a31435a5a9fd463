"""Settings of the file as their actions' forms clean them, before they are compared.

So a file that says the same in other words changes nothing, and the second import of a
file is none. What is the same as in the database is not checked again.
"""

from typing import Any

from django.utils.translation import gettext as _

from apps.actions import registry
from apps.configfile import declared
from apps.configfile.documents import Document, Entry, Key, Problem
from apps.configfile.exporting import Stored
from apps.configfile.shapes import SHAPES
from apps.core import secret_box

KIND_OF = {"connections": "kind", "rules": "action"}
"""The sections with settings, and the column that says whose form they have."""
Settled = dict[tuple[str, Key], declared.Checked]
"""What rows are to keep, by section and key."""


def settle(wanted: Document, stored: Stored) -> tuple[Settled, list[Problem]]:
    """Clean the settings of ``wanted`` in place; return what rows are to keep."""
    found: Settled = {}
    problems: list[Problem] = []
    for section, kind in KIND_OF.items():
        here = stored.document[section]
        entries = [
            (key, entry)
            for key, entry in wanted[section].items()
            if not (key in here and _are_same(entry, here[key], kind))
            and not {kind, "settings", "secrets"} & entry.unread
        ]
        before = _before(section, stored, [key for key, _entry in entries])
        for key, entry in entries:
            checked = _checked(section, entry, before.get(key, declared.Stored()))
            problems += [entry.problem(*one) for one in checked.problems]
            found[section, key] = checked
    return found, problems


def _are_same(wanted: Entry, current: Entry, kind: str) -> bool:
    here, there = current.values, wanted.values
    is_same = all(here[n] == there[n] for n in (kind, "settings"))
    return is_same and set(there["secrets"]) <= set(here["secrets"])


def _checked(section: str, entry: Entry, before: declared.Stored) -> declared.Checked:
    """Return the settings of an entry as its row is to keep them."""
    kind_column = KIND_OF[section]
    kind = entry.values[kind_column]
    is_rule = section == "rules"
    form = (declared.rule_form if is_rule else declared.connection_form)(kind)
    given, named = entry.values["settings"], entry.values["secrets"]
    if form is None:
        return declared.Checked({}, {}, [(kind_column, _unknown(kind))])
    if is_rule and entry.values["is_archived"]:
        # It never fires again, so it may be what no form would take today.
        secrets = {**dict.fromkeys(named, ""), **before.secrets}
        return declared.Checked(declared.complete(form, given), secrets, [])
    checked = declared.check(form, given, named, before)
    if not checked.problems:
        entry.values["settings"] = declared.sparse(form, checked.settings)
    return declared.Checked(
        checked.settings,
        checked.secrets,
        [(_place(name), text) for name, text in checked.problems],
    )


def _place(name: str) -> str:
    if name == "secrets":
        return name
    return f"settings.{name}" if name else "settings"


def _before(
    section: str, stored: Stored, keys: list[Key]
) -> dict[Key, declared.Stored]:
    """Return what those rows have that are there already."""
    places = {
        stored.rows[section][key]: key for key in keys if key in stored.rows[section]
    }
    rows: Any = SHAPES[section].model._default_manager  # noqa: SLF001 - Django's documented model API
    return {
        places[row.pk]: declared.Stored(
            row.settings, secret_box.unseal(row.sealed_secrets)
        )
        for row in (rows.filter(pk__in=places) if places else ())
    }


def _unknown(kind: str) -> str:
    known = declared.listed(action.kind for action in registry.all_actions())
    if not kind:
        return _("It is missing. Known: %(names)s.") % {"names": known}
    words = _("There is no action «%(kind)s». Known: %(names)s.")
    return words % {"kind": kind, "names": known}
