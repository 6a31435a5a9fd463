"""Records for Five9's dialing lists, by Web2Campaign or by its SOAP API.

Both notice by the key fields that a record is there already, so a repetition is
harmless, unless it makes the dialer call at once.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.actions import checking, five9_soap, five9_web
from apps.actions.base import (
    CheckLine,
    Group,
    Idempotency,
    Job,
    Judgement,
)
from apps.actions.field_names import NamedFieldsField, names_in
from apps.actions.fields import LineTemplateField, SecretField
from apps.actions.five9_record import NUMBER, key_names, record_of
from apps.actions.headers import basic_authorization
from apps.actions.judging import status_text
from apps.actions.providers import BaseUrlField, ProviderAction
from apps.actions.registry import register
from apps.core.http import OutboundRequest, Response

BASE_URL: Final = "https://api.five9.com"
RESERVED: Final = (
    *(NUMBER, "F9domain", "F9list", "F9key", "F9updateCRM", "F9CallASAP"),
    *("F9TimeToCall", "F9TimeFormat", "F9retResults", "F9retURL"),
)
FIELD_MAP: Final = """\
first_name={lead:first_name}
last_name={lead:last_name}
email={lead:email}
street={lead:address}
city={lead:city}
state={lead:state}
zip={lead:zip}"""
NEEDED: Final = {"w2c": ("domain",), "soap": ("username", "password")}


class Five9ConnectionForm(forms.Form):
    """The domain at Five9, and the way into it."""

    mode = forms.ChoiceField(
        label=_("Interface"),
        choices=[("w2c", _("Web2Campaign")), ("soap", _("SOAP API"))],
        initial="w2c",
        help_text=_(
            "Web2Campaign needs no user unless the domain asks for one; the SOAP "
            "API needs a user with the administrator's right to change lists."
        ),
    )
    domain = forms.CharField(
        label=_("Domain name"),
        max_length=200,
        required=False,
        help_text=_(
            "The name of your domain at Five9, exactly as its administrator "
            "knows it. Web2Campaign needs it."
        ),
    )
    username = forms.CharField(
        label=_("User name"),
        max_length=200,
        required=False,
        help_text=_("A user of Five9, made by the domain's administrator for this."),
    )
    password = SecretField(
        label=_("Password"), required=False, help_text=_("The password of that user.")
    )
    base_url = BaseUrlField(
        default=BASE_URL,
        help_text=format_lazy(
            _(
                "Empty: {url}. Other regions: https://api.five9.ca, "
                "https://api.five9.eu, https://api.eu.five9.com, "
                "https://api.in.five9.com."
            ),
            url=BASE_URL,
        ),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for what the interface needs, and for both user and password or none."""
        cleaned = super().clean() or self.cleaned_data
        for name in NEEDED.get(cleaned.get("mode", ""), ()):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, gettext("This interface needs it."))
        pair = ("username", "password")
        missing = [name for name in pair if not cleaned.get(name)]
        if len(missing) == 1 and not self.errors:
            self.add_error(
                missing[0], gettext("Give both user name and password, or none.")
            )
        if ":" in cleaned.get("username", ""):
            self.add_error("username", gettext("A user name holds no colon."))
        return cleaned


class Five9RuleForm(forms.Form):
    """The record, and what becomes of it."""

    list_name = LineTemplateField(
        label=_("List"),
        help_text=_("The name of a list in the domain, exactly as there."),
    )
    number1 = LineTemplateField(
        label=_("Telephone number"),
        initial="{lead:phone|last10}",
        help_text=_("Digits only: 10 for the US, at most 16."),
    )
    field_map = NamedFieldsField(
        reserved=RESERVED,
        label=_("Contact fields"),
        required=False,
        initial=FIELD_MAP,
        help_text=_(
            "One name=value a line, with the names of Five9's contact fields. "
            "Empty values are left out."
        ),
    )
    key_fields = forms.CharField(
        label=_("Key fields"),
        max_length=500,
        initial=NUMBER,
        help_text=format_lazy(
            _(
                "The fields that tell whether a contact is known, with commas "
                "between them: {number} or some of the names above."
            ),
            number=NUMBER,
        ),
    )
    update_crm = forms.BooleanField(
        label=_("Update a known contact"), required=False, initial=True
    )
    call_asap = forms.BooleanField(
        label=_("Call at once"),
        required=False,
        help_text=_("A repeated record may be called twice."),
    )
    time_to_call = LineTemplateField(
        label=_("Time to call"),
        required=False,
        help_text=_(
            "When to call, as 2026-11-20 14:30:00 in the domain's time zone. "
            "Web2Campaign only."
        ),
    )
    # Not ``ambiguity_field``: what is best depends on “Call at once”.
    on_ambiguous = forms.ChoiceField(
        label=_("When it is unclear whether it arrived"),
        required=False,
        choices=[
            ("", _("Send it again; hold it if it is to be called at once")),
            ("retry", _("Send it again")),
            ("hold", _("Hold it until somebody decides")),
        ],
        initial="",
        help_text=_("For example when the connection broke before an answer came."),
    )

    def clean(self) -> dict[str, Any]:
        """Take keys only of fields that are sent."""
        cleaned = super().clean() or self.cleaned_data
        if {"field_map", "key_fields"} & set(self.errors):
            return cleaned
        keys = key_names(cleaned)
        unknown = set(keys) - {NUMBER, *names_in(cleaned["field_map"])}
        if not keys or unknown:
            named = ", ".join(sorted(unknown)) or cleaned["key_fields"]
            self.add_error(
                "key_fields",
                gettext("“%(name)s” is not among the fields that are sent.")
                % {"name": named},
            )
        return cleaned


