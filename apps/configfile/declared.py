"""Settings that an action declares: shortened for the file, checked as its form does.

Secrets are never in the file. It names those a row has; where one is not in the
database, it is kept there with a blank value: the row waits for it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from django.utils.translation import gettext as _

from apps.actions import registry
from apps.actions.fields import SecretField
from apps.actions.kept_secrets import with_kept_secrets, withheld_secrets

Form = type[forms.Form]


@dataclass(frozen=True, slots=True)
class Stored:
    """What a row has already: plain settings, and the secrets with them."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """Settings as a row keeps them, or what is wrong with them by setting."""

    settings: dict[str, Any]
    secrets: dict[str, str]
    problems: list[tuple[str, str]]

    @property
    def awaited(self) -> list[str]:
        """The secrets that somebody has to enter."""
        return sorted(name for name, value in self.secrets.items() if not value)


def connection_form(kind: str) -> Form | None:
    """Return the form of a kind's credentials, ``None`` for an unknown kind."""
    found = _action(kind)
    return found.ConnectionForm if found else None


def rule_form(kind: str) -> Form | None:
    """Return the form of what a rule of a kind sends, ``None`` for an unknown one."""
    found = _action(kind)
    return found.RuleForm if found else None


def _action(kind: str) -> Any:
    try:
        return registry.get(kind)
    except registry.UnknownActionError:
        return None


def sparse(form: Form | None, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return what differs from the form's defaults; all of it for an unknown kind."""
    if form is None:
        return dict(stored)
    return {
        name: stored[name]
        for name, declared in form.base_fields.items()
        if name in stored
        and not isinstance(declared, SecretField)
        and not _are_same(stored[name], initial(declared))
    }


def complete(form: Form | None, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``given`` beside the defaults of the form, unchecked."""
    if form is None:
        return dict(given)
    plain = {
        name: initial(declared)
        for name, declared in form.base_fields.items()
        if not isinstance(declared, SecretField)
    }
    return {**plain, **given}


def initial(declared: forms.Field) -> Any:
    """Return what a setting is when nobody says anything; «» for a text."""
    found = declared.initial() if callable(declared.initial) else declared.initial
    return "" if found is None else found


def check(
    form: Form,
    given: Mapping[str, Any],
    named: Collection[str],
    stored: Stored,
) -> Checked:
    """Validate ``given`` as the form on the screen does, with the stored secrets.

    What the form misses because a secret is not here is no problem: it is waited for.
    ``named`` are the secrets that the file says the row has.
    """
    problems = [*_foreign(form, given), *_unknown_secrets(form, named)]
    known = {name: value for name, value in given.items() if name in _plain(form)}
    posted = complete(form, known)
    kept = {name: value for name, value in stored.secrets.items() if value}
    moved = withheld_secrets(form, posted, kept, stored.settings)
    if moved:
        problems.append(("", _moved(moved)))
    bound = form(with_kept_secrets(form, posted, kept, stored.settings))
    bound.is_valid()
    awaited = (set(named) | set(stored.secrets)) & _secret(form) - set(kept)
    for name, errors in bound.errors.items():
        if name in _secret(form) and name not in kept:
            awaited.add(name)
        else:
            key = "" if name == NON_FIELD_ERRORS else name
            problems += [(key, str(text)) for text in errors]
    plain = {n: bound.cleaned_data.get(n) for n in _plain(form)}
    return Checked(plain, {**kept, **dict.fromkeys(sorted(awaited), "")}, problems)


def _foreign(form: Form, given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what is no setting of the form, or no value that it could take."""
    for name, value in given.items():
        declared = form.base_fields.get(name)
        if declared is None:
            yield (
                name,
                _("There is no such setting. Known: %(names)s.")
                % {"names": listed(_plain(form))},
            )
        elif isinstance(declared, SecretField):
            yield (
                name,
                _(
                    "This is a secret: take it out of the file, name it under "
                    "«secrets», and enter it on the screen after the import."
                ),
            )
        elif problem := _wrong_type(declared, value):
            yield name, problem


def _wrong_type(declared: forms.Field, value: Any) -> str:
    if isinstance(declared, forms.MultipleChoiceField):
        is_right = isinstance(value, list) and all(isinstance(v, str) for v in value)
        return "" if is_right else _("Write a list of texts.")
    if isinstance(declared, forms.CharField | forms.ChoiceField):
        return "" if isinstance(value, str) else _("Write a text; put it in quotes.")
    if isinstance(declared, forms.BooleanField):
        return "" if isinstance(value, bool) else _("Write true or false.")
    is_wrong = isinstance(value, bool | list | dict)
    return _("Write a single value.") if is_wrong else ""


def _unknown_secrets(form: Form, named: Collection[str]) -> Iterator[tuple[str, str]]:
    for name in sorted(set(named) - _secret(form)):
        known = listed(_secret(form))
        words = _("«%(name)s» is no secret here. Known: %(names)s.")
        yield "secrets", words % {"name": name, "names": known}


def _plain(form: Form) -> set[str]:
    return set(form.base_fields) - _secret(form)


def _secret(form: Form) -> set[str]:
    return {n for n, f in form.base_fields.items() if isinstance(f, SecretField)}


def _moved(names: Iterable[str]) -> str:
    return _(
        "The address changed, so the secrets (%(names)s) have to be entered again: "
        "change the address on the screen, then import."
    ) % {"names": listed(names)}


def listed(names: Iterable[str]) -> str:
    """Return names in the order of the alphabet, separated by commas."""
    return ", ".join(sorted(names)) or _("none")


def _are_same(one: Any, other: Any) -> bool:
    if _is_blank(one) or _is_blank(other):
        return _is_blank(one) and _is_blank(other)
    return type(one) is type(other) and bool(one == other)


def _is_blank(value: Any) -> bool:
    """Tell what a form takes for nothing; the number 0 is something."""
    return value is None or value is False or value in ("", [], {})
