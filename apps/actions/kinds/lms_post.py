"""Leads posted to Phonexa's LMS Sync, where buyers bid for them.

Sources: https://github.com/ratespecial/phonexa-php (v1.0.1) and
https://support.phonexa.com (publisher products API), both read 2026-11-20. There is no
key by which a repetition is noticed: a lead posted twice may be sold twice.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from django import forms

from apps.actions import checking, lms_answers, rendering
from apps.actions.answers import json_object
from apps.actions.base import (
    AttemptResult,
    CheckLine,
    Group,
    Idempotency,
    Job,
    Judgement,
    Outcome,
    SkipDeliveryError,
)
from apps.actions.field_names import NamedFieldsField
from apps.actions.fields import LineTemplateField, SecretField, ambiguity_field
from apps.actions.providers import BaseUrlField, ProviderAction, fingerprint
from apps.actions.registry import register
from apps.core.http import OutboundRequest, Response

# An auction among buyers takes its time; LMS Sync itself allows two minutes.
AUCTION_SECONDS: Final = 120.0
MAX_ID_LENGTH: Final = 64
MAX_ERRORS_LENGTH: Final = 500
# Written from fields of their own.
RESERVED: Final = (
    *("apiId", "apiPassword", "productId", "price"),
    *("tPar", "testMode", "closeConnection"),
)
FIELD_MAP: Final = """\
firstName={lead:first_name}
lastName={lead:last_name}
email={lead:email}
phoneNumber={lead:phone|last10}
zip={lead:zip}
userIp={ip}
clickid={transaction_id}"""
TPAR_MAP: Final = """\
affiliateId={affiliate_id}
affiliateSubId={sub1}
transactionId={transaction_id}
offerId={offer_id}"""


class LmsConnectionForm(forms.Form):
    """The account at the LMS, and how it wants to be posted to."""

    base_url = BaseUrlField(
        help_text="The host of your posting instructions, for example "
        "https://leads-inst1-client.phonexa.com: not the one that starts with cp-.",
    )
    api_id = SecretField(
        label="API ID",
        max_length=MAX_ID_LENGTH,
        help_text="apiId in your posting instructions.",
    )
    api_password = SecretField(
        label="API password", help_text="apiPassword in your posting instructions."
    )
    body_format = forms.ChoiceField(
        label="Format", choices=[("json", "JSON"), ("form", "Form")], initial="json"
    )
    endpoint = forms.ChoiceField(
        choices=[("/lead/", "/lead/"), ("/fullpost/", "/fullpost/ (ping and post)")],
        initial="/lead/",
        help_text="The path in your posting instructions.",
    )


class LmsRuleForm(forms.Form):
    """The lead."""

    product_id = forms.IntegerField(
        label="Product ID",
        min_value=1,
        help_text="productId in your posting instructions.",
    )
    price = LineTemplateField(
        label="Lowest price",
        required=False,
        initial="0.01",
        help_text="For what the lead may be sold; 0 or empty: for anything.",
    )
    field_map = NamedFieldsField(
        reserved=RESERVED,
        label="Fields",
        initial=FIELD_MAP,
        help_text="One name=value a line, with the names of your posting instructions; "
        "upper and lower case matter. Empty values are left out.",
    )
    tpar_map = NamedFieldsField(
        label="Pass-through fields (tPar)",
        required=False,
        initial=TPAR_MAP,
        help_text="Values the LMS keeps for your reports. Empty ones are left out.",
    )
    test_mode = forms.BooleanField(
        label="Test mode",
        required=False,
        help_text="No buyer gets the lead. “Send test” always uses it.",
    )
    asynchronous = forms.BooleanField(
        label="Do not wait for the auction",
        required=False,
        help_text="The LMS takes the lead and answers at once (closeConnection); it is "
        "asked for the result until there is one. After five minutes without a buyer "
        "the lead is not sold.",
    )
    treat_reject_as = forms.ChoiceField(
        label="When no buyer takes the lead",
        choices=[
            ("success", "Delivered: the LMS did its work"),
            ("failure", "Failed"),
        ],
        initial="success",
    )
    on_ambiguous = ambiguity_field("hold")


@register
class LmsPost(ProviderAction):
    """One lead to one product."""

    kind: ClassVar = "lms_post"
    label: ClassVar = "Post lead to LMS"
    group: ClassVar = Group.LEADS
    help: ClassVar = "Sell a lead at Phonexa's LMS Sync"
    docs_url: ClassVar = "https://support.phonexa.com/publisher-products-api"
    idempotency: ClassVar = Idempotency.UNSAFE
    deadline_seconds: ClassVar = AUCTION_SECONDS

    ConnectionForm = LmsConnectionForm
    RuleForm = LmsRuleForm

    def account(self, connection: Mapping[str, Any]) -> str:
        """Return what tells API IDs apart."""
        return fingerprint(connection["api_id"])

    def build(self, job: Job) -> OutboundRequest:
        """Return the request that posts the lead, or asks what became of it."""
        connection = job.connection
        if job.underway is not None:
            url = self.api_url(connection, lms_answers.STATUS_PATH)
            return lms_answers.status_request(job, job.underway, url)
        is_form = connection.get("body_format") == "form"
        document = _document(job)
        return OutboundRequest(
            "POST",
            self.api_url(connection, connection["endpoint"]),
            {
                "Content-Type": (
                    "application/x-www-form-urlencoded"
                    if is_form
                    else rendering.JSON_TYPE
                ),
                "Accept": rendering.JSON_TYPE,
            },
            _form_bytes(document) if is_form else rendering.json_bytes(document),
        )

    def exchange(self, request: OutboundRequest, job: Job) -> AttemptResult:
        """Send; what only asked about a lead is judged as such."""
        result = super().exchange(request, job)
        judgement = lms_answers.after_asking(result.judgement, job)
        return replace(result, judgement=judgement)

    def classify(self, response: Response, job: Job) -> Judgement:
        """Judge by ``status`` in the body: HTTP says 200 whatever happens."""
        answer = json_object(response) if response.status_code == 200 else {}
        found = lms_answers.found_in(answer)
        match str(answer.get("status")):
            case "1":
                return _success("The lead was sold.", "sold", found)
            case "2":
                return _rejected(job, found)
            case "3":
                return lms_answers.in_progress(job, found) or _not_sold(job, found)
            case "4":
                return _refused(answer.get("errors"), job)
            case "5":
                message = "The LMS does not know what it was asked for (not found)."
                outcome = Outcome.RETRY if job.underway else Outcome.PERMANENT
                return Judgement(outcome, message, "not_found")
        return self.judge_unexpected(response, job)

    def summary(self, settings: Mapping[str, Any]) -> str:
        """Return the product and the lowest price."""
        price = f" for at least {settings['price']}" if settings.get("price") else ""
        test = ", test mode" if settings.get("test_mode") else ""
        return f"Product {settings['product_id']}{price}{test}"

    def check(self, connection: Mapping[str, Any]) -> list[CheckLine]:
        """Say what is known without asking: the LMS has no call without effect."""
        origin = self.destination({}, connection).partition("#")[0]
        return [
            checking.good(
                f"API ID and password are set; leads go to {origin}"
                f"{connection['endpoint']}."
            ),
            checking.warning(
                "The LMS has no harmless call to try them with: use “Send test” on a "
                "postback, which posts in test mode."
            ),
        ]


def _document(job: Job) -> dict[str, Any]:
    settings, connection = job.settings, job.connection
    fields = dict(rendering.pairs(job, "field_map"))
    _refuse_without_contact(fields)
    price = rendering.number(job, "price")
    flags = {
        "testMode": bool(settings.get("test_mode") or job.is_test),
        # Who sends a test waits for the result.
        "closeConnection": bool(settings.get("asynchronous") and not job.is_test),
    }
    return {
        "apiId": connection["api_id"],
        "apiPassword": connection["api_password"],
        "productId": settings["product_id"],
        **({} if price is None else {"price": format(price, "f")}),
        **rendering.filled(fields),
        **rendering.filled(
            {"tPar": rendering.filled(dict(rendering.pairs(job, "tpar_map")))}
        ),
        **{name: 1 for name, is_on in flags.items() if is_on},
    }


def _refuse_without_contact(fields: Mapping[str, str]) -> None:
    """Skip what nobody could buy: all ways to reach the lead are mapped but empty."""
    contacts = [fields[name] for name in ("email", "phoneNumber") if name in fields]
    if contacts and not any(contacts):
        raise SkipDeliveryError(
            "The event has neither an e-mail address nor a telephone number of a lead."
        )


def _form_bytes(document: Mapping[str, Any]) -> bytes:
    plain = {name: value for name, value in document.items() if name != "tPar"}
    nested = {f"tPar[{name}]": v for name, v in document.get("tPar", {}).items()}
    return urlencode({**plain, **nested}, errors="replace").encode()


def _success(message: str, code: str, found: Mapping[str, str]) -> Judgement:
    return Judgement(Outcome.SUCCESS, message, code, findings=found)


def _rejected(job: Job, found: Mapping[str, str]) -> Judgement:
    return _unsold(job, "No buyer took the lead.", "rejected", found)


def _not_sold(job: Job, found: Mapping[str, str]) -> Judgement:
    message = "No buyer took the lead within five minutes."
    return _unsold(job, message, "not_sold", found)


def _unsold(job: Job, message: str, code: str, found: Mapping[str, str]) -> Judgement:
    if job.settings.get("treat_reject_as") == "failure":
        return Judgement(Outcome.PERMANENT, message, code, findings=found)
    return _success(message, code, found)


def _refused(errors: Any, job: Job) -> Judgement:
    """Judge status 4, which only the texts of ``errors`` tell apart."""
    texts = lms_answers.error_texts(errors)
    every = "; ".join(texts).lower()
    why = "; ".join(texts)[:MAX_ERRORS_LENGTH] or "it gave no reason"
    message = f"The LMS refused the lead: {why.rstrip('.')}."
    if "authorization failed" in every or "user is disabled" in every:
        return Judgement(Outcome.AUTH, message, "unauthorized")
    if "duplicate application" not in every:
        return Judgement(Outcome.PERMANENT, message, "refused")
    if job.attempt > 1 and job.underway is None:
        return _success("An earlier attempt brought the lead.", "duplicate", {})
    return Judgement(Outcome.PERMANENT, message, "duplicate")
