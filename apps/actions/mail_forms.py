"""The forms of e-mail: the mail server with its account, and the message."""

from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, validate_email
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.actions.fields import (
    AddressMixin,
    LineTemplateField,
    SecretField,
    TextTemplateField,
    ambiguity_field,
)
from apps.actions.mail_message import MAX_SUBJECT_LENGTH, sender_of, split_addresses
from apps.actions.mail_session import SCHEME, Security
from apps.core.addresses import is_listed
from apps.core.dialing import refuse_forbidden_address
from apps.core.outbound_errors import ForbiddenTargetError
from apps.core.placeholders import Context
from apps.core.targets import origin_of

MAIL_PORTS: Final = frozenset({25, 465, 587})
FIRST_FREE_PORT: Final = 1024
MAX_SECONDS: Final = 30
_ascii = RegexValidator(
    r"^[\x20-\x7e]*\Z", _("Only letters, digits and signs without accents can be sent.")
)


class SenderField(forms.CharField):
    """Who the message is from: "Offers <offers@shop.example>"."""

    def clean(self, value: Any) -> str:
        """Return what was typed, if it names exactly one address."""
        written: str = super().clean(value)
        if written:
            sender_of(written)
        return written


class RecipientsField(LineTemplateField):
    """Addresses with commas between them; a macro stands for one address."""

    def clean(self, value: Any) -> str:
        """Return the template; an address without macros must be one."""
        template: str = super().clean(value)
        for one in split_addresses(template):
            if "{" not in one:
                _refuse_bad_address(one)
        return template


class MailServerField(AddressMixin, forms.CharField):
    """The server that is sent user name and password."""


class SmtpConnectionForm(forms.Form):
    """The mail server and the account."""

    host = MailServerField(
        label=_("Mail server"),
        max_length=253,
        help_text=_("For example smtp.mailer.example, as your mail provider names it."),
    )
    port = forms.IntegerField(
        label=_("Port"),
        initial=587,
        max_value=65_535,
        help_text=_("25, 465, 587, or above 1023."),
    )
    security = forms.ChoiceField(
        label=_("Encryption"),
        choices=[
            (Security.STARTTLS.value, _("STARTTLS (usually port 587)")),
            (Security.TLS.value, _("TLS from the start (usually port 465)")),
            (Security.NONE.value, _("None")),
        ],
        initial=Security.STARTTLS.value,
    )
    username = forms.CharField(
        label=_("User name"),
        required=False,
        max_length=255,
        validators=[_ascii],
        help_text=_("As your mail provider says. Empty: nobody logs in."),
    )
    password = SecretField(
        label=_("Password"),
        required=False,
        validators=[_ascii],
        help_text=_("From your mail provider, where it may be called an API key."),
    )
    default_from = SenderField(
        label=_("From"),
        max_length=320,
        help_text=_(
            "An address that your mail provider lets you send from, with a name "
            "before it if you like and the address in angle brackets then."
        ),
    )
    hello_name = forms.RegexField(
        r"^[A-Za-z0-9.-]+\Z",
        label=_("Our name"),
        required=False,
        max_length=253,
        help_text=_("What we call ourselves to the server. Empty: the domain of From."),
    )
    timeout_seconds = forms.IntegerField(
        label=_("Give up after (seconds)"),
        initial=20,
        min_value=1,
        max_value=MAX_SECONDS,
        help_text=_("From the look-up of the name to the last answer."),
    )

    def clean_host(self) -> str:
        """Refuse what is no name, and addresses that may not be called."""
        host: str = self.cleaned_data["host"]
        try:
            origin = origin_of(SCHEME, host, 0)
        except ForbiddenTargetError as error:
            message = gettext(
                "Write a name such as smtp.mailer.example, without a port."
            )
            raise ValidationError(message) from error
        if origin.is_address:
            try:
                refuse_forbidden_address(origin, origin.host)
            except ForbiddenTargetError as error:
                raise ValidationError(str(error)) from error
        return origin.bracketed_host

    def clean_port(self) -> int:
        """Refuse the ports of other protocols."""
        port: int = self.cleaned_data["port"]
        if port not in MAIL_PORTS and port < FIRST_FREE_PORT:
            raise ValidationError(
                gettext("Mail goes to port 25, 465 or 587, or above 1023.")
            )
        return port

    def clean(self) -> dict[str, Any]:
        """Ask for both or none of user name and password, and never send them bare."""
        cleaned = super().clean() or self.cleaned_data
        has_name, has_password = cleaned.get("username"), cleaned.get("password")
        if has_name and not has_password and "password" not in self.errors:
            self.add_error("password", gettext("The user name needs it."))
        if has_password and not has_name and "username" not in self.errors:
            self.add_error("username", gettext("The password needs it."))
        is_bare = cleaned.get("security") == Security.NONE
        if is_bare and has_password and not _is_our_own(cleaned.get("host", "")):
            message = gettext(
                "Without encryption, everybody on the way could read the password."
            )
            self.add_error("security", message)
        return cleaned


class SmtpRuleForm(forms.Form):
    """The message."""

    to = RecipientsField(
        label=_("To"),
        initial="{lead:email}",
        help_text=_(
            "Addresses with commas between them. A macro stands for one address."
        ),
    )
    cc = RecipientsField(label=_("Cc"), required=False)
    bcc = RecipientsField(label=_("Bcc"), required=False)
    reply_to = RecipientsField(
        label=_("Reply to"),
        required=False,
        help_text=_("Where answers go, for example {lead:email}."),
    )
    from_email = SenderField(
        label=_("From"),
        required=False,
        max_length=320,
        help_text=_("Empty: as the connection says."),
    )
    subject = LineTemplateField(
        label=_("Subject"),
        context=Context.LINE,
        max_length=MAX_SUBJECT_LENGTH,
        initial="New {event_name}: {transaction_id}",
    )
    body_text = TextTemplateField(
        label=_("Text"), help_text=_("For example: {lead:first_name} asks for a quote.")
    )
    body_html = TextTemplateField(
        label=_("HTML"),
        context=Context.HTML,
        required=False,
        help_text=_("Shown instead of the text where a mail program can."),
    )
    on_ambiguous = ambiguity_field("retry")


def _refuse_bad_address(written: str) -> None:
    try:
        validate_email(written)
    except ValidationError as error:
        raise ValidationError(
            gettext("“%(address)s” is not an e-mail address.") % {"address": written}
        ) from error


def _is_our_own(host: str) -> bool:
    """Tell whether the installation itself allows this address (tests, the demo)."""
    return is_listed(host.strip("[]"), tuple(settings.OUTBOUND_ALLOWED_NETWORKS))
