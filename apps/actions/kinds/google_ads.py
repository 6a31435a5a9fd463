"""Conversions of Google Ads, by the Data Manager API.

Source: https://developers.google.com/data-manager/api/reference/rest/v1/events/ingest
(read 2026-11-20). People are told by click id or by hash: neither e-mail address nor
telephone number leaves in the clear. Google counts a transaction id once.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.actions import checking, data_manager, rendering
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
from apps.actions.consents import CONSENT_HELP, consent
from apps.actions.data_manager import CLICK_IDS
from apps.actions.fields import LineTemplateField
from apps.actions.google_accounts import ServiceAccountField
from apps.actions.google_api import GoogleAction
from apps.actions.headers import bearer_authorization
from apps.actions.providers import BaseUrlField
from apps.actions.registry import register
from apps.core.http import OutboundRequest

BASE_URL: Final = "https://datamanager.googleapis.com"
SCOPE: Final = "https://www.googleapis.com/auth/datamanager"
PATH: Final = "/v1/events:ingest"
MAX_EVENTS: Final = 2_000
SOURCES: Final = ("WEB", "APP", "PHONE", "MESSAGE", "IN_STORE", "OTHER")


class AccountIdField(forms.RegexField):
    """The ten digits of a Google Ads account."""

    def __init__(self, **kwargs: Any) -> None:
        """Take what a ``CharField`` takes."""
        super().__init__(r"^\d{3}-?\d{3}-?\d{4}$", **kwargs)

    def clean(self, value: Any) -> str:
        """Return the digits without the dashes that Google Ads shows."""
        return str(super().clean(value)).replace("-", "")


class GoogleAdsConnectionForm(forms.Form):
    """The service account, and the Google Ads account it may write to."""

    service_account_json = ServiceAccountField()
    customer_id = AccountIdField(
        label=_("Account"),
        help_text=_(
            "The number at the top right of Google Ads, for example "
            "123-456-7890. Add the service account's e-mail address there under Admin, "
            "Access and security."
        ),
    )
    login_customer_id = AccountIdField(
        label=_("Manager account"),
        required=False,
        help_text=_("When the service account was added to a manager account instead."),
    )
    conversion_action = forms.RegexField(
        r"^\d{1,20}$",
        label=_("Conversion action"),
        help_text=_(
            "The number after ctId= in the address of the conversion action "
            "(Goals, Conversions, Summary). Postbacks may name another one."
        ),
    )
    base_url = BaseUrlField(default=BASE_URL)


class GoogleAdsRuleForm(forms.Form):
    """One conversion."""

    conversion_action = forms.RegexField(
        r"^\d{1,20}$",
        label=_("Conversion action"),
        required=False,
        help_text=_("Empty: the one of the connection."),
    )
    event_source = forms.ChoiceField(
        label=_("Where it happened"), choices=[(name, name) for name in SOURCES]
    )
    time = LineTemplateField(
        label=_("Time"),
        initial="{conversion_time|unix}",
        help_text=_("In Unix seconds."),
    )
    transaction_id = LineTemplateField(
        label=_("Transaction id"),
        initial="{conversion_id}",
        required=False,
        help_text=_(
            "Google counts an id once per conversion action, so that a repeated "
            "request does no harm. {transaction_id} counts a click once. Empty: the id "
            "of the delivery."
        ),
    )
    gclid = LineTemplateField(label=_("GCLID"), required=False, initial="{gclid}")
    gbraid = LineTemplateField(label=_("GBRAID"), required=False, initial="{gbraid}")
    wbraid = LineTemplateField(label=_("WBRAID"), required=False, initial="{wbraid}")
    email = LineTemplateField(
        label=_("E-mail"),
        required=False,
        initial="{lead:email}",
        help_text=_("Normalized and hashed here; a SHA-256 hash is passed on."),
    )
    phone = LineTemplateField(
        label=_("Phone"),
        required=False,
        initial="{lead:phone}",
        help_text=_(
            "Hashed here. Numbers without country code are read as US ones; "
            "{lead:phone|e164:GB} reads British ones."
        ),
    )
    value = LineTemplateField(label=_("Value"), required=False, initial="{payout}")
    currency = LineTemplateField(
        label=_("Currency"), required=False, initial="{currency}"
    )
    ad_user_data = LineTemplateField(
        label=_("Consent to ad user data"), required=False, help_text=CONSENT_HELP
    )
    ad_personalization = LineTemplateField(
        label=_("Consent to personalized ads"), required=False, help_text=CONSENT_HELP
    )
    validate_only = forms.BooleanField(
        label=_("Only validate"),
        required=False,
        help_text=_("Google looks at each conversion and counts none: to try it out."),
    )


@register
class GoogleAds(GoogleAction):
    """One conversion of one click or person."""

    kind: ClassVar = "google_ads"
    label: ClassVar = _("Google Ads conversion")
    group: ClassVar = Group.ADVERTISING
    help: ClassVar = _("Tell Google Ads that a click or a person converted")
    docs_url: ClassVar = "https://developers.google.com/data-manager/api"
    idempotency: ClassVar = Idempotency.SAFE
    is_for_affiliates: ClassVar = True
    default_base_url: ClassVar = BASE_URL
    batch_size: ClassVar = MAX_EVENTS
    scope: ClassVar = SCOPE

    ConnectionForm = GoogleAdsConnectionForm
    RuleForm = GoogleAdsRuleForm

    def item(self, job: Job) -> dict[str, Any]:
        """Return one event."""
        identifiers = data_manager.ad_identifiers(
            {name: rendering.text(job, name) for name in CLICK_IDS}
        )
        people = data_manager.user_identifiers(
            rendering.text(job, "email"), rendering.text(job, "phone")
        )
        if not identifiers and not people:
            raise SkipDeliveryError(
                "There is no Google click id, e-mail address or telephone number, so "
                "Google could not tell who converted."
            )
        return rendering.filled(
            {
                "eventTimestamp": _timestamp(job),
                "eventSource": job.settings["event_source"],
                "transactionId": rendering.text(job, "transaction_id")
                or job.delivery_id,
                "conversionValue": rendering.number(job, "value"),
                "currency": rendering.text(job, "currency").upper(),
                "adIdentifiers": identifiers,
                "userData": {"userIdentifiers": people} if people else None,
                "consent": _consent(job),
            }
        )

    def envelope(self, items: Sequence[Any], job: Job) -> OutboundRequest:
        """Return the request with ``items``."""
        action = job.settings.get("conversion_action")
        return self._request(
            job.connection,
            items,
            action or job.connection["conversion_action"],
            is_rehearsal=bool(job.settings.get("validate_only")),
        )

    def accepted(self, answer: Mapping[str, Any]) -> Judgement | None:
        """Return the id by which Google's diagnostics know the request."""
        request_id = answer.get("requestId")
        if not isinstance(request_id, str) or not request_id:
            return None
        return Judgement(
            Outcome.SUCCESS,
            "Google took it and looks at it later; see the diagnostics of the "
            "conversion action.",
            findings={"request_id": request_id},
        )

    def summary(self, settings: Mapping[str, Any]) -> str:
        """Return the conversion action and what identifies a conversion."""
        action = settings.get("conversion_action") or gettext("of the connection")
        words = (
            gettext("Conversion action %(action)s, %(id)s (only validated)")
            if settings.get("validate_only")
            else gettext("Conversion action %(action)s, %(id)s")
        )
        return words % {"action": action, "id": settings["transaction_id"]}

    def check(self, connection: Mapping[str, Any]) -> list[CheckLine]:
        """Have Google validate a conversion of nobody, which counts nothing."""
        token = self.check_key(connection)
        if isinstance(token, CheckLine):
            return [token]
        request = self._request(
            connection,
            [data_manager.nobody(timezone.now())],
            connection["conversion_action"],
            is_rehearsal=True,
            authorization=bearer_authorization(token),
        )
        answer = checking.ask(request, self.connection_redactor(connection))
        if isinstance(answer, CheckLine):
            return [answer]
        if answer.status_code == 200:
            return [
                checking.good(gettext("Google accepts conversions of this account."))
            ]
        error = json_object(answer).get("error")
        why = error.get("message") if isinstance(error, dict) else answer.status_code
        return [checking.error(f"Google refused to validate a conversion: {why}")]

    def _request(
        self,
        connection: Mapping[str, Any],
        events: Sequence[Any],
        conversion_action: str,
        *,
        is_rehearsal: bool,
        authorization: Mapping[str, str] | None = None,
    ) -> OutboundRequest:
        destination = data_manager.destination(
            connection["customer_id"],
            connection.get("login_customer_id"),
            conversion_action,
        )
        document = data_manager.ingestion(
            destination, events, is_rehearsal=is_rehearsal
        )
        return OutboundRequest(
            "POST",
            self.api_url(connection, PATH),
            {"Content-Type": rendering.JSON_TYPE, **(authorization or {})},
            rendering.json_bytes(document),
        )


def _timestamp(job: Job) -> str:
    seconds = rendering.unix_seconds(job, "time")
    if not seconds:
        raise PermanentError("The conversion has no time, which Google asks for.")
    try:
        return data_manager.timestamp(datetime.fromtimestamp(seconds, UTC))
    except (ValueError, OverflowError, OSError) as error:
        raise PermanentError("The time is not one in Unix seconds.") from error


def _consent(job: Job) -> dict[str, str]:
    return data_manager.consent_of(
        ad_user_data=consent(job, "ad_user_data"),
        ad_personalization=consent(job, "ad_personalization"),
    )
