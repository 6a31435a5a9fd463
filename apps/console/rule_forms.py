"""The two steps of adding a postback or a connection, and the confirmations."""

from typing import Any

from django import forms

from apps.actions import registry
from apps.core.adminkit.scoping import visible
from apps.offers.models import Offer
from apps.postbacks.models import PostbackRule, RuleStatus, TriggerKind


class StartForm(forms.Form):
    """Step 1: nothing is stored; «Next» puts the choices into the address."""

    offer = forms.ModelChoiceField(
        Offer.objects.none(),
        required=False,
        empty_label="Every offer",
        help_text="It cannot be changed later.",
    )
    trigger = forms.ChoiceField(
        choices=TriggerKind.choices,
        widget=forms.RadioSelect,
        initial=TriggerKind.CONVERSION_DONE,
    )
    action = forms.ChoiceField(widget=forms.RadioSelect)

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offers = self.fields["offer"]
        if isinstance(offers, forms.ModelChoiceField):
            offers.queryset = visible(Offer.objects.order_by("name"), user)
        self.fields["action"] = action_field()


class ConnectionStartForm(forms.Form):
    """Step 1 of a connection: for which action."""

    kind = forms.ChoiceField(widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = action_field(only_with_connection=True)


def action_field(*, only_with_connection: bool = False) -> forms.ChoiceField:
    """Return the choice of an action, by group."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for action in registry.all_actions():
        if only_with_connection and not action.uses_connection():
            continue
        label = f"{action.label}: {action.help}"
        groups.setdefault(action.group.value, []).append((action.kind, label))
    return forms.ChoiceField(choices=list(groups.items()), widget=forms.RadioSelect)


class StatusForm(forms.Form):
    """Switch a postback, with a reason for the log."""

    status = forms.ChoiceField(
        choices=[
            (RuleStatus.ACTIVE, RuleStatus.ACTIVE.label),
            (RuleStatus.DISABLED, RuleStatus.DISABLED.label),
        ]
    )
    reason = forms.CharField(required=False, max_length=300)


class TypedDeleteForm(forms.Form):
    """Deletes only when the number was typed (R100)."""

    typed = forms.CharField(label="Type the postback's number to delete it")

    def __init__(self, rule: PostbackRule, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rule = rule
        self.fields["typed"].help_text = f"The number is {rule.pk}."

    def clean_typed(self) -> str:
        """Compare what was typed with the number."""
        typed = str(self.cleaned_data["typed"]).strip().lstrip("#")
        if typed != str(self.rule.pk):
            raise forms.ValidationError(
                f"Type {self.rule.pk} to confirm. Nothing was deleted."
            )
        return typed
