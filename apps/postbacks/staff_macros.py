"""Macros that are not for postbacks of affiliates; the form and the import both ask."""

from apps.core.macros import TemplateError, is_staff_only
from apps.core.placeholders import macro_names


def staff_macros_in(text: object) -> set[str]:
    """Return the macros of ``text`` that an affiliate's postback must not use."""
    if not isinstance(text, str):
        return set()
    try:
        return {name for name in macro_names(text) if is_staff_only(name)}
    except TemplateError:
        return set()  # No template: its own field has said so, or it holds no macros.
