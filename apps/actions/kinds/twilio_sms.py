"""Text messages by Twilio's Programmable Messaging API.

Sources: https://www.twilio.com/docs/messaging/api/message-resource and
https://www.twilio.com/docs/api/errors (read 2026-11-20). The API has no key by which it
would notice a repetition: what may have arrived is held.
"""

import re
from collections.abc import Mapping
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.actions import checking, rendering
from apps.actions.answers import json_object
from apps.actions.base import (
    CheckLine,
    Group,
    Idempotency,
    Job,
    Judgement,
    Outcome,
    PermanentError,
    SkipDeliveryError,
)
from apps.actions.contract import ListChange
from apps.actions.fields import (
    LineTemplateField,
    ListNameField,
    SecretField,
    TextTemplateField,
    ambiguity_field,
)
from apps.actions.headers import basic_authorization
from apps.actions.providers import BaseUrlField, ProviderAction
from apps.actions.registry import register
from apps.core.http import OutboundRequest, Response

BASE_URL: Final = "https://api.twilio.com"
MAX_LENGTH: Final = 1_600
MAX_VALIDITY_SECONDS: Final = 36_000
NO: Final = frozenset({"", "0", "no", "false", "n", "off"})

NEEDED: Final = {"token": ("auth_token",), "api_key": ("api_key_sid", "api_key_secret")}

_is_e164 = re.compile(r"\+[1-9]\d{6,14}").fullmatch

OPTED_OUT: Final = 21610
# Every message of this connection would be refused in the same way.
WRONG_ACCOUNT: Final = frozenset(
    (20003, 20005, 20404, 21408, 21606, 21608, 21659, 21660, 21701, 21703)
)
TOO_MANY: Final = 20429


class TwilioConnectionForm(forms.Form):
    """The account, and who the messages come from."""

    account_sid = forms.RegexField(
        r"^AC[0-9a-fA-F]{32}$",
        label=_("Account SID"),
        help_text=_("AC and 32 hexadecimal digits, from Twilio's console."),
    )
    auth_mode = forms.ChoiceField(
        label=_("Authorization"),
        choices=[("token", _("Auth token")), ("api_key", _("API key"))],
        initial="token",
    )
    auth_token = SecretField(label=_("Auth token"), required=False)
    api_key_sid = forms.RegexField(
        r"^SK[0-9a-fA-F]{32}$", label=_("API key SID"), required=False
    )
    api_key_secret = SecretField(label=_("API key secret"), required=False)
    from_number = forms.RegexField(
        r"^\+[1-9]\d{6,14}$",
        label=_("From number"),
        required=False,
        help_text=_("One of your Twilio numbers, for example +14155550100."),
    )
    messaging_service_sid = forms.RegexField(
        r"^MG[0-9a-fA-F]{32}$",
        label=_("Messaging service SID"),
        required=False,
        help_text=_("Instead of a number: Twilio chooses the sender."),
    )
    base_url = BaseUrlField(default=BASE_URL)

    def clean(self) -> dict[str, Any]:
        """Ask for what the authorization needs, and for exactly one sender."""
        cleaned = super().clean() or self.cleaned_data
        needed = {
            "token": ("auth_token",),
            "api_key": ("api_key_sid", "api_key_secret"),
        }
        for name in needed.get(cleaned.get("auth_mode", ""), ()):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, gettext("This authorization needs it."))
        senders = [cleaned.get("from_number"), cleaned.get("messaging_service_sid")]
        if sum(map(bool, senders)) != 1 and not self.errors:
            message = gettext("Give either a number or a messaging service.")
            self.add_error("from_number", message)
        return cleaned


class TwilioRuleForm(forms.Form):
    """The message."""

    to = LineTemplateField(
        label=_("To"),
        initial="{lead:phone|e164}",
        help_text=_(
            "A number with its country code: {lead:phone|e164} makes one of a US "
            "number, {lead:phone|e164:GB} of a British one."
        ),
    )
    body = TextTemplateField(
        label=_("Text"),
        max_length=MAX_LENGTH,
        help_text=_(
            "More than 160 plain characters, or 70 with others among them, are "
            "sent and billed as several messages."
        ),
    )
    consent = LineTemplateField(
        label=_("Consent"),
        required=False,
        help_text=_(
            "For example {lead:sms_consent}. When it is empty, 0, no or false, "
            "nothing is sent."
        ),
    )
    validity_period = forms.IntegerField(
        label=_("Give up after (seconds)"),
        min_value=1,
        max_value=MAX_VALIDITY_SECONDS,
        initial=14_400,
        help_text=_("Twilio drops what it could not hand over by then."),
    )
    opt_out_list = ListNameField(
        label=_("List of those who opted out"),
        required=False,
        help_text=_("Numbers that answered STOP are added to this list."),
    )
    on_ambiguous = ambiguity_field("hold")


