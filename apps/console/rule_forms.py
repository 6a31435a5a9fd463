"""The two steps of adding a postback or a connection, and the confirmations."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from apps.accounts.models import User
from apps.actions import registry
from apps.actions.base import Action, Group
from apps.actions.presets import PRESET_ACTION, PRESETS, Preset, PresetGroup
from apps.console.rule_words import TRIGGER_HINTS
from apps.core.adminkit.scoping import visible
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule, RuleStatus, TriggerKind
from apps.postbacks.staff_macros import staff_macros_in

PRESET_MARK = ":"
"""Between action and preset in the value of a card: «ping_url:voluum»."""


@dataclass(frozen=True, slots=True)
class Card:
    """One choice of step 1."""

    value: str
    label: StrOrPromise
    hint: StrOrPromise


class StartForm(forms.Form):
    """Step 1: nothing is stored; «Next» puts the choices into the address."""

    trigger = forms.ChoiceField(label=_("Trigger"), choices=TriggerKind.choices)
    offer = forms.ModelChoiceField(
        Offer.objects.none(),
        label=_("Offer"),
        required=False,
        empty_label=_("Every offer"),
        help_text=_("It cannot be changed later."),
    )
    action = forms.ChoiceField(
        label=_("Action"), error_messages={"required": _("Choose an action.")}
    )
    preset = forms.ChoiceField(
        label=_("Preset"),
        required=False,
        error_messages={"invalid_choice": _("There is no preset «%(value)s».")},
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offers = self.fields["offer"]
        if isinstance(offers, forms.ModelChoiceField):
            offers.queryset = visible(Offer.objects.order_by("name"), user)
        presets = self.fields["preset"]
        if isinstance(presets, forms.ChoiceField):
            presets.choices = [(one.key, one.label) for one in presets_for(user)]
        actions = self.fields["action"]
        if isinstance(actions, forms.ChoiceField):
            actions.choices = [(a.kind, a.label) for a in actions_for(user)]

    def clean_preset(self) -> str:
        """Refuse a preset of another action than the chosen one."""
        preset = str(self.cleaned_data["preset"])
        if preset and self.cleaned_data.get("action") != PRESET_ACTION:
            raise forms.ValidationError(gettext("Only “Ping URL” has presets."))
        return preset


class ConnectionStartForm(forms.Form):
    """Step 1 of a connection: for which action."""

    kind = forms.ChoiceField(
        label=_("Kind"), error_messages={"required": _("Choose an action.")}
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = self.fields["kind"]
        if isinstance(kinds, forms.ChoiceField):
            kinds.choices = [(a.kind, a.label) for a in actions_with_connection(user)]


def trigger_cards() -> list[Card]:
    """Return the triggers to choose from."""
    return [
        Card(kind, str(kind.label), str(hint)) for kind, hint in TRIGGER_HINTS.items()
    ]


def action_cards(actions: list[Action]) -> list[tuple[str, list[Card]]]:
    """Return ``actions`` to choose from, by group."""
    return [(str(group.label), cards) for group, cards in _by_group(actions).items()]


def _by_group(actions: list[Action]) -> dict[Group, list[Card]]:
    groups: dict[Group, list[Card]] = {}
    for action in actions:
        card = Card(action.kind, action.label, action.help)
        groups.setdefault(action.group, []).append(card)
    return groups


def rule_cards(user: User) -> list[tuple[str, list[Card]]]:
    """Return what a postback can do; presets follow the group of their action."""
    cards = []
    for group, own in _by_group(actions_for(user)).items():
        cards.append((str(group.label), own))
        if group is Group.WEB:
            cards += [
                (f"{group.label}: {name.label}", _presets_of(name, user))
                for name in PresetGroup
            ]
    return cards


def presets_for(user: User) -> list[Preset]:
    """Return the presets whose macros ``user`` may use."""
    is_staff = user.affiliate_id is None
    return [
        preset
        for preset in PRESETS.values()
        if is_staff or not any(map(staff_macros_in, preset.settings.values()))
    ]


def _presets_of(group: PresetGroup, user: User) -> list[Card]:
    return [
        Card(f"{PRESET_ACTION}{PRESET_MARK}{one.key}", one.label, one.help)
        for one in presets_for(user)
        if one.group is group
    ]


def actions_for(user: User) -> list[Action]:
    """Return the actions that ``user`` may give to a postback."""
    is_staff = user.affiliate_id is None
    return [a for a in registry.all_actions() if is_staff or a.is_for_affiliates]


def actions_with_connection(user: User) -> list[Action]:
    """Return those that can use a connection."""
    return [action for action in actions_for(user) if action.uses_connection()]


class StatusForm(forms.Form):
    """Switch a postback, with a reason for the log."""

    status = forms.ChoiceField(
        label=_("Status"),
        choices=[
            (RuleStatus.ACTIVE, RuleStatus.ACTIVE.label),
            (RuleStatus.DISABLED, RuleStatus.DISABLED.label),
        ],
        help_text=_(
            "A disabled postback never fires. What it was about to send is "
            "held, and sent when it is active again."
        ),
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=300,
        help_text=_("For those who read the log later."),
    )


class TypedDeleteForm(forms.Form):
    """Deletes only when the number was typed (R100)."""

    typed = forms.CharField(
        label=_("Postback's number"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def __init__(self, rule: PostbackRule, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rule = rule
        self.fields["typed"].help_text = gettext("Type %(word)s to confirm.") % {
            "word": rule.pk
        }

    def clean_typed(self) -> str:
        """Compare what was typed with the number."""
        typed = str(self.cleaned_data["typed"]).strip().lstrip("#")
        if typed != str(self.rule.pk):
            raise forms.ValidationError(
                gettext("Type %(word)s to confirm. Nothing was deleted.")
                % {"word": self.rule.pk}
            )
        return typed
