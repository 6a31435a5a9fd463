"""Events of Google Analytics 4, by the Measurement Protocol.

Source: https://developers.google.com/analytics/devguides/collection/protocol/ga4/
(read 2026-11-20). Analytics answers 204 to anything, a wrong secret and an event that
it drops included; so everything it says about events is looked at before sending.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.actions import checking, ga4_events, ga4_limits, rendering
from apps.actions.answers import json_object
from apps.actions.base import (
    CheckLine,
    Group,
    Idempotency,
    Job,
    Judgement,
    Outcome,
)
from apps.actions.consents import CONSENT_HELP
from apps.actions.fields import (
    LineTemplateField,
    PairsTemplateField,
    SecretField,
    ambiguity_field,
)
from apps.actions.judging import status_text
from apps.actions.providers import BaseUrlField, ProviderAction
from apps.actions.registry import register
from apps.core.form_templates import compile_form
from apps.core.http import OutboundRequest, Response
from apps.core.placeholders import macro_names

BASE_URL: Final = "https://www.google-analytics.com"
BASE_URL_EU: Final = "https://region1.google-analytics.com"


class Ga4ConnectionForm(forms.Form):
    """One web data stream."""

    measurement_id = forms.RegexField(
        r"^G-[A-Z0-9]{4,20}$",
        label=_("Measurement ID"),
        help_text=_("G-…, in Analytics under Admin, Data streams, your web stream."),
    )
    api_secret = SecretField(
        label=_("API secret"),
        help_text=_(
            "On the page of the stream: Measurement Protocol API secrets, Create."
        ),
    )
    region = forms.ChoiceField(
        label=_("Region"),
        choices=[("default", _("Anywhere")), ("eu", _("European Union"))],
        initial="default",
        help_text=_("Where Google first receives the events."),
    )
    base_url = BaseUrlField(
        required=False, help_text=_("Empty: Google's address of the region.")
    )


class Ga4RuleForm(forms.Form):
    """One event."""

    event_name = LineTemplateField(
        label=_("Event"),
        initial="generate_lead",
        help_text=_(
            "For example generate_lead, sign_up or purchase; {event_sent_as} is "
            "the name of the event here."
        ),
    )
    client_id = LineTemplateField(
        label=_("Client id"),
        required=False,
        initial="{ga_client_id}",
        help_text=_("From the visitor's _ga cookie: 709808103.1671720316."),
    )
    client_id_fallback = forms.ChoiceField(
        label=_("Without a client id"),
        choices=[
            ("none", _("Send nothing")),
            (
                "derive",
                _("Make one from the transaction id (a new, unattributed user)"),
            ),
        ],
        initial="none",
    )
    user_id = LineTemplateField(label=_("User id"), required=False)
    session_id = LineTemplateField(
        label=_("Session id"), required=False, initial="{ga_session_id}"
    )
    time = LineTemplateField(
        label=_("Time"),
        required=False,
        initial="{event_time|unix}",
        help_text=_("In Unix seconds, at most 72 hours ago. Empty: when it is sent."),
    )
    value = LineTemplateField(label=_("Value"), required=False, initial="{payout}")
    currency = LineTemplateField(
        label=_("Currency"), required=False, initial="{currency}"
    )
    transaction_id = LineTemplateField(
        label=_("Transaction id"),
        required=False,
        initial="{transaction_id}",
        help_text=_("A purchase needs one; Analytics counts a purchase once."),
    )
    params = PairsTemplateField(
        label=_("More parameters"),
        required=False,
        help_text=_("One a line: name=value, for example page_location={landing_url}."),
    )
    user_properties = PairsTemplateField(
        label=_("User properties"),
        required=False,
        help_text=_("One a line: name=value."),
    )
    ad_user_data = LineTemplateField(
        label=_("Consent to ad user data"), required=False, help_text=CONSENT_HELP
    )
    ad_personalization = LineTemplateField(
        label=_("Consent to personalized ads"), required=False, help_text=CONSENT_HELP
    )
    non_personalized_ads = forms.BooleanField(
        label=_("Not for personalized ads"), required=False
    )
    on_ambiguous = ambiguity_field("retry")

    def clean_event_name(self) -> str:
        """Refuse a fixed name that Analytics would drop."""
        name: str = self.cleaned_data["event_name"]
        mistake = "" if macro_names(name) else ga4_limits.event_mistake(name)
        if mistake:
            raise ValidationError(mistake)
        return name

    def clean_params(self) -> str:
        """Refuse names that Analytics would drop."""
        return self._checked_names("params", ga4_limits.MAX_NAME_LENGTH)

    def clean_user_properties(self) -> str:
        """Refuse names that Analytics would drop."""
        limit = ga4_limits.MAX_PROPERTY_NAME_LENGTH
        return self._checked_names("user_properties", limit)

    def _checked_names(self, field: str, max_length: int) -> str:
        lines: str = self.cleaned_data[field]
        names = [name for name, _ in compile_form(lines).pairs]
        mistake = ga4_limits.names_mistake(names, max_length)
        if mistake:
            raise ValidationError(mistake)
        return lines


@register
class Ga4(ProviderAction):
    """One event of one visitor."""

    kind: ClassVar = "ga4"
    label: ClassVar = _("Google Analytics event")
    group: ClassVar = Group.ADVERTISING
    help: ClassVar = _("Record an event in Google Analytics 4")
    docs_url: ClassVar = (
        "https://developers.google.com/analytics/devguides/collection/protocol/ga4"
    )
    idempotency: ClassVar = Idempotency.UNSAFE
    is_for_affiliates: ClassVar = True
    freshness_limit: ClassVar = ga4_limits.MAX_AGE
    default_base_url: ClassVar = BASE_URL

    ConnectionForm = Ga4ConnectionForm
    RuleForm = Ga4RuleForm

    def base_url(self, connection: Mapping[str, Any]) -> str:
        """Return where the API of the region is."""
        if not connection.get("base_url") and connection.get("region") == "eu":
            return BASE_URL_EU
        return super().base_url(connection)

    def account(self, connection: Mapping[str, Any]) -> str:
        """Return the stream."""
        return str(connection["measurement_id"])

    def build(self, job: Job) -> OutboundRequest:
        """Return the request that records the event."""
        document = ga4_events.document(job)
        return self._request(job.connection, "/mp/collect", document)

    def classify(self, response: Response, job: Job) -> Judgement:
        """Judge by the status, which says only whether Analytics was there."""
        judgement = super().classify(response, job)
        if judgement.outcome is Outcome.SUCCESS:
            message = "Analytics took it; it does not say whether it counts it."
            return Judgement(Outcome.SUCCESS, message)
        if judgement.outcome is Outcome.AUTH:
            # Whoever answers so, Analytics it is not: it accepts any credentials.
            status = status_text(response.status_code)
            return Judgement(
                Outcome.PERMANENT,
                f"The server answered {status}, as Analytics never does. Look at the "
                "base URL of the connection.",
                judgement.code,
            )
        return judgement

    def summary(self, settings: Mapping[str, Any]) -> str:
        """Return the event and its value."""
        return f"{settings['event_name']} {settings.get('value', '')}".strip()

    def check(self, connection: Mapping[str, Any]) -> list[CheckLine]:
        """Have Analytics validate an event, which records nothing."""
        request = self._request(connection, "/debug/mp/collect", ga4_events.nobody())
        answer = checking.ask(request, self.connection_redactor(connection))
        if isinstance(answer, CheckLine):
            return [answer]
        messages = json_object(answer).get("validationMessages")
        if answer.status_code != 200 or not isinstance(messages, list):
            said = status_text(answer.status_code)
            return [checking.error(f"This is not Analytics: it answered {said}.")]
        if messages:
            return [checking.error(f"Analytics says: {ga4_events.described(messages)}")]
        return [
            checking.good(gettext("Analytics can be reached and takes events.")),
            checking.warning(
                gettext(
                    "It never says whether ID and secret are right: use “Send test” "
                    "and look for the event under Reports, Realtime."
                )
            ),
        ]

    def _request(
        self, connection: Mapping[str, Any], path: str, document: Mapping[str, Any]
    ) -> OutboundRequest:
        query = urlencode(
            {
                "measurement_id": connection["measurement_id"],
                "api_secret": connection["api_secret"],
            }
        )
        body = rendering.json_bytes(document)
        ga4_limits.refuse_body(body)
        return OutboundRequest(
            "POST",
            f"{self.api_url(connection, path)}?{query}",
            {"Content-Type": rendering.JSON_TYPE},
            body,
        )
