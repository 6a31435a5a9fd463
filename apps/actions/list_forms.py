"""What somebody says about an API that changes lists: address, key, paths, answers.

Whose API it is does not matter here: all of it can be changed (see ``list_calls``).
"""

from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from apps.actions.fields import SecretField
from apps.actions.pattern_syntax import PatternError
from apps.actions.patterns import compile_pattern
from apps.actions.providers import BaseUrlField
from apps.actions.redaction import MIN_LENGTH
from apps.actions.success import (
    SUCCESS_CHOICES,
    ConditionError,
    Success,
    compile_condition,
)
from apps.core.http import OWN_HEADERS

REMOVE: Final = "remove"


class ListConnectionForm(forms.Form):
    """Where the lists are, and the API key that may change them."""

    base_url = BaseUrlField(
        help_text=_(
            "From “API Doc” of the list, without the part that a postback adds as path."
        ),
    )
    # A shorter one could not be kept out of the log.
    api_key = SecretField(
        label=_("API key"),
        min_length=MIN_LENGTH,
        help_text=_("From “API Doc” of the list."),
    )
    auth_style = forms.ChoiceField(
        label=_("The key is sent as"),
        choices=[
            ("header", _("Header")),
            ("bearer", _("Authorization: Bearer")),
            ("query", _("Parameter of the URL")),
            ("body", _("Field of the body")),
        ],
        initial="header",
    )
    key_header = forms.RegexField(
        r"^[A-Za-z0-9-]{1,60}$",
        label=_("Name of the header"),
        initial="X-API-KEY",
        help_text=_("Letters, digits and hyphens."),
    )
    key_field = forms.RegexField(
        r"^[\w.-]{1,60}$",
        label=_("Name of the parameter or field"),
        initial="apiKey",
        help_text=_("For a key in the URL or in the body."),
    )
    body_format = forms.ChoiceField(
        label=_("Body format"),
        choices=[("form", _("Form")), ("json", _("JSON"))],
        initial="form",
    )

    def clean_key_header(self) -> str:
        """Refuse the headers that every request has already."""
        name = str(self.cleaned_data["key_header"])
        if name.lower() in OWN_HEADERS | {"content-type"}:
            raise ValidationError(
                gettext("%(name)s is not for keys. Look into “API Doc”.")
                % {"name": name}
            )
        return name


class PathField(forms.RegexField):
    """What comes after the base URL; ``{list_id}`` stands for the list."""

    def __init__(self, *, initial: str, label: StrOrPromise) -> None:
        """Take the path that is tried first, and what it does."""
        super().__init__(
            r"^(?:/(?!\.{1,2}(?:/|$))(?:[A-Za-z0-9_.~-]|\{list_id\})+)+$",
            label=label,
            initial=initial,
            max_length=200,
            help_text=_("Added to the base URL, as “API Doc” of the list tells."),
            error_messages={
                "invalid": _(
                    "Write a path such as /emails-add: letters, digits, hyphens "
                    "and slashes, and {list_id} for the list."
                )
            },
        )


class FieldNameField(forms.RegexField):
    """The name under which the receiver expects a value."""

    def __init__(self, *, initial: str, label: StrOrPromise) -> None:
        """Take the name that is tried first, and of what."""
        super().__init__(
            r"^[\w.\[\]-]{1,60}$",
            label=label,
            initial=initial,
            help_text=_("As “API Doc” of the list tells."),
        )


def list_id_field(**kwargs: Any) -> forms.RegexField:
    """Return the field of a list's id at the receiver; not needed by every path."""
    return forms.RegexField(
        r"^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,99}$",
        label=_("List id"),
        help_text=_("The number or key of the list, from its page or “API Doc”."),
        **kwargs,
    )


def operation_field() -> forms.ChoiceField:
    """Return the choice between adding and removing."""
    return forms.ChoiceField(
        label=_("What to do"),
        choices=[("add", _("Add to the list")), (REMOVE, _("Remove from the list"))],
        initial="add",
        help_text=_(
            "Careful with removing: whoever is removed can be contacted again, "
            "also those who asked never to be."
        ),
    )


class AnswerForm(forms.Form):
    """How the receiver's answers are to be read."""

    success = forms.ChoiceField(
        label=_("Success is"), choices=SUCCESS_CHOICES, initial=Success.JSON.value
    )
    success_value = forms.CharField(
        label=_("Expected"),
        required=False,
        max_length=500,
        initial="$.status==success",
        help_text=_(
            "Statuses: 200,202. JSON: $.status==success. Pattern: a regular "
            "expression without look-around."
        ),
    )
    duplicate_pattern = forms.CharField(
        label=_("It was on the list already when"),
        required=False,
        max_length=500,
        initial="(?i)already exist|duplicate",
        help_text=_(
            "A pattern in the body of a refusal, which then counts as success."
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Check the condition of success, and the patterns."""
        cleaned = super().clean() or self.cleaned_data
        if "success" in cleaned and "success_value" in cleaned:
            try:
                compile_condition(Success(cleaned["success"]), cleaned["success_value"])
            except ConditionError as error:
                self.add_error("success_value", str(error))
        for name in ("duplicate_pattern", "absent_pattern"):
            try:
                compile_pattern(cleaned.get(name) or "")
            except PatternError as error:
                problem = gettext("The pattern is not usable: %(problem)s")
                self.add_error(name, problem % {"problem": error})
        return cleaned


def absent_field() -> forms.CharField:
    """Return the pattern by which a removal of what is not there is known."""
    return forms.CharField(
        label=_("It was not on the list when"),
        required=False,
        max_length=500,
        initial="(?i)(contact|e-?mail|phone|number|value) (was )?not (found|exist)",
        help_text=_(
            "A pattern in the body of a refused removal, which then counts as "
            "success. It must not match the answer about an unknown list."
        ),
    )
