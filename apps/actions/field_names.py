"""Lists of name=value where the names are fields at a provider."""

import re
from collections.abc import Collection
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from apps.actions.fields import PairsTemplateField
from apps.core.form_templates import compile_form

# What some providers' names hold besides letters: "Call Date", "address-2".
_is_name = re.compile(r"[\w][\w .-]*").fullmatch
EXAMPLE: Final = "first_name"


class NamedFieldsField(PairsTemplateField):
    """Fields at a provider with macros, one ``name=value`` a line, each name once.

    ``reserved`` names, in any case, are written from fields of the form's own.
    """

    def __init__(self, *, reserved: Collection[str] = (), **kwargs: Any) -> None:
        """Take what a ``CharField`` takes."""
        super().__init__(**kwargs)
        self.reserved = frozenset(name.lower() for name in reserved)

    def clean(self, value: Any) -> str:
        """Return the lines with canonical macro names.

        Raises ``ValidationError`` naming the field that cannot be sent.
        """
        text = super().clean(value)
        seen: set[str] = set()
        for name in names_in(text):
            if not _is_name(name):
                raise ValidationError(
                    gettext(
                        "“%(name)s” is no name of a field. Write for example "
                        "%(example)s."
                    )
                    % {"name": name, "example": EXAMPLE}
                )
            if name.lower() in self.reserved:
                raise ValidationError(
                    gettext(
                        "“%(name)s” has a place of its own in this form. Remove the "
                        "line."
                    )
                    % {"name": name}
                )
            if name in seen:
                raise ValidationError(
                    gettext("“%(name)s” is there twice. Remove one line.")
                    % {"name": name}
                )
            seen.add(name)
        return text


def names_in(text: str) -> list[str]:
    """Return the names of checked ``name=value`` lines, in order."""
    return [name for name, _ in compile_form(text).pairs]
