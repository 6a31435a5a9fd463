"""Postbacks on attribution facts: their fields, their advice, what is refused."""

from typing import Any

from django import forms
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
from apps.postbacks.models import PostbackRule, SendingMode, TriggerKind

FACT_FIELDS = ["subject_kind", "facts", "sending_mode"]
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
