"""The form of a row whose settings an action declares: a connection or a postback.

The row keeps plain values in ``settings`` and secret ones in ``sealed_secrets``. The
declared fields travel with a prefix, so they cannot meet the row's own.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.utils import pretty_name
from django.utils.translation import gettext_lazy as _

from apps.actions.fields import ListNameField, SecretField
from apps.actions.kept_secrets import (
    removal_fields,
    with_kept_secrets,
    withheld_secrets,
)
from apps.console.list_choices import list_choice
from apps.core import secret_box

PREFIX = "cfg_"
ADDRESS_CHANGED = _(
    "The address changed, so enter the secrets again: they would be sent to the new "
    "address."
)


class SettingsForm(forms.ModelForm[Any]):
    """A model form with the fields of ``declared``; made by ``form_with``."""

    declared: type[forms.Form]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept = secret_box.unseal(self.instance.sealed_secrets)
        self.before: Mapping[str, Any] = self.instance.settings
        self.values: Mapping[str, Any] = {}
        for name in self.declared.base_fields:
            field = self.fields[PREFIX + name]
            if isinstance(field, SecretField):
                if self.kept.get(name):
                    field.stored(self.kept[name])
            elif name in self.instance.settings:
                self.initial[PREFIX + name] = self.instance.settings[name]

    def clean(self) -> dict[str, Any] | None:
        """Have the action check its values, kept secrets in their places."""
        cleaned = super().clean()
        posted = {
            name.removeprefix(PREFIX): self[name].data
            for name in self.fields
            if name.startswith(PREFIX)
        }
        known = (self.declared, posted, self.kept, self.before)
        for name in withheld_secrets(*known):
            self.add_error(PREFIX + name, ADDRESS_CHANGED)
        form = self.declared(with_kept_secrets(*known))
        if not form.is_valid():
            for name, errors in form.errors.as_data().items():
                key = PREFIX + name if name in form.fields else None
                if key not in self.errors:  # its own check has spoken already
                    self.add_error(key, errors)
        self.values = form.cleaned_data
        return cleaned

    def _post_clean(self) -> None:
        """Put the values onto the row before Django validates it."""
        secret = {
            name
            for name, field in self.declared.base_fields.items()
            if isinstance(field, SecretField)
        }
        self.instance.settings = {
            name: value for name, value in self.values.items() if name not in secret
        }
        self.instance.sealed_secrets = secret_box.seal(
            {name: self.values[name] for name in secret if self.values.get(name)}
        )
        super()._post_clean()  # type: ignore[misc]


def form_with(
    declared: type[forms.Form],
    obj: Any,
    *,
    base: type[SettingsForm] = SettingsForm,
    **attributes: Any,
) -> type[SettingsForm]:
    """Return the form for ``obj``, whose settings ``declared`` describes.

    ``attributes`` are set on the class: what ``base`` needs to know.
    """
    own = {**declared().fields, **removal_fields(declared, _kept(obj))}
    settings = obj.settings if obj else {}
    hides_lists = bool(attributes.get("is_for_affiliate"))
    fields = {
        PREFIX + name: list_choice(field, settings.get(name, ""), hides_lists)
        if isinstance(field, ListNameField)
        else field
        for name, field in own.items()
    }
    for name, field in fields.items():
        field.label = field.label or pretty_name(name.removeprefix(PREFIX))
    return type(
        "DeclaredSettingsForm", (base,), {"declared": declared, **attributes, **fields}
    )


def setting_names(declared: type[forms.Form], obj: Any) -> list[str]:
    """Return the prefixed names of all fields, removal boxes of ``obj`` included."""
    names = [*declared.base_fields, *removal_fields(declared, _kept(obj))]
    return [PREFIX + name for name in names]


def _kept(obj: Any) -> dict[str, str]:
    return secret_box.unseal(obj.sealed_secrets) if obj else {}


def shown_settings(obj: Any) -> list[tuple[str, str]]:
    """Return the settings for somebody who may only look; secrets are masked."""
    secrets = secret_box.unseal(obj.sealed_secrets)
    plain = [(pretty_name(name), str(value)) for name, value in obj.settings.items()]
    return plain + [(pretty_name(n), secret_box.mask(v)) for n, v in secrets.items()]
