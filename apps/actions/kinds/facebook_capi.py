"""Conversions for Meta (Facebook, Instagram) by its Conversions API.

Sources: https://developers.facebook.com/documentation/ads-commerce/conversions-api/
using-the-api (read 2026-11-20); errors and versions: ``apps/actions/meta.py``. One
wrong event makes Meta refuse a whole request, so each event gets a request of its own.
Meta counts events of equal name and id once, so repeating is safe.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.actions import ad_events, checking, rendering
from apps.actions.ad_events import AdEventForm, ExtrasField
from apps.actions.answers import json_object
from apps.actions.base import (
    CheckLine,
    Group,
    Idempotency,
    Job,
    Judgement,
    Outcome,
    PermanentError,
)
from apps.actions.fields import LineTemplateField
from apps.actions.meta import (
    BASE_URL,
    MetaAction,
    access_token_field,
    app_secret_field,
    error_text,
    version_field,
)
from apps.actions.meta_people import NAMES, user_data
from apps.actions.providers import BaseUrlField
from apps.actions.registry import register
from apps.core.http import OutboundRequest, Response

# fmt: off
EVENTS: Final = (
    "Lead", "Purchase", "CompleteRegistration", "AddToCart", "InitiateCheckout",
    "ViewContent", "Search", "Subscribe", "StartTrial", "Contact", "Schedule",
    "SubmitApplication", "PageView",
)
# fmt: on
SOURCES: Final = (
    ("website", _("Website")),
    ("email", _("E-mail")),
    ("app", _("App")),
    ("phone_call", _("Telephone call")),
    ("chat", _("Chat")),
    ("physical_store", _("Physical store")),
    ("system_generated", _("Automatic, such as a renewal")),
    ("business_messaging", _("Business messaging")),
    ("other", _("Other")),
)


class FacebookConnectionForm(forms.Form):
    """The pixel, and a token that may report to it."""

    pixel_id = forms.RegexField(
        r"^\d{5,20}$",
        label=_("Pixel (dataset) id"),
        help_text=_("Digits, from Events Manager, Data sources."),
        error_messages={"invalid": _("Write the digits only.")},
    )
    access_token = access_token_field(
        _(
            "Events Manager, Data sources, the pixel, Settings, Conversions API, "
            "Generate access token."
        )
    )
    app_secret = app_secret_field()
    test_event_code = forms.RegexField(
        r"^\w{1,40}$",
        label=_("Test event code"),
        required=False,
        help_text=_(
            "Events Manager, Test events. While it is set, events appear there "
            "and count all the same; empty it when you are done."
        ),
    )
    api_version = version_field()
    base_url = BaseUrlField(default=BASE_URL)


class FacebookRuleForm(AdEventForm):
    """The event."""

    event_name = forms.ChoiceField(
        label=_("Event"), choices=ad_events.event_choices(EVENTS), initial="Lead"
    )
    action_source = forms.ChoiceField(
        label=_("Where it happened"),
        choices=SOURCES,
        initial="website",
        help_text=_("For “Website” Meta asks for the page and the browser."),
    )
    event_source_url = LineTemplateField(
        label=_("Page"), required=False, initial="{landing_url}", max_length=2_000
    )
    first_name = LineTemplateField(
        label=_("First name"), required=False, initial="{lead:first_name}"
    )
    last_name = LineTemplateField(
        label=_("Last name"), required=False, initial="{lead:last_name}"
    )
    city = LineTemplateField(label=_("City"), required=False, initial="{lead:city}")
    state = LineTemplateField(
        label=_("State"),
        required=False,
        initial="{lead:state}",
        help_text=_("Two letters in the United States."),
    )
    zip = LineTemplateField(
        label=_("ZIP or postal code"), required=False, initial="{lead:zip}"
    )
    gender = LineTemplateField(
        label=_("Gender"),
        required=False,
        initial="{lead:gender}",
        help_text=_("f or m; others are not sent."),
    )
    birthday = LineTemplateField(
        label=_("Date of birth"),
        required=False,
        initial="{lead:dob}",
        help_text=_("1985-01-31 or 19850131; others are not sent."),
    )
    fbc = LineTemplateField(
        label=_("Click cookie (fbc)"),
        required=False,
        initial="{fbc}",
        help_text=_("Not sent when the click is more than 90 days old."),
    )
    fbclid = LineTemplateField(
        label=_("Click id (fbclid)"),
        required=False,
        initial="{fbclid}",
        help_text=_("Makes a click cookie together with the time when there is none."),
    )
    click_time = LineTemplateField(
        label=_("Time of the click"), required=False, initial="{click_time|ms}"
    )
    fbp = LineTemplateField(
        label=_("Browser cookie (fbp)"), required=False, initial="{fbp}"
    )
    lead_id = LineTemplateField(
        label=_("Meta's lead id"),
        required=False,
        help_text=_(
            "Of a lead that came from an instant form on Facebook or Instagram."
        ),
    )
    custom_data = ExtrasField(label=_("Further data"))
    ldu = forms.BooleanField(
        label=_("Limited data use"),
        required=False,
        help_text=_("For people in US states with privacy laws; Meta finds out which."),
    )


@register
class FacebookCapi(MetaAction):
    """One event for one pixel."""

    kind: ClassVar = "facebook_capi"
    label: ClassVar = _("Facebook conversion")
    group: ClassVar = Group.ADVERTISING
    help: ClassVar = _("Report a conversion to Meta, with hashed contact data")
    docs_url: ClassVar = (
        "https://developers.facebook.com/docs/marketing-api/conversions-api"
    )
    idempotency: ClassVar = Idempotency.SAFE
    is_for_affiliates: ClassVar = True
    freshness_limit: ClassVar = timedelta(days=7)

    ConnectionForm = FacebookConnectionForm
    RuleForm = FacebookRuleForm

    def account(self, connection: Mapping[str, Any]) -> str:
        """Return the pixel."""
        return str(connection["pixel_id"])

    def build(self, job: Job) -> OutboundRequest:
        """Return the request with the event."""
        document: dict[str, Any] = {"data": [_event(job)]}
        if job.connection.get("test_event_code"):
            document["test_event_code"] = job.connection["test_event_code"]
        path = f"{job.connection['pixel_id']}/events"
        return self.graph_request("POST", path, job.connection, document)

    def judge_accepted(
        self, answer: Mapping[str, Any], response: Response, job: Job
    ) -> Judgement:
        """Believe Meta when it counted the event."""
        if answer.get("events_received") != 1:
            return self.judge_unexpected(response, job)
        trace = answer.get("fbtrace_id")
        return Judgement(
            Outcome.SUCCESS,
            "Meta received the event.",
            findings={"fbtrace_id": str(trace)} if trace else {},
        )

    def summary(self, settings: Mapping[str, Any]) -> str:
        """Return event and value."""
        return ad_events.summary(settings)

    def check(self, connection: Mapping[str, Any]) -> list[CheckLine]:
        """Read the pixel's name, which reports nothing."""
        redactor = self.connection_redactor(connection)
        request = self.graph_question(
            str(connection["pixel_id"]), connection, "fields=name"
        )
        answer = checking.ask(request, redactor)
        if isinstance(answer, CheckLine):
            return [answer]
        document = json_object(answer)
        trouble = document.get("error")
        if isinstance(trouble, dict):
            return [checking.error(redactor.text(error_text(trouble)))]
        if answer.status_code != 200 or "id" not in document:
            return [checking.error("The answer is not one of Meta. Look at base URL.")]
        name = document.get("name") or connection["pixel_id"]
        lines = [
            checking.good(
                gettext("The token may read the pixel “%(name)s”.") % {"name": name}
            )
        ]
        if connection.get("test_event_code"):
            lines.append(
                checking.warning(
                    gettext(
                        "The test event code is set: every event appears under Test "
                        "events too. Empty it when you are done testing."
                    )
                )
            )
        return lines


def _event(job: Job) -> dict[str, Any]:
    name = ad_events.event_name(job)
    amounts = ad_events.amounts(job)
    if name == "Purchase" and not {"value", "currency"} <= amounts.keys():
        raise PermanentError(
            "Meta wants a value and a currency for a Purchase, and this event has "
            "none. Correct “Value” and “Currency”, or choose another event."
        )
    event = {
        "event_name": name,
        "event_time": ad_events.event_time(job),
        "event_id": rendering.text(job, "event_id"),
        "action_source": job.settings["action_source"],
        "event_source_url": ad_events.page(job, "event_source_url", *NAMES),
        "user_data": user_data(job),
        "custom_data": amounts | ad_events.extras(job, "custom_data"),
    }
    if job.settings.get("ldu"):
        # Country and state 0: Meta finds out where the person is.
        event |= {
            "data_processing_options": ["LDU"],
            "data_processing_options_country": 0,
            "data_processing_options_state": 0,
        }
    return rendering.filled(event)