@register
class TwilioSms(ProviderAction):
    """One text message to one number."""

    kind: ClassVar = "twilio_sms"
    label: ClassVar = _("Twilio SMS")
    group: ClassVar = Group.MESSAGES
    help: ClassVar = _("Send a text message to a lead's mobile phone")
    docs_url: ClassVar = "https://www.twilio.com/docs/messaging/api/message-resource"
    idempotency: ClassVar = Idempotency.UNSAFE
    default_base_url: ClassVar = BASE_URL

    ConnectionForm = TwilioConnectionForm
    RuleForm = TwilioRuleForm

    def account(self, connection: Mapping[str, Any]) -> str:
        """Return the account's SID."""
        return str(connection["account_sid"])

    def build(self, job: Job) -> OutboundRequest:
        """Return the request that queues the message."""
        connection = job.connection
        _refuse_without_consent(job)
        sender = (
            {"MessagingServiceSid": connection["messaging_service_sid"]}
            if connection.get("messaging_service_sid")
            else {"From": connection["from_number"]}
        )
        fields = {
            "To": _number(job),
            **sender,
            "Body": _body(job),
            "ValidityPeriod": job.settings["validity_period"],
        }
        return OutboundRequest(
            "POST",
            self.api_url(connection, f"{_account_path(connection)}/Messages.json"),
            {
                "Content-Type": "application/x-www-form-urlencoded",
                **_authorization(connection),
            },
            urlencode(fields).encode(),
        )

    def classify(self, response: Response, job: Job) -> Judgement:
        """Judge by Twilio's error code first: its statuses say little."""
        answer = json_object(response)
        if response.status_code in (200, 201) and "sid" in answer:
            return Judgement(
                Outcome.SUCCESS, "Twilio queued the message.", findings=_found(answer)
            )
        code = answer.get("code")
        message = f"Twilio: {answer.get('message')} (error {code})."
        if code == TOO_MANY or not isinstance(code, int) or response.status_code >= 500:
            return self.judge_unexpected(response, job)
        if code == OPTED_OUT:
            return Judgement(
                Outcome.PERMANENT, message, "opted_out", list_change=_opt_out(job)
            )
        if code in WRONG_ACCOUNT:
            return Judgement(Outcome.AUTH, message, f"twilio_{code}")
        return Judgement(Outcome.PERMANENT, message, f"twilio_{code}")

    def summary(self, settings: Mapping[str, Any]) -> str:
        """Return recipient and text."""
        return gettext("To %(to)s: %(text)s") % {
            "to": settings["to"],
            "text": settings["body"],
        }

    def check(self, connection: Mapping[str, Any]) -> list[CheckLine]:
        """Read the account, which sends nothing."""
        request = OutboundRequest(
            "GET",
            self.api_url(connection, f"{_account_path(connection)}.json"),
            _authorization(connection),
        )
        answer = checking.ask(request, self.connection_redactor(connection))
        if isinstance(answer, CheckLine):
            return [answer]
        document = json_object(answer)
        if answer.status_code != 200:
            why = document.get("message") or f"status {answer.status_code}"
            return [checking.error(f"Twilio refused the credentials: {why}.")]
        if document.get("status") != "active":
            return [checking.error(f"The account is {document.get('status')}.")]
        name = document.get("friendly_name", "")
        lines = [
            checking.good(
                gettext("Twilio knows the account “%(name)s”; it is active.")
                % {"name": name}
            )
        ]
        if document.get("type") == "Trial":
            lines.append(
                checking.warning(
                    gettext("A trial account sends to verified numbers only.")
                )
            )
        return lines


def _account_path(connection: Mapping[str, Any]) -> str:
    return f"/2010-04-01/Accounts/{connection['account_sid']}"


def _authorization(connection: Mapping[str, Any]) -> dict[str, str]:
    if connection.get("auth_mode") == "api_key":
        return basic_authorization(
            connection["api_key_sid"], connection["api_key_secret"]
        )
    return basic_authorization(connection["account_sid"], connection["auth_token"])


def _refuse_without_consent(job: Job) -> None:
    if job.settings.get("consent") and rendering.text(job, "consent").lower() in NO:
        raise SkipDeliveryError("The lead did not consent to text messages.")


def _number(job: Job) -> str:
    number = rendering.text(job, "to")
    if not number:
        raise SkipDeliveryError("There is no telephone number to send to.")
    if not _is_e164(number):
        raise PermanentError(
            "The recipient is not a number with country code, such as +14155550100."
        )
    return number


def _body(job: Job) -> str:
    body = rendering.text(job, "body")
    if not body:
        raise SkipDeliveryError("The text is empty with the values of this event.")
    if len(body) > MAX_LENGTH:
        raise PermanentError(f"The text is longer than {MAX_LENGTH:,} characters.")
    return body


def _opt_out(job: Job) -> ListChange | None:
    list_name = job.settings.get("opt_out_list")
    return ListChange(list_name, rendering.text(job, "to")) if list_name else None


def _found(answer: Mapping[str, Any]) -> dict[str, str]:
    names = ("sid", "status", "num_segments")
    return {name: str(answer[name]) for name in names if answer.get(name)}
