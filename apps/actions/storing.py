"""What a row keeps of an action's form: plain values, and secret ones apart."""

from collections.abc import Mapping
from typing import Any

from django import forms

from apps.actions.fields import SecretField


def stored_values(
    form: type[forms.Form], typed: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the plain and the secret values of what was typed beside the defaults.

    Raises ``ValueError`` naming the fields that are wrong, never a value.
    """
    initial = {name: field.initial for name, field in form.base_fields.items()}
    bound = form({**initial, **typed})
    if not bound.is_valid():
        raise ValueError(f"Wrong settings: {bound.errors.as_json()}")
    plain: dict[str, Any] = {}
    secret: dict[str, str] = {}
    for name, value in bound.cleaned_data.items():
        if not isinstance(form.base_fields.get(name), SecretField):
            plain[name] = value
        elif value:
            secret[name] = value
    return plain, secret
