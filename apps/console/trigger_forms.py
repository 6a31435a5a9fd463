"""Forms of the page «Trigger event»: which event, and what it carries."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.events.categories import FieldType
from apps.events.models import OfferEventField
from apps.ingest.configuration import EventConfig
from apps.ingest.refusals import RefusedError

OWN = "field_"
"""Before the names of custom fields: they must not hide the form's own fields."""


class EventChoice(forms.Form):
    """Which event; a GET form, so that a link can name one."""

    event = forms.TypedChoiceField(
        label=_("Event"), coerce=int, widget=forms.Select(attrs={"data-submits": ""})
    )

    def __init__(self, events: Sequence[EventConfig], *args: Any) -> None:
        super().__init__(*args)
        self.by_id = {one.type_id: one for one in events}
        field = self.fields["event"]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", gettext("Choose an event"))] + [
                (str(one.type_id), one.name) for one in events
            ]

    @property
    def chosen(self) -> EventConfig:
        """The event of a valid choice."""
        return self.by_id[self.cleaned_data["event"]]


class TriggerForm(forms.Form):
    """What the event carries: an amount, its custom fields, and why it is triggered."""

    amount = forms.DecimalField(
        label=_("Amount"),
        required=False,
        min_value=Decimal(0),
        decimal_places=6,
        help_text=_("What the person paid; needed where terms are a percentage."),
    )
    order_id = forms.CharField(
        required=False,
        max_length=120,
        label=_("Order"),
        help_text=_("An order counts once."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=200,
        help_text=_("For those who read the log later."),
    )

    def __init__(
        self, event: EventConfig, own: Sequence[OfferEventField], *args: Any
    ) -> None:
        super().__init__(*args)
        self.own = own
        self.fields = {
            **{f"{OWN}{one.name}": _field(one) for one in own},
            **self.fields,
        }

    @property
    def has_required(self) -> bool:
        """Tell whether something must be filled in first."""
        return any(field.required for field in self.fields.values())

    def values(self) -> dict[str, str]:
        """Return the form's own fields as a sender would have sent them."""
        return {name: self._text(name) for name in ("amount", "order_id", "reason")}

    def custom_fields(self) -> dict[str, str]:
        """Return the custom fields by their names (R193)."""
        return {one.name: self._text(f"{OWN}{one.name}") for one in self.own}

    def refuse(self, refusal: RefusedError) -> None:
        """Put a refusal beside the field that it is about."""
        if not self.is_bound:
            return
        code, _, name = refusal.reason.partition(":")
        places = {"bad_amount": "amount", "bad_field": name, "missing_field": name}
        place = places.get(code, "")
        named = f"{OWN}{place}" if f"{OWN}{place}" in self.fields else place
        self.add_error(named if named in self.fields else None, refusal.detail)

    def _text(self, name: str) -> str:
        value = getattr(self, "cleaned_data", {}).get(name)
        if value is None:
            return ""
        return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _field(own: OfferEventField) -> forms.Field:
    """Return the form field of a custom field, by its type (R190 to R192)."""
    shared: dict[str, Any] = {
        "required": own.is_required,
        "label": own.label or own.name,
        "help_text": gettext("The custom field «%(name)s».") % {"name": own.name},
    }
    if own.type == FieldType.NUMBER:
        return forms.DecimalField(**shared)
    if own.type == FieldType.DATE:
        return forms.DateField(
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **shared
        )
    return forms.CharField(max_length=1_000, **shared)
