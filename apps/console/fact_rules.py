"""Postbacks on attribution facts: their fields, their advice, what is refused."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.actions.presets import Preset
from apps.attribution.catalogue import (
    ABOUT,
    GUIDANCE,
    FactKind,
    SubjectKind,
    facts_of,
)
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule, RuleStatus, SendingMode, TriggerKind

FACT_FIELDS = ["subject_kind", "facts", "sending_mode"]
NO_FACTS: dict[str, Any] = {"facts": [], "subject_kind": ""}
READY_MADE = (
    FactKind.INSTALL,
    FactKind.RE_ENGAGEMENT,
    FactKind.RE_INSTALL,
    FactKind.FIRST_PURCHASE,
    FactKind.PURCHASE,
    FactKind.FIRST_REGISTRATION,
)
"""What an integrated partner is usually told of; only the sending mode is left."""


def facts_field() -> forms.Field:
    """Return the facts to be ticked."""
    return forms.MultipleChoiceField(
        choices=FactKind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy(
            "CA facts belong to the current attribution and suit remarketing; the "
            "others belong to the first appearance and suit new audiences."
        ),
    )


def first_facts(trigger: str, preset: Preset | None) -> dict[str, Any]:
    """Return what a new postback on facts begins with.

    For an integrated partner everything is ticked; otherwise people choose.
    """
    if trigger != TriggerKind.ATTRIBUTION:
        return {}
    initial: dict[str, Any] = {
        "subject_kind": SubjectKind.DEVICE.value,
        "sending_mode": SendingMode.ATTRIBUTED.value,
    }
    if preset is not None:
        initial["facts"] = [one.value for one in READY_MADE]
    return initial


def fact_advice(offer: Offer | None) -> SafeString:
    """Return what each fact means and what it is good for (R158, R159)."""
    allowed = facts_of(offer.platform) if offer else frozenset(FactKind)
    rows = [
        (kind.label, kind.value, _subjects(kind), one.meaning, one.use)
        for kind, one in GUIDANCE.items()
        if kind in allowed
    ]
    return format_html(
        '<p>{}</p><details class="advice"><summary>{}</summary><dl>{}</dl></details>',
        _(
            "Sending mode: «Attributed» tells a partner of its own facts, «All» of "
            "everybody's, organic ones included. To send nothing, disable the postback."
        ),
        _("What each fact means, and when to use it"),
        format_html_join(
            "", "<dt>{} <code>{}</code> {}</dt><dd>{} <small>{}</small></dd>", rows
        ),
    )


def _subjects(kind: FactKind) -> str:
    return ", ".join(str(one.label) for one in SubjectKind if one in ABOUT[kind])


def facts_in_words(rule: PostbackRule) -> str:
    """Return which facts a postback listens to: "Install, Purchase · Device"."""
    names = ", ".join(str(FactKind(one).label) for one in rule.facts)
    return f"{names} · {rule.get_subject_kind_display()}"


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
