"""What somebody says about TrustedForm: the key, and what is asked of a certificate."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from apps.actions.fields import LineTemplateField, SecretField
from apps.actions.providers import BaseUrlField

BASE_URL: Final = "https://cert.trustedform.com"
# Source: the insights operation of API 4.0 (read 2026-11-20).
INSIGHTS: Final = (
    *("age_seconds", "approx_ip_geo", "bot_detected", "browser", "created_at"),
    *("domain", "expires_at", "form_input_kpm", "form_input_method"),
    *("form_input_wpm", "ip", "is_framed", "is_masked"),
    *("num_sensitive_content_elements", "num_sensitive_form_elements", "os"),
    *("page_url", "parent_page_url", "seconds_on_page"),
)


class TrustedFormConnectionForm(forms.Form):
    """The account."""

    api_key = SecretField(
        label=_("API key"),
        help_text=_("In ActiveProspect's account: TrustedForm, API keys."),
    )
    base_url = BaseUrlField(default=BASE_URL)


class TrustedFormRuleForm(forms.Form):
    """The certificate, the lead it must match, and what is asked about it."""

    cert_url = LineTemplateField(
        label=_("Certificate URL"),
        initial="{lead:trustedform_url}",
        help_text=_(
            "The form posts it as xxTrustedFormCertUrl. Nothing is called that "
            "is not at cert.trustedform.com."
        ),
    )
    fallback_cert_url = LineTemplateField(
        label=_("Certificate URL if that is none"),
        required=False,
        help_text=_("For example {param:xxTrustedFormCertUrl}."),
    )
    email = LineTemplateField(
        label=_("E-mail address"), required=False, initial="{lead:email}"
    )
    phone = LineTemplateField(
        label=_("Telephone number"),
        required=False,
        initial="{lead:phone|last10}",
        help_text=_("Ten digits. Retaining needs an address or a number to match."),
    )
    retain = forms.BooleanField(
        label=_("Retain the certificate"),
        required=False,
        initial=True,
        help_text=_("Otherwise it expires, after 72 hours as a rule."),
    )
    reference = LineTemplateField(
        label=_("Reference"),
        required=False,
        initial="{transaction_id}",
        help_text=_("Shown beside the certificate in TrustedForm."),
    )
    vendor = LineTemplateField(
        label=_("Vendor"),
        required=False,
        initial="{affiliate_name}",
        help_text=_("Who the lead was bought from."),
    )
    insights = forms.MultipleChoiceField(
        label=_("Insights"),
        required=False,
        choices=[(name, name.replace("_", " ")) for name in INSIGHTS],
        help_text=_(
            "What TrustedForm is to tell about the visit; billed by TrustedForm."
        ),
    )
    scan_required = forms.CharField(
        label=_("Text the page must show"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea,
        help_text=_(
            "One text a line; a part between | and | may be anything, as "
            "TrustedForm describes."
        ),
    )
    scan_forbidden = forms.CharField(
        label=_("Text the page must not show"),
        required=False,
        max_length=4_000,
        widget=forms.Textarea,
        help_text=_("One text a line."),
    )
    verify = forms.BooleanField(
        label=_("Verify the consent language"),
        required=False,
        help_text=_("It must be one of those approved in TrustedForm."),
    )
    advertiser_name = LineTemplateField(
        label=_("Advertiser in the consent"),
        required=False,
        help_text=_("For verifying: the name that the consent has to contain."),
    )

    def clean(self) -> dict[str, Any]:
        """Ask for something to do, and for what retaining needs."""
        cleaned = super().clean() or self.cleaned_data
        operations = ("retain", "insights", "scan_required", "scan_forbidden", "verify")
        if not any(cleaned.get(name) for name in operations) and not self.errors:
            self.add_error("retain", gettext("Retain, get insights, or verify."))
        is_matched = cleaned.get("email") or cleaned.get("phone")
        if cleaned.get("retain") and not is_matched and not self.errors:
            self.add_error(
                "email", gettext("Retaining needs an e-mail address or a number.")
            )
        return cleaned


def lines_of(text: str) -> list[str]:
    """Return the lines that are not empty."""
    return [line.strip() for line in text.splitlines() if line.strip()]
