"""Request bodies that a person writes as a template: a form, JSON, or plain text."""

from collections.abc import Callable
from typing import Final, TypeAlias

from django.utils.translation import gettext_lazy as _

from apps.core.form_templates import FormTemplate, compile_form
from apps.core.json_templates import JsonTemplate, compile_json
from apps.core.placeholders import MissingValue, TextTemplate, Values, compile_text

BodyTemplate: TypeAlias = FormTemplate | JsonTemplate | TextTemplate

BODY_CHOICES: Final = [
    ("form", _("Form: one name=value a line")),
    ("json", _("JSON document")),
    ("text", _("Plain text")),
]
CONTENT_TYPES: Final = {
    "form": "application/x-www-form-urlencoded",
    "json": "application/json",
    "text": "text/plain; charset=utf-8",
}
_COMPILERS: Final[dict[str, Callable[[str], BodyTemplate]]] = {
    "form": compile_form,
    "json": compile_json,
    "text": compile_text,
}


def compile_body(body_format: str, text: str) -> BodyTemplate:
    """Compile ``text`` as a body of ``body_format``. Raises ``TemplateError``."""
    return _COMPILERS[body_format](text)


def render_body(
    body_format: str, text: str, values: Values, missing: MissingValue
) -> bytes:
    """Return the bytes of a body; an empty template is an empty body.

    Raises ``RenderError`` and ``TemplateError``.
    """
    if not text:
        return b""
    rendered = compile_body(body_format, text).render(values, missing)
    return rendered.encode("utf-8", "replace")
