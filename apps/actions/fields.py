"""Form fields of actions: secrets that are never shown, templates checked when saved.

Whoever generates a form from an action's form keeps the promises of ``kept_secrets``.
A field that decides where the form's secrets are sent is an ``AddressMixin``.
"""

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.core import http
from apps.core.form_templates import compile_form
from apps.core.header_templates import compile_headers
from apps.core.json_templates import compile_json
from apps.core.macros import TemplateError
from apps.core.placeholders import (
    Context,
    MissingValue,
    canonical_text,
    compile_text,
)
from apps.core.secret_box import mask
from apps.core.url_templates import compile_url

MAX_URL_LENGTH = 4_000
MAX_TEMPLATE_LENGTH = 64 * 1024
MAX_LINE_LENGTH = 500
MAX_LIST_NAME_LENGTH = 60

# Header values that give nothing away, however long they are.
_PUBLIC_HEADERS = frozenset(
    ("accept", "accept-language", "content-language", "content-type", "user-agent")
)
_SECRET_WORD_LENGTH = 8


class AddressMixin:
    """A field that decides who is sent the secrets of its form."""

    def receiver(self, value: Any) -> str:
        """Return what differs when ``value``, raw or stored, names another receiver."""
        return str(value or "").strip().rstrip("/").casefold()


class SecretInput(forms.PasswordInput):
    """An input that never renders a value and that browsers do not fill in."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        """Keep ``attrs``; no value is rendered, also when the form has errors."""
        attributes = {"autocomplete": "new-password", **(attrs or {})}
        super().__init__(attrs=attributes, render_value=False)


class SecretTextarea(forms.Textarea):
    """A text area that never renders a value but ``public_text``, which is ours."""

    public_text = ""

    def format_value(self, value: Any) -> str | None:
        """Return what may be shown, which is hardly ever anything."""
        is_public = value and _normal_lines(value).strip() == self.public_text
        return self.public_text if is_public else None


class SecretField(forms.CharField):
    """A value kept encrypted and never shown again; blank keeps what is stored."""

    widget: type[forms.Widget] = SecretInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Tell whether a new secret was typed; the old one is not known here."""
        return bool(data)

    def stored(self, value: str) -> None:
        """Say that ``value`` is stored already, so that blank means keep it."""
        self.required = False
        hint = gettext("%(hint)s (leave blank to keep)") % {"hint": self.hint(value)}
        self.widget.attrs["placeholder"] = hint

    def hint(self, value: str) -> str:
        """Return what people may see of ``value``."""
        return mask(value)

    def secret_values(self, value: str) -> frozenset[str]:
        """Return the texts that must not appear in any log."""
        return frozenset({value})


class SecretPairsField(SecretField):
    """Secrets with names, one ``name=value`` a line, used as ``{secret:name}``."""

    widget = SecretTextarea

    def clean(self, value: Any) -> str:
        """Return the lines; values stand for themselves, macros are refused."""
        text = _normal_lines(super().clean(value))
        try:
            template = compile_form(text)
        except TemplateError as error:
            raise ValidationError(str(error), code="template") from error
        if template.names:
            raise ValidationError(
                gettext("Secret values hold no macros."), code="template"
            )
        return text

    def hint(self, value: str) -> str:
        """Return the names with their values masked."""
        return ", ".join(f"{name}={mask(secret)}" for name, secret in pairs_of(value))

    def secret_values(self, value: str) -> frozenset[str]:
        """Return the values without their names."""
        return frozenset(secret for _, secret in pairs_of(value))


class HeadersField(SecretField):
    """Request headers with secret values and macros, one ``Name: value`` a line."""

    widget = SecretTextarea

    def clean(self, value: Any) -> str:
        """Return the lines with canonical macro names."""
        text = _normal_lines(super().clean(value))
        return _checked(text, compile_headers)

    def hint(self, value: str) -> str:
        """Return the names of the headers with their values masked."""
        return ", ".join(
            f"{name}: {mask('')}" for name, _ in compile_headers(value).headers
        )

    def secret_values(self, value: str) -> frozenset[str]:
        """Return the literal texts of the values, and their long words ("Bearer x")."""
        try:
            headers = compile_headers(value).headers
        except TemplateError:
            return frozenset({value})
        texts = [
            part.strip()
            for name, parts in headers
            if name.lower() not in _PUBLIC_HEADERS
            for part in parts
            if isinstance(part, str)
        ]
        words = [word for text in texts for word in text.split()]
        return frozenset(
            texts + [word for word in words if len(word) >= _SECRET_WORD_LENGTH]
        )


