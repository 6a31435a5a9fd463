"""Secrets that stay stored while a person changes what is around them.

Whoever generates a form from an action's form

- calls ``stored`` on a stored secret's field before showing it;
- adds ``removal_fields`` to the form, so that an optional secret can be removed;
- completes what was posted with ``with_kept_secrets`` before validating it;
- asks again for the ``withheld_secrets``.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext

from apps.actions.fields import AddressMixin, SecretField

REMOVAL_SUFFIX = "__remove"


def removal_fields(
    form: type[forms.Form], stored: Mapping[str, str]
) -> dict[str, forms.BooleanField]:
    """Return a “remove it” checkbox for each optional secret that is stored.

    Keys are the secret's name with ``REMOVAL_SUFFIX``.
    """
    return {
        name + REMOVAL_SUFFIX: forms.BooleanField(
            required=False,
            label=gettext("Remove the stored %(secret)s")
            % {"secret": str(field.label or name).lower()},
        )
        for name, field in form.base_fields.items()
        if isinstance(field, SecretField) and not field.required and stored.get(name)
    }


def with_kept_secrets(
    form: type[forms.Form],
    posted: Mapping[str, Any],
    stored: Mapping[str, str],
    settings: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the raw values an action's form is to validate.

    A secret that was left blank is the stored one, unless its removal was ticked or it
    is withheld. ``posted`` may hold the names of ``removal_fields``; ``settings`` are
    the plain values that are stored with the secrets.
    """
    raw = {name: posted.get(name) for name in form.base_fields}
    withheld = withheld_secrets(form, posted, stored, settings)
    for name in _blank(form, posted):
        raw[name] = ""
    for name in _kept(form, posted, stored):
        raw[name] = "" if name in withheld else stored[name]
    return raw


def withheld_secrets(
    form: type[forms.Form],
    posted: Mapping[str, Any],
    stored: Mapping[str, str],
    settings: Mapping[str, Any],
) -> list[str]:
    """Return the names of secrets that must be typed again, though they are stored.

    They would be sent to an address that was not theirs. Otherwise whoever may change
    the address, and no more, could read them at a server of their own.
    """
    has_moved = any(
        field.receiver(posted.get(name)) != field.receiver(settings.get(name))
        for name, field in form.base_fields.items()
        if isinstance(field, AddressMixin)
    )
    return _kept(form, posted, stored) if has_moved else []


def _kept(
    form: type[forms.Form], posted: Mapping[str, Any], stored: Mapping[str, str]
) -> list[str]:
    """Return the names of stored secrets that were neither typed anew nor removed."""
    return [
        name
        for name in _blank(form, posted)
        if stored.get(name)
        and (form.base_fields[name].required or not posted.get(name + REMOVAL_SUFFIX))
    ]


def _blank(form: type[forms.Form], posted: Mapping[str, Any]) -> list[str]:
    return [
        name
        for name, field in form.base_fields.items()
        if isinstance(field, SecretField) and not posted.get(name)
    ]
