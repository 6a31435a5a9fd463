"""What a postback on attribution facts must be; the form and the import both ask."""

from collections.abc import Iterator
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from apps.attribution.catalogue import ABOUT, FactKind, SubjectKind, facts_of
from apps.offers.models import Offer
from apps.postbacks.models import RuleStatus, TriggerKind

NO_FACTS: dict[str, Any] = {"facts": [], "subject_kind": ""}


def fact_errors(
    trigger: str, cleaned: dict[str, Any], offer: Offer | None
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong about the facts; drop them for another trigger."""
    if "facts" not in cleaned:
        return
    if trigger != TriggerKind.ATTRIBUTION:
        cleaned |= NO_FACTS
        return
    facts = [FactKind(one) for one in cleaned["facts"]]
    subject = cleaned.get("subject_kind")
    if not facts:
        yield "facts", _("Choose at least one fact.")
    if not subject:
        yield "subject_kind", _("Choose whether it is about devices or users.")
    elif foreign := [one for one in facts if subject not in ABOUT[one]]:
        yield "facts", _not_about(foreign, SubjectKind(subject).label)
    if offer is not None and (text := not_told_by(offer.platform, facts)):
        yield "facts", text


def _not_about(facts: list[FactKind], subject: str | Promise) -> str:
    return _("No facts of this kind (%(subject)s): %(facts)s.") % {
        "subject": subject,
        "facts": _listed(facts),
    }


def not_told_by(platform: str, facts: list[FactKind]) -> str:
    """Return why offers of ``platform`` cannot tell all of ``facts``, or ""."""
    allowed = facts_of(platform)
    if not allowed:
        return _("Offers of this platform (VK Mini App) have no postbacks on facts.")
    refused = [one for one in facts if one not in allowed]
    if not refused:
        return ""
    return _("Offers of this platform do not tell: %(facts)s.") % {
        "facts": _listed(refused)
    }


def _listed(facts: list[FactKind]) -> str:
    return ", ".join(str(one.label) for one in facts)


def platform_error(offer: Offer, platform: str) -> str:
    """Return which postbacks keep an offer from changing its platform, or ""."""
    rules = offer.rules.unarchived().filter(trigger=TriggerKind.ATTRIBUTION)
    found = [
        f"#{rule.pk}"
        for rule in rules.exclude(status=RuleStatus.DISABLED).order_by("pk")
        if not_told_by(platform, [FactKind(one) for one in rule.facts])
    ]
    if not found:
        return ""
    return _(
        "These postbacks listen to facts that offers of this platform do not tell: "
        "%(rules)s. Change or disable them first."
    ) % {"rules": ", ".join(found)}
