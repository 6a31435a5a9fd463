"""Names of macros: what is typed becomes the canonical name, or a helpful error."""

import difflib
import re

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core.macro_catalogue import FAMILIES, GROUPS, Macro

CATALOGUE: dict[str, Macro] = {
    macro.name: macro for macros in GROUPS.values() for macro in macros
}

_FAMILIES = {macro.name.partition(":")[0]: macro for macro in FAMILIES}
_ALIASES = [
    (macro.name, *alias.partition("|"))
    for macro in CATALOGUE.values()
    for alias in macro.aliases
]
# What is typed, without the filter it may imply -> canonical name with that filter.
_SPELLINGS = {alias: name + bar + implied for name, alias, bar, implied in _ALIASES} | {
    name: name for name in CATALOGUE
}

# Spellings of a family: "lead.email" (dotted) and MyTracker's "mtep_color".
_FAMILY_NAME = re.compile(
    r"(?:(field|lead|param|secret)[:.]|mtep_)([^|{}\x00-\x1f]+)", re.IGNORECASE
)

_REFUSED = {
    "amount": _(
        "{amount} is ambiguous: partners use it for three different sums. "
        "Write {payout}, {revenue} or {sale_amount}."
    ),
}


class TemplateError(ValueError):
    """A template that cannot be used, with a sentence for the person who wrote it."""


class UnknownMacroError(TemplateError):
    """A name that is in no catalogue."""


def resolve(written: str) -> str:
    """Return the canonical name for ``written``, in any case and any alias.

    The result may carry one filter that the alias implies: ``now_unix`` gives
    ``now|unix``. What follows the colon of a named value is somebody's own name, so
    its case counts: ``Lead.firstName`` gives ``lead:firstName``.

    Raises ``UnknownMacroError`` with near matches, and ``TemplateError`` for a name
    that is refused.
    """
    name = written.strip().lower()
    if known := _SPELLINGS.get(name):
        return known
    if family := _FAMILY_NAME.fullmatch(written.strip()):
        return f"{(family[1] or 'param').lower()}:{family[2].strip()}"
    if hint := _REFUSED.get(name):
        raise TemplateError(str(hint))
    raise UnknownMacroError(_unknown(written, name))


def macro_of(name: str) -> Macro:
    """Return the catalogue entry of a canonical ``name``, of its family if need be."""
    return CATALOGUE.get(name) or _FAMILIES[name.partition(":")[0]]


def is_staff_only(name: str) -> bool:
    """Tell whether rules of affiliate users must not use a canonical ``name``."""
    return macro_of(name).is_staff_only


def _unknown(written: str, name: str) -> str:
    near = difflib.get_close_matches(name, _SPELLINGS, n=3, cutoff=0.6)
    names = dict.fromkeys(_SPELLINGS[match].partition("|")[0] for match in near)
    if not names:
        words = gettext("Unknown macro {%(name)s}. Choose one from the list of macros.")
        return words % {"name": written}
    near_names = gettext(" or ").join(f"{{{match}}}" for match in names)
    words = gettext("Unknown macro {%(name)s}. Did you mean %(names)s?")
    return words % {"name": written, "names": near_names}