class TextTemplateField(forms.CharField):
    """Text with macros; ``context`` decides how values are encoded in it."""

    widget: type[forms.Widget] = forms.Textarea

    def __init__(self, *, context: Context = Context.PLAIN, **kwargs: Any) -> None:
        """Take what a ``CharField`` takes; at most 64 Ki characters unless told."""
        kwargs.setdefault("max_length", MAX_TEMPLATE_LENGTH)
        super().__init__(**kwargs)
        self.context = context

    def clean(self, value: Any) -> str:
        """Return the template with canonical macro names.

        Raises ``ValidationError`` naming the macro that is wrong and near matches.
        """
        text = _normal_lines(super().clean(value))
        # An optional field may stay empty, also where nothing is no document.
        return _checked(text, self.compile) if text else ""

    def compile(self, text: str) -> object:
        """Compile ``text``, or raise ``TemplateError``."""
        return compile_text(text, self.context)


class LineTemplateField(TextTemplateField):
    """One line with macros; at most 500 characters unless told."""

    widget = forms.TextInput

    def __init__(self, **kwargs: Any) -> None:
        """Take what a ``CharField`` takes."""
        kwargs.setdefault("max_length", MAX_LINE_LENGTH)
        super().__init__(**kwargs)


class UrlTemplateField(AddressMixin, TextTemplateField):
    """A URL with macros in path and parameters; its host is fixed."""

    widget = forms.URLInput

    def __init__(self, **kwargs: Any) -> None:
        """Take what a ``CharField`` takes; at most 4,000 characters unless told."""
        kwargs.setdefault("max_length", MAX_URL_LENGTH)
        super().__init__(**kwargs)

    def compile(self, text: str) -> object:
        """Compile ``text`` as a URL that this system may call."""
        template = compile_url(text)
        try:
            http.destination_of(template.origin)
        except http.ForbiddenTargetError as error:
            raise TemplateError(gettext(str(error))) from error
        if not http.is_allowed_target(template.origin):
            raise TemplateError(gettext("This address belongs to a private network."))
        return template

    def receiver(self, value: Any) -> str:
        """Return scheme, host and port: only a partner knows its own paths."""
        try:
            return http.destination_of(compile_url(str(value or "").strip()).origin)
        except (TemplateError, http.ForbiddenTargetError):
            return super().receiver(value)


class JsonTemplateField(TextTemplateField):
    """A JSON document with macros in its strings."""

    def compile(self, text: str) -> object:
        """Compile ``text`` as JSON."""
        return compile_json(text)


class PairsTemplateField(TextTemplateField):
    """Named values with macros, one ``name=value`` a line."""

    def compile(self, text: str) -> object:
        """Compile ``text`` as name=value lines."""
        return compile_form(text)


class ListNameField(forms.CharField):
    """The reference of a list that this installation keeps (Lists in the admin)."""

    def __init__(self, **kwargs: Any) -> None:
        """Take what a ``CharField`` takes."""
        kwargs.setdefault("max_length", MAX_LIST_NAME_LENGTH)
        super().__init__(**kwargs)


def missing_value_field() -> forms.ChoiceField:
    """Return the choice of what becomes of a macro without a value."""
    return forms.ChoiceField(
        label=_("When a macro has no value"),
        choices=[
            (MissingValue.EMPTY.value, _("Send it empty")),
            (MissingValue.DROP.value, _("Leave the parameter out")),
            (MissingValue.FAIL.value, _("Do not send; show it as failed")),
        ],
        initial=MissingValue.EMPTY.value,
    )


def ambiguity_field(initial: str) -> forms.ChoiceField:
    """Return the choice that ``Action.repeats_ambiguous`` reads as on_ambiguous."""
    return forms.ChoiceField(
        label=_("When it is unclear whether it arrived"),
        choices=[
            ("retry", _("Send it again")),
            ("hold", _("Hold it until somebody decides")),
        ],
        initial=initial,
        help_text=_("For example when the connection broke before an answer came."),
    )


def pairs_of(text: str) -> list[tuple[str, str]]:
    """Return the names and values of a ``SecretPairsField``."""
    return compile_form(text).items({})


def _normal_lines(text: str) -> str:
    """Browsers post line ends as CR LF; stored templates have LF."""
    return text.replace("\r\n", "\n")


def _checked(text: str, compile_template: Callable[[str], object]) -> str:
    try:
        canonical = canonical_text(text)
        compile_template(canonical)
    except TemplateError as error:
        raise ValidationError(str(error), code="template") from error
    return canonical
