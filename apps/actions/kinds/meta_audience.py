"""People of Meta's custom audiences: add them, or take them out.

Source: https://developers.facebook.com/docs/marketing-api/audiences/guides/
custom-audiences (from memory), the errors of RudderStack's transformer (read
2026-11-20); the rest: ``apps/actions/meta.py``. Somebody is in an audience or not, so
repeating is safe.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.actions import ad_events, checking
from apps.actions.answers import json_object
from apps.actions.base import (
    CheckLine,
    Group,
    Idempotency,
    Job,
    Judgement,
    Outcome,
    SkipDeliveryError,
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
from apps.actions.providers import BaseUrlField, fingerprint
from apps.actions.regions import RegionField
from apps.actions.registry import register
from apps.core.http import OutboundRequest, Response

METHODS: Final = {"add": "POST", "remove": "DELETE"}
PERMISSION: Final = "ads_management"


class MetaAudienceConnectionForm(forms.Form):
    """A token that may change audiences."""

    access_token = access_token_field(
        format_lazy(
            _(
                "Business settings, Users, System users, Generate token, with the "
                "permission {permission}. The user needs access to the ad account of "
                "the audience."
            ),
            permission=PERMISSION,
        )
    )
    app_secret = app_secret_field()
    api_version = version_field()
    base_url = BaseUrlField(default=BASE_URL)


class MetaAudienceRuleForm(forms.Form):
    """Which audience, and who."""

    audience_id = forms.RegexField(
        r"^\d{5,20}$",
        label=_("Audience id"),
        help_text=_(
            "Digits, from Ads Manager, Audiences, column “Audience ID”. Have the "
            "postback react to conversions only: with more events, more data is sent, "
            "and people of little interest may blur the audience."
        ),
        error_messages={"invalid": _("Write the digits only.")},
    )
    operation = forms.ChoiceField(
        label=_("What to do"),
        choices=[
            ("add", _("Add to the audience")),
            ("remove", _("Remove from the audience")),
        ],
        initial="add",
    )
    email = LineTemplateField(
        label=_("E-mail address"),
        required=False,
        initial="{lead:email}",
        help_text=_("Sent as a hash. What is hashed already is sent as it is."),
    )
    phone = LineTemplateField(
        label=_("Telephone number"),
        required=False,
        initial="{lead:phone}",
        help_text=_("Sent as a hash."),
    )
    country = LineTemplateField(
        label=_("Country"),
        required=False,
        initial="{lead:country}",
        help_text=_(
            "Two letters, not sent: telephone numbers without a country code are "
            "read as numbers of this country."
        ),
    )
    default_region = RegionField()

    def clean(self) -> dict[str, Any]:
        """Ask for something by which people are recognized."""
        cleaned = super().clean() or self.cleaned_data
        names = ("email", "phone")
        if not self.errors and not any(cleaned.get(name) for name in names):
            self.add_error(
                "email", gettext("Give an e-mail address or a telephone number.")
            )
        return cleaned


@register
class MetaAudience(MetaAction):
    """One person in one audience."""

    kind: ClassVar = "meta_audience"
    label: ClassVar = _("Meta custom audience")
    group: ClassVar = Group.ADVERTISING
    help: ClassVar = _(
        "Add a person to an audience of Meta, or remove one; best for conversions only"
    )
    docs_url: ClassVar = (
        "https://developers.facebook.com/docs/marketing-api/audiences/guides/"
        "custom-audiences"
    )
    is_audience: ClassVar = True
    idempotency: ClassVar = Idempotency.SAFE
    # The audience is named by one postback; the connection's others may be right.
    missing_object: ClassVar = Outcome.PERMANENT
    # Update failed, terms not accepted, audience not available, audience deleted.
    wrong_codes: ClassVar = frozenset({2_650, 2_655, 1_487_301, 1_487_366})

    ConnectionForm = MetaAudienceConnectionForm
    RuleForm = MetaAudienceRuleForm

    def account(self, connection: Mapping[str, Any]) -> str:
        """Return what tells tokens apart: limits are counted per user."""
        return fingerprint(str(connection["access_token"]))

    def build(self, job: Job) -> OutboundRequest:
        """Return the request with the hashes of one person."""
        hashes = {
            "EMAIL": ad_events.email_hash(job),
            "PHONE": ad_events.phone_hash(job, plus=False),
        }
        known = {key: found for key, found in hashes.items() if found}
        if not known:
            raise SkipDeliveryError(
                "There is no e-mail address and no telephone number by which Meta "
                "could recognize the person.",
                "no_identity",
            )
        payload = {"schema": list(known), "data": [list(known.values())]}
        return self.graph_request(
            METHODS[job.settings["operation"]],
            f"{job.settings['audience_id']}/users",
            job.connection,
            {"payload": payload},
        )

    def judge_accepted(
        self, answer: Mapping[str, Any], response: Response, job: Job
    ) -> Judgement:
        """Believe Meta when it received one person and could read it."""
        if answer.get("num_received") != 1:
            return self.judge_unexpected(response, job)
        if answer.get("num_invalid_entries"):
            return Judgement(
                Outcome.PERMANENT,
                "Meta could not read the hashes. Correct the fields for e-mail address "
                "and telephone number.",
                "invalid_entry",
            )
        session = answer.get("session_id")
        findings = {"session_id": str(session)} if session else {}
        is_added = job.settings.get("operation") == "add"
        done = "added to" if is_added else "removed from"
        message = f"Meta received who is to be {done} the audience."
        return Judgement(Outcome.SUCCESS, message, findings=findings)

    def summary(self, settings: Mapping[str, Any]) -> str:
        """Return operation and audience."""
        is_added = settings["operation"] == "add"
        words = (
            gettext("Add to %(list)s") if is_added else gettext("Remove from %(list)s")
        )
        return words % {"list": settings["audience_id"]}

    def check(self, connection: Mapping[str, Any]) -> list[CheckLine]:
        """Read what the token may do, which changes nothing."""
        redactor = self.connection_redactor(connection)
        question = self.graph_question("me/permissions", connection)
        answer = checking.ask(question, redactor)
        if isinstance(answer, CheckLine):
            return [answer]
        document = json_object(answer)
        trouble = document.get("error")
        if isinstance(trouble, dict):
            return [checking.error(redactor.text(error_text(trouble)))]
        if answer.status_code != 200 or not isinstance(document.get("data"), list):
            return [checking.error("The answer is not one of Meta. Look at base URL.")]
        lines = [checking.good(gettext("Meta accepts the token."))]
        if PERMISSION not in _granted(document["data"]):
            lines.append(
                checking.warning(
                    gettext(
                        "The token seems to lack the permission %(permission)s, "
                        "without which no audience can be changed. Generate one that "
                        "has it."
                    )
                    % {"permission": PERMISSION}
                )
            )
        return lines


def _granted(rows: list[Any]) -> set[str]:
    return {
        str(row.get("permission"))
        for row in rows
        if isinstance(row, dict) and row.get("status") == "granted"
    }
