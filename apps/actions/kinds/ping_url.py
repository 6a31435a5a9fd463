"""Call any URL: the postback that trackers understand.

The contract is ours. Every request carries ``X-Postback-Id``, the same on all attempts,
so that the receiver can tell a repetition, and ``X-Postback-Attempt``.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.actions.base import (
    CheckLine,
    Group,
    Idempotency,
    Job,
    Judgement,
    Outcome,
)
from apps.actions.bodies import (
    BODY_CHOICES,
    CONTENT_TYPES,
    compile_body,
    render_body,
)
from apps.actions.certificates import identity_of
from apps.actions.fields import (
    HeadersField,
    TextTemplateField,
    UrlTemplateField,
    ambiguity_field,
    missing_value_field,
    pairs_of,
)
from apps.actions.headers import merged
from apps.actions.http_action import HttpAction
from apps.actions.judging import status_text
from apps.actions.ping_connection import (
    PingConnectionForm,
    check_credentials,
    credential_headers,
)
from apps.actions.redaction import Redactor
from apps.actions.registry import register
from apps.actions.success import (
    SUCCESS_CHOICES,
    ConditionError,
    Success,
    compile_condition,
    is_2xx,
)
from apps.core import http
from apps.core.header_templates import compile_headers
from apps.core.http import OutboundRequest, Response
from apps.core.macro_values import LayeredValues
from apps.core.macros import TemplateError
from apps.core.placeholders import MissingValue, Values
from apps.core.url_templates import compile_url

DEFAULT_TIMEOUT_SECONDS = 15


class PingRuleForm(forms.Form):
    """The request, and what its answer must be."""

    method = forms.ChoiceField(
        label=_("Method"),
        choices=[("GET", "GET"), ("POST", "POST")],
        initial="GET",
        help_text=_("GET puts everything into the URL; POST sends a body too."),
    )
    url = UrlTemplateField(
        label=_("URL"),
        help_text=_(
            "For example https://partner.example/pb?cid={partner_click_id}"
            "&sum={payout}. The host is fixed; macros go into path and parameters."
        ),
    )
    payload_type = forms.ChoiceField(
        label=_("Body format"),
        choices=BODY_CHOICES,
        initial="form",
    )
    payload = TextTemplateField(
        label=_("Body"),
        required=False,
        help_text=_("POST only. In JSON, put macros in quotes; numbers stay numbers."),
    )
    headers = HeadersField(
        label=_("Headers"),
        required=False,
        help_text=_(
            "One Name: value a line. Values are kept encrypted, may hold macros."
        ),
    )
    success = forms.ChoiceField(
        label=_("Success is"), choices=SUCCESS_CHOICES, initial=Success.ANY_2XX.value
    )
    success_value = forms.CharField(
        label=_("Expected"),
        required=False,
        max_length=500,
        help_text=_(
            "Statuses: 200,202. JSON: $.status==ok. Pattern: a regular "
            "expression without look-around."
        ),
    )
    on_mismatch = forms.ChoiceField(
        label=_("When a 2xx answer says otherwise"),
        choices=[("fail", _("It failed")), ("retry", _("Try again later"))],
        initial="fail",
    )
    treat_409_as_success = forms.BooleanField(
        label=_("409 Conflict means it arrived before"),
        required=False,
        initial=True,
    )
    missing_value = missing_value_field()
    on_ambiguous = ambiguity_field("retry")
    timeout_seconds = forms.IntegerField(
        label=_("Timeout (seconds)"),
        min_value=1,
        max_value=30,
        initial=DEFAULT_TIMEOUT_SECONDS,
    )

    def clean(self) -> dict[str, Any]:
        """Check what depends on two fields: body and method, condition and value."""
        cleaned = super().clean() or self.cleaned_data
        self._check_payload(cleaned)
        self._check_success(cleaned)
        return cleaned

    def _check_payload(self, cleaned: Mapping[str, Any]) -> None:
        payload = cleaned.get("payload")
        if cleaned.get("method") == "GET" and payload:
            message = gettext(
                "A GET request has no body. Choose POST, or empty the body."
            )
            self.add_error("payload", message)
        elif payload:
            try:
                compile_body(cleaned.get("payload_type", "text"), payload)
            except TemplateError as error:
                self.add_error("payload", str(error))

    def _check_success(self, cleaned: Mapping[str, Any]) -> None:
        if "success" not in cleaned or "success_value" not in cleaned:
            return
        try:
            compile_condition(Success(cleaned["success"]), cleaned["success_value"])
        except ConditionError as error:
            self.add_error("success_value", str(error))


@register
class PingUrl(HttpAction):
    """One GET or POST request to a URL of the rule's own."""

    kind: ClassVar = "ping_url"
    label: ClassVar = _("Ping URL")
    group: ClassVar = Group.WEB
    help: ClassVar = _("Call a partner's postback URL")
    # Receivers get X-Postback-Id; a rule whose receiver ignores it chooses to hold.
    idempotency: ClassVar = Idempotency.SAFE
    is_for_affiliates: ClassVar = True
    requires_connection: ClassVar = False

    ConnectionForm = PingConnectionForm
    RuleForm = PingRuleForm

    def build(self, job: Job) -> OutboundRequest:
        """Return the request with all macros filled in."""
        settings = job.settings
        missing = MissingValue(settings.get("missing_value", MissingValue.EMPTY))
        values = _with_secrets(job)
        template = compile_url(settings["url"])
        url = template.render(values, missing)
        headers = {
            "X-Postback-Id": job.delivery_id,
            "X-Postback-Attempt": str(job.attempt),
        }
        body = None
        if settings["method"] == "POST":
            body_format = settings.get("payload_type", "form")
            body = render_body(
                body_format, settings.get("payload", ""), values, missing
            )
            headers["Content-Type"] = CONTENT_TYPES[body_format]
        if settings.get("headers"):
            own = compile_headers(settings["headers"]).render(values, missing)
            headers = merged(headers, own)
        if job.connection:
            target = url[len(template.origin) :]
            own = credential_headers(job, target=target, body=body)
            headers = merged(headers, own)
        seconds = settings.get("timeout_seconds", DEFAULT_TIMEOUT_SECONDS)
        return OutboundRequest(
            settings["method"],
            url,
            headers,
            body,
            float(seconds),
            identity=identity_of(job.connection),
        )

    def classify(self, response: Response, job: Job) -> Judgement:
        """Judge by the rule's condition first, then by status.

        Without credentials of ours, 401 and 403 say nothing about a connection:
        receivers use them to refuse a single postback.
        """
        settings = job.settings
        success = Success(settings.get("success", Success.ANY_2XX))
        is_met = compile_condition(success, settings.get("success_value", ""))
        answer = f"The server answered {status_text(response.status_code)}"
        if is_met(response):
            return Judgement(Outcome.SUCCESS, f"{answer}.")
        if response.status_code == 409 and settings.get("treat_409_as_success", True):
            message = f"{answer}: it had this postback already."
            return Judgement(Outcome.SUCCESS, message, "duplicate")
        if is_2xx(response):
            is_retry = settings.get("on_mismatch") == "retry"
            outcome = Outcome.RETRY if is_retry else Outcome.PERMANENT
            message = f"{answer}, but not what this postback expects as success."
            return Judgement(outcome, message, "body_mismatch")
        judgement = super().classify(response, job)
        if (
            judgement.outcome is Outcome.AUTH
            and job.connection.get("auth", "none") == "none"
        ):
            return replace(judgement, outcome=Outcome.PERMANENT)
        return judgement

    def summary(self, settings: Mapping[str, Any]) -> str:
        """Return method and URL, for example "GET https://t.example/pb?c={sub1}"."""
        return f"{settings['method']} {Redactor(()).url(settings['url'])}"

    def destination(
        self, settings: Mapping[str, Any], connection: Mapping[str, Any]
    ) -> str:
        """Return scheme, host and port of the URL, which no macro can change."""
        return http.destination_of(compile_url(settings["url"]).origin)

    def check(self, connection: Mapping[str, Any]) -> list[CheckLine]:
        """Say what the credentials will do; they belong to no address of their own."""
        return check_credentials(connection)


def _with_secrets(job: Job) -> Values:
    """Add the connection's secret values as ``secret:<name>``."""
    if not job.connection.get("secrets"):
        return job.values
    pairs = pairs_of(job.connection["secrets"])
    secrets = {f"secret:{name}": secret for name, secret in pairs}
    return LayeredValues(secrets, job.values)
