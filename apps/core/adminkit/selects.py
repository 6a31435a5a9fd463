"""A select whose options are drawn in one go."""

from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

CHOSEN = SafeString(" selected")


class LongSelect(forms.Select):
    """A select of some hundred options, without groups.

    Django renders two templates for each option: the time zones alone take longer than
    all the rest of a form.
    """

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: Any = None,
    ) -> SafeString:
        """Return the element as HTML."""
        attributes = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        chosen = self.format_value(value)
        options = (
            (key, CHOSEN if str(key) in chosen else "", label)
            for key, label in self.choices
        )
        drawn = format_html_join("", '<option value="{}"{}>{}</option>', options)
        return format_html("<select{}>{}</select>", flatatt(attributes), drawn)
