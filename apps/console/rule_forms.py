"""The two steps of adding a postback or a connection, and the confirmations."""

from dataclasses import dataclass
from typing import Any

from django import forms

from apps.accounts.models import User
from apps.actions import registry
from apps.actions.base import Action, Group
from apps.actions.presets import PRESET_ACTION, PRESETS, Preset, PresetGroup
from apps.console.rule_settings import staff_macros_in
from apps.console.rule_words import TRIGGER_HINTS
from apps.core.adminkit.scoping import visible
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule, RuleStatus, TriggerKind

PRESET_MARK = ":"
"""Between action and preset in the value of a card: «ping_url:voluum»."""


@dataclass(frozen=True, slots=True)
class Card:
    """One choice of step 1."""

    value: str
    label: str
    hint: str


class StartForm(forms.Form):
    """Step 1: nothing is stored; «Next» puts the choices into the address."""

    trigger = forms.ChoiceField(choices=TriggerKind.choices)
    offer = forms.ModelChoiceField(
        Offer.objects.none(),
        required=False,
        empty_label="Every offer",
        help_text="It cannot be changed later.",
    )
    action = forms.ChoiceField(error_messages={"required": "Choose an action."})
    preset = forms.ChoiceField(
        required=False,
        error_messages={"invalid_choice": "There is no preset «%(value)s»."},
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
            raise forms.ValidationError("Only “Ping URL” has presets.")
        return preset


class ConnectionStartForm(forms.Form):
    """Step 1 of a connection: for which action."""

    kind = forms.ChoiceField(error_messages={"required": "Choose an action."})

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
    groups: dict[str, list[Card]] = {}
    for action in actions:
        card = Card(action.kind, action.label, action.help)
        groups.setdefault(action.group.value, []).append(card)
    return list(groups.items())


def rule_cards(user: User) -> list[tuple[str, list[Card]]]:
    """Return what a postback can do; presets follow the group of their action."""
    cards = []
    for group, own in action_cards(actions_for(user)):
        cards.append((group, own))
        if group == Group.WEB:
            cards += [
                (f"{group}: {name}", _presets_of(name, user)) for name in PresetGroup
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
        choices=[
            (RuleStatus.ACTIVE, RuleStatus.ACTIVE.label),
            (RuleStatus.DISABLED, RuleStatus.DISABLED.label),
        ],
        help_text="A disabled postback never fires. What it was about to send is "
        "held, and sent when it is active again.",
    )
    reason = forms.CharField(
        required=False, max_length=300, help_text="For those who read the log later."
    )


class TypedDeleteForm(forms.Form):
    """Deletes only when the number was typed (R100)."""

    typed = forms.CharField(
        label="Postback's number",
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def __init__(self, rule: PostbackRule, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rule = rule
        self.fields["typed"].help_text = f"Type {rule.pk} to confirm."

    def clean_typed(self) -> str:
        """Compare what was typed with the number."""
        typed = str(self.cleaned_data["typed"]).strip().lstrip("#")
        if typed != str(self.rule.pk):
            raise forms.ValidationError(
                f"Type {self.rule.pk} to confirm. Nothing was deleted."
            )
        return typed
