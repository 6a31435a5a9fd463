"""Leads posted to Phonexa's LMS Sync, where buyers bid for them.

Sources: https://github.com/ratespecial/phonexa-php (v1.0.1) and
https://support.phonexa.com (publisher products API), both read 2026-11-20. There is no
key by which a repetition is noticed: a lead posted twice may be sold twice.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar, Final
from urllib.parse import urlencode

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

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
from apps.actions.lms_forms import LmsConnectionForm, LmsRuleForm
from apps.actions.providers import ProviderAction, fingerprint
from apps.actions.registry import register
from apps.core.http import OutboundRequest, Response

# An auction among buyers takes its time; LMS Sync itself allows two minutes.
AUCTION_SECONDS: Final = 120.0
MAX_ERRORS_LENGTH: Final = 500
SUMMARIES: Final = {
    (False, False): _("Product %(product)s"),
    (False, True): _("Product %(product)s, test mode"),
    (True, False): _("Product %(product)s for at least %(price)s"),
    (True, True): _("Product %(product)s for at least %(price)s, test mode"),
}
"""By whether there is a price, and whether it is a test."""


@register
class LmsPost(ProviderAction):
    """One lead to one product."""

    kind: ClassVar = "lms_post"
    label: ClassVar = _("Post lead to LMS")
    group: ClassVar = Group.LEADS
    help: ClassVar = _("Sell a lead at Phonexa's LMS Sync")
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
        product, price = settings["product_id"], settings.get("price")
        told = gettext("Product %(product)s") % {"product": product}
        if price:
            told = gettext("Product %(product)s for at least %(price)s") % {
                "product": product,
                "price": price,
            }
        is_test = settings.get("test_mode")
        return (
            gettext("%(product)s, test mode") % {"product": told} if is_test else told
        )

    def check(self, connection: Mapping[str, Any]) -> list[CheckLine]:
        """Say what is known without asking: the LMS has no call without effect."""
        origin = self.destination({}, connection).partition("#")[0]
        return [
            checking.good(
                gettext("API ID and password are set; leads go to %(address)s.")
                % {"address": f"{origin}{connection['endpoint']}"}
            ),
            checking.warning(
                gettext(
                    "The LMS has no harmless call to try them with: use “Send test” on "
                    "a postback, which posts in test mode."
                )
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
