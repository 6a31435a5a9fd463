"""What a check wanted and got, in words; looked up only for what somebody looks at."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.attribution.catalogue import FactKind, SubjectKind
from apps.postbacks.checks import Check
from apps.postbacks.comparing import FieldCondition

WORDS = {
    "an event": _("an event"),
    "a conversion change": _("a conversion change"),
    "organic": _("organic"),
    "attributed": _("attributed"),
    "given": _("given"),
    "not given": _("not given"),
    "no click": _("no click"),
}
"""What checks of ``OF_WORDS`` say, by the words they use."""
OF_WORDS = frozenset(("event", "conversion status", "sending mode", "consent"))


def in_words(check: Check, names: Mapping[str, Mapping[int, str]]) -> Check:
    """Return ``check`` as people read it; ``names`` holds rows' names by their ids."""
    if check.name in names:
        known = names[check.name]
        return check._replace(
            wanted=known.get(check.wanted, gettext("any")),
            got=known.get(check.got, gettext("none")),
            note=gettext(check.note) if check.note else "",
        )
    if check.name == "sample":
        share = gettext("the first %(share)s")
        wanted = share % {"share": _percent(check.wanted)}
        return check._replace(wanted=wanted, got=_percent(check.got))
    if check.name == "click age":
        limit = gettext("at most %(age)s") % {"age": _age(check.wanted)}
        return check._replace(wanted=limit, got=_age(check.got))
    if check.name == "attribution fact":
        wanted = ", ".join(_fact(one) for one in check.wanted)
        return check._replace(wanted=wanted, got=_fact(check.got))
    return _with_words(check)


def _fact(text: str) -> str:
    """Return what «device: install» means, or what came instead of a fact."""
    subject, _colon, fact = text.partition(": ")
    if not fact:
        return str(_word(text))
    return f"{SubjectKind(subject).label}: {FactKind(fact).label}"


def _with_words(check: Check) -> Check:
    if isinstance(check.wanted, FieldCondition):
        return check._replace(wanted=check.wanted.wanted)
    if check.name == "category" and check.note:
        words = gettext("The event is «%(name)s».")
        check = check._replace(note=words % {"name": check.note})
    if isinstance(check.wanted, list):
        wanted = ", ".join(check.wanted) or gettext("nothing")
        check = check._replace(wanted=wanted)
    if check.name in OF_WORDS:
        return check._replace(wanted=_word(check.wanted), got=_word(check.got))
    return check


def _word(value: Any) -> Any:
    return str(WORDS[value]) if value in WORDS else value


def _percent(parts: int) -> str:
    return f"{parts / 100:g} %"


def _age(age: timedelta | str) -> str:
    if isinstance(age, str):
        return str(WORDS[age])
    return gettext("%(hours)s h") % {"hours": f"{age.total_seconds() / 3600:.1f}"}
