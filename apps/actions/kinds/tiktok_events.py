"""Conversions for TikTok by its Events API 2.0.

Sources: the public source of PostHog's and RudderStack's TikTok destinations (read
2026-11-20). From memory: the codes 40102, 40104 and 40105, and the list of pixels that
“Test connection” reads. TikTok answers 200 for errors too: the code in the body
decides. Events of equal name and id count once, so repeating is safe.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, ClassVar, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.actions import ad_events, checking, rendering
from apps.actions.ad_events import AdEventForm, ExtrasField
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
from apps.actions.batching import BatchAction
from apps.actions.fields import LineTemplateField, SecretField
from apps.actions.identities import sha256_hex
from apps.actions.providers import BaseUrlField
from apps.actions.redaction import MIN_LENGTH
from apps.actions.registry import register
from apps.core.http import OutboundRequest, Response
from apps.core.retry_after import parse_retry_after

BASE_URL: Final = "https://business-api.tiktok.com"
EVENTS_PATH: Final = "/open_api/v1.3/event/track/"
PIXELS_PATH: Final = "/open_api/v1.3/pixel/list/"
# fmt: off
EVENTS: Final = (
    "Lead", "SubmitForm", "CompleteRegistration", "Contact", "Subscribe", "Purchase",
    "CompletePayment", "PlaceAnOrder", "InitiateCheckout", "AddPaymentInfo",
    "AddToCart", "ViewContent", "Search", "ClickButton", "Download",
)
# fmt: on

DONE: Final = 0
PARTLY_DONE: Final = 20_001
NO_PERMISSION: Final = 40_001
WRONG_TOKEN: Final = frozenset({40_102, 40_104, 40_105})
TOO_MANY: Final = 40_100
PARTLY: Final = "partly_done"


class TikTokConnectionForm(forms.Form):
    """The pixel, and a token that may report to it."""

    pixel_code = forms.RegexField(
        r"^[A-Za-z0-9]{6,40}$",
        label=_("Pixel code"),
        help_text=_(
            "TikTok Ads Manager, Tools, Events, your web events: letters and "
            "digits, such as C4A1B2C3D4E5F6G7H8I9."
        ),
        error_messages={"invalid": _("Write the letters and digits only.")},
    )
    access_token = SecretField(
        label=_("Access token"),
        min_length=MIN_LENGTH,
        help_text=_(
            "On the pixel's page: Settings, Events API, Generate access token."
        ),
    )
    test_event_code = forms.RegexField(
        r"^\w{1,40}$",
        label=_("Test event code"),
        required=False,
        help_text=_(
            "On the pixel's page, Test events. Empty it when you are done: while "
            "it is set, each event is a request of its own."
        ),
    )
    base_url = BaseUrlField(default=BASE_URL)


class TikTokRuleForm(AdEventForm):
    """The event."""

    event_name = forms.ChoiceField(
        label=_("Event"), choices=ad_events.event_choices(EVENTS), initial="Lead"
    )
    page_url = LineTemplateField(
        label=_("Page"), required=False, initial="{landing_url}", max_length=2_000
    )
    referrer = LineTemplateField(
        label=_("Page before it"),
        required=False,
        initial="{referrer}",
        max_length=2_000,
    )
    ttclid = LineTemplateField(
        label=_("Click id (ttclid)"), required=False, initial="{ttclid}"
    )
    ttp = LineTemplateField(
        label=_("Browser cookie (ttp)"), required=False, initial="{ttp}"
    )
    properties = ExtrasField(label=_("Further data"))


@register
class TikTokEvents(BatchAction):
    """Up to a thousand events for one pixel."""

    kind: ClassVar = "tiktok_events"
    label: ClassVar = _("TikTok conversion")
    group: ClassVar = Group.ADVERTISING
    help: ClassVar = _("Report a conversion to TikTok, with hashed contact data")
    docs_url: ClassVar = "https://business-api.tiktok.com/portal/docs"
    idempotency: ClassVar = Idempotency.SAFE
    is_for_affiliates: ClassVar = True
    freshness_limit: ClassVar = timedelta(days=7)
    batch_size: ClassVar = 1_000
    default_base_url: ClassVar = BASE_URL

    ConnectionForm = TikTokConnectionForm
    RuleForm = TikTokRuleForm

    def account(self, connection: Mapping[str, Any]) -> str:
        """Return the pixel."""
        return str(connection["pixel_code"])

    def item(self, job: Job) -> dict[str, Any]:
        """Return the event."""
        page = {
            "url": ad_events.page(job, "page_url"),
            "referrer": ad_events.page(job, "referrer"),
        }
        return rendering.filled(
            {
                "event": ad_events.event_name(job),
                "event_time": ad_events.event_time(job),
                "event_id": rendering.text(job, "event_id"),
                "user": _user(job),
                "properties": ad_events.amounts(job)
                | ad_events.extras(job, "properties"),
                "page": rendering.filled(page),
            }
        )

    def envelope(self, items: Sequence[Any], job: Job) -> OutboundRequest:
        """Return the request with the events."""
        document: dict[str, Any] = {
            "event_source": "web",
            "event_source_id": job.connection["pixel_code"],
            "data": list(items),
        }
        if job.connection.get("test_event_code"):
            document["test_event_code"] = job.connection["test_event_code"]
        return OutboundRequest(
            "POST",
            self.api_url(job.connection, EVENTS_PATH),
            {"Content-Type": rendering.JSON_TYPE, **_authorization(job.connection)},
            rendering.json_bytes(document),
        )

    def run_batch(self, jobs: Sequence[Job]) -> list[AttemptResult]:
        """Make one attempt for each; test events are not to be sent together."""
        if jobs and jobs[0].connection.get("test_event_code"):
            results = self.alone(jobs)
            return [results[job.delivery_id] for job in jobs]
        return super().run_batch(jobs)

    def is_undivided(self, result: AttemptResult) -> bool:
        """Try each alone also when TikTok took a part: it counts none of them twice."""
        return result.judgement.code == PARTLY or super().is_undivided(result)

    def classify(self, response: Response, job: Job) -> Judgement:
        """Judge by the code in the body: the status is 200 for errors too."""
        answer = json_object(response)
        code = answer.get("code")
        if not isinstance(code, int) or (code == DONE and response.status_code != 200):
            return self.judge_unexpected(response, job)
        request_id = answer.get("request_id")
        findings = {"request_id": str(request_id)} if request_id else {}
        return replace(_judge(code, answer, response, job), findings=findings)

    def summary(self, settings: Mapping[str, Any]) -> str:
        """Return event and value."""
        return ad_events.summary(settings)

    def check(self, connection: Mapping[str, Any]) -> list[CheckLine]:
        """Ask for the pixel, which reports nothing; not every token may ask."""
        redactor = self.connection_redactor(connection)
        url = self.api_url(connection, f"{PIXELS_PATH}?code={connection['pixel_code']}")
        request = OutboundRequest("GET", url, _authorization(connection))
        answer = checking.ask(request, redactor)
        if isinstance(answer, CheckLine):
            return [answer]
        lines = [_found(json_object(answer), redactor.text(_said(json_object(answer))))]
        if connection.get("test_event_code"):
            lines.append(
                checking.warning(
                    gettext(
                        "The test event code is set: empty it when you are done "
                        "testing."
                    )
                )
            )
        return lines


def _authorization(connection: Mapping[str, Any]) -> dict[str, str]:
    return {"Access-Token": str(connection["access_token"])}


def _user(job: Job) -> dict[str, str]:
    # TikTok compares what is in lower case and without spaces.
    external_id = "".join(rendering.text(job, "external_id").lower().split())
    user = rendering.filled(
        {
            "email": ad_events.email_hash(job),
            "phone": ad_events.phone_hash(job, plus=True),
            "external_id": sha256_hex(external_id),
            "ttclid": rendering.text(job, "ttclid"),
            "ttp": rendering.text(job, "ttp"),
            "ip": rendering.text(job, "ip"),
            "user_agent": rendering.text(job, "user_agent"),
        }
    )
    known = ("email", "phone", "external_id", "ttclid", "ttp")
    if not ad_events.is_recognizable(user, *known, pair=("ip", "user_agent")):
        raise SkipDeliveryError(
            "Nothing is known by which TikTok could recognize the person: no e-mail "
            "address, telephone number, click id or browser.",
            "no_identity",
        )
    return user


def _said(answer: Mapping[str, Any]) -> str:
    words = str(answer.get("message") or "no message").rstrip(".")
    return f"TikTok: {words} (code {answer.get('code')})."


def _judge(
    code: int, answer: Mapping[str, Any], response: Response, job: Job
) -> Judgement:
    said, name = _said(answer), f"tiktok_{code}"
    if code == DONE:
        return Judgement(Outcome.SUCCESS, "TikTok received the event.")
    if code == PARTLY_DONE:
        return Judgement(Outcome.SUCCESS, said, PARTLY)
    if code == NO_PERMISSION or code in WRONG_TOKEN:
        next_step = "Correct the connection, then use “Test connection”."
        return Judgement(Outcome.AUTH, f"{said} {next_step}", name)
    if code == TOO_MANY or code >= 50_000:
        wait = parse_retry_after(response.headers.get("Retry-After"), job.now)
        return Judgement(Outcome.RETRY, f"{said} It is tried again later.", name, wait)
    return Judgement(Outcome.PERMANENT, said, name)


def _found(answer: Mapping[str, Any], said: str) -> CheckLine:
    """Put the answer into words; an Events API token need not be able to ask."""
    code, data = answer.get("code"), answer.get("data")
    if isinstance(code, int) and code in WRONG_TOKEN:
        return checking.error(f"The token is not accepted. {said}")
    if code == DONE and isinstance(data, dict) and data.get("pixels"):
        return checking.good(
            gettext("The token is accepted, and TikTok knows the pixel.")
        )
    return checking.warning(
        gettext(
            "TikTok does not tell whether the token may report to this pixel. %(said)s "
            "Use “Send test” on a postback with a test event code."
        )
        % {"said": said}
    )