@register
class Five9(ProviderAction):
    """One record for one list."""

    kind: ClassVar = "five9"
    label: ClassVar = _("Add to Five9 list")
    group: ClassVar = Group.CALLS
    help: ClassVar = _("Put a lead on a dialing list of a Five9 call centre")
    docs_url: ClassVar = (
        "https://github.com/Five9DeveloperProgram/"
        "Five9-Configuration-Webservices-API-Samples"
    )
    idempotency: ClassVar = Idempotency.SAFE
    default_base_url: ClassVar = BASE_URL

    ConnectionForm = Five9ConnectionForm
    RuleForm = Five9RuleForm

    def account(self, connection: Mapping[str, Any]) -> str:
        """Return the domain, or the user where no domain is given."""
        return str(connection.get("domain") or connection.get("username") or "")

    def repeats_ambiguous(self, settings: Mapping[str, Any]) -> bool:
        """Hold what would be called twice, unless the rule says otherwise."""
        choice = settings.get("on_ambiguous")
        return choice == "retry" if choice else not settings.get("call_asap")

    def build(self, job: Job) -> OutboundRequest:
        """Return the request that adds the record."""
        if _is_soap(job.connection):
            body = five9_soap.envelope(record_of(job))
            return self._request(job.connection, five9_soap.HEADERS, body)
        body = five9_web.form_bytes(record_of(job), job.connection["domain"])
        return self._request(job.connection, five9_web.HEADERS, body)

    def classify(self, response: Response, job: Job) -> Judgement:
        """Judge by Five9's own codes; faults of the SOAP API come with status 500."""
        if _is_soap(job.connection):
            is_repeatable = self.is_repeatable(job.settings)
            found = five9_soap.judge_envelope(response, is_repeatable=is_repeatable)
        elif response.status_code == 200:
            found = five9_web.judge_page(response.text)
        else:
            found = None
        return found or self.judge_unexpected(response, job)

    def summary(self, settings: Mapping[str, Any]) -> str:
        """Return list and number."""
        told = {"number": settings["number1"], "list": settings["list_name"]}
        if settings.get("call_asap"):
            return gettext("%(number)s to “%(list)s”, called at once") % told
        return gettext("%(number)s to “%(list)s”") % told

    def check(self, connection: Mapping[str, Any]) -> list[CheckLine]:
        """Ask the SOAP API for the names of lists; Web2Campaign cannot be asked."""
        if not _is_soap(connection):
            return [
                checking.warning(
                    gettext(
                        "Web2Campaign has no call without effect to try the domain "
                        "with: use “Send test” on a postback."
                    )
                )
            ]
        request = self._request(connection, five9_soap.HEADERS, five9_soap.LISTS_INFO)
        answer = checking.ask(request, self.connection_redactor(connection))
        if isinstance(answer, CheckLine):
            return [answer]
        # Names of many lists are cut off, so the answer need not be whole.
        if answer.status_code == 200 and b"getListsInfoResponse" in answer.body:
            return [checking.good(gettext("Five9 knows the user, who may read lists."))]
        why = five9_soap.fault_text(answer) or status_text(answer.status_code)
        return [checking.error(f"Five9 refused the user: {why.rstrip('.')}.")]

    def _request(
        self, connection: Mapping[str, Any], headers: Mapping[str, str], body: bytes
    ) -> OutboundRequest:
        path = five9_soap.PATH if _is_soap(connection) else five9_web.PATH
        user, password = connection.get("username"), connection.get("password")
        authorization = basic_authorization(user, password) if user and password else {}
        url = self.api_url(connection, path)
        return OutboundRequest("POST", url, {**headers, **authorization}, body)


def _is_soap(connection: Mapping[str, Any]) -> bool:
    return connection.get("mode") == "soap"
