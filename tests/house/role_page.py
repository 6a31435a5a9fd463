"""The page of the roles, made from what ``apps/accounts/roles.py`` grants."""

from django.apps import apps

from apps.accounts.roles import EDIT, GRANTS, SPECIAL, group_name
from tests.house.tree import ROOT

PAGE = ROOT / "docs" / "roles.md"
HEAD = """# Roles

Every user has one role ([why](adr/0003-roles.md)). This table is made from `apps/accounts/roles.py` by `make docs`; `manage.py sync_roles` brings the groups to it. Groups that a user is given besides only add to it. “All” is see, add, change and delete.

A screen's further pages and buttons (Send test, Change status, Replay …) take the right to change what they belong to. Logs have no form: to change them is to act, e.g. to resend a delivery. To change the config version is to import a [configuration file](configuration.md). Users of the role Affiliate see their own rows only ([what is theirs](adr/0013-affiliates.md)), and of offers those they are on.
"""
WORDS = {
    (): "",
    ("view",): "see",
    ("view", "change"): "see, change",
    ("view", "add", "change"): "see, add, change",
    EDIT: "all",
}
FURTHER = {"unmask": "see people unmasked", "erase": "erase people"}


def expected() -> str:
    """Return the page as it should be."""
    roles = list(GRANTS)
    lines = [
        HEAD,
        "| | " + " | ".join(map(group_name, roles)) + " |",
        "|---" * (len(roles) + 1) + "|",
    ]
    for name in dict.fromkeys(n for role in roles for n in _granted(role)):
        cells = [_words(_granted(role).get(name, ())) for role in roles]
        label = str(apps.get_model(name)._meta.verbose_name_plural)
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    for right in dict.fromkeys(n for names in SPECIAL.values() for n in names):
        cells = ["yes" if right in SPECIAL.get(role, ()) else "" for role in roles]
        lines.append(f"| `{right}` | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _granted(role: object) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    grants = next(given for known, given in GRANTS.items() if known == role)
    for names, verbs in grants.items():
        for name in names:
            found[name] = found.get(name, ()) + verbs
    return found


def _words(verbs: tuple[str, ...]) -> str:
    plain = tuple(verb for verb in verbs if verb not in FURTHER)
    further = [FURTHER[verb] for verb in verbs if verb in FURTHER]
    return ", ".join(filter(None, [WORDS[plain], *further]))


def write() -> None:
    """Write the page; the models must be loaded."""
    PAGE.write_text(expected())
