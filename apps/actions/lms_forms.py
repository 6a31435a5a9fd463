"""What somebody says about LMS Sync: the account, and the lead."""

from typing import Final

from django import forms
from django.utils.translation import gettext_lazy as _

from apps.actions.field_names import NamedFieldsField
from apps.actions.fields import LineTemplateField, SecretField, ambiguity_field
from apps.actions.providers import BaseUrlField

MAX_ID_LENGTH: Final = 64
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
        help_text=_(
            "The host of your posting instructions, for example "
            "https://leads-inst1-client.phonexa.com: not the one that starts with cp-."
        ),
    )
    api_id = SecretField(
        label=_("API ID"),
        max_length=MAX_ID_LENGTH,
        help_text=_("apiId in your posting instructions."),
    )
    api_password = SecretField(
        label=_("API password"),
        help_text=_("apiPassword in your posting instructions."),
    )
    body_format = forms.ChoiceField(
        label=_("Format"),
        choices=[("json", _("JSON")), ("form", _("Form"))],
        initial="json",
    )
    endpoint = forms.ChoiceField(
        label=_("Endpoint"),
        choices=[("/lead/", "/lead/"), ("/fullpost/", _("/fullpost/ (ping and post)"))],
        initial="/lead/",
        help_text=_("The path in your posting instructions."),
    )


class LmsRuleForm(forms.Form):
    """The lead."""

    product_id = forms.IntegerField(
        label=_("Product ID"),
        min_value=1,
        help_text=_("productId in your posting instructions."),
    )
    price = LineTemplateField(
        label=_("Lowest price"),
        required=False,
        initial="0.01",
        help_text=_("For what the lead may be sold; 0 or empty: for anything."),
    )
    field_map = NamedFieldsField(
        reserved=RESERVED,
        label=_("Fields"),
        initial=FIELD_MAP,
        help_text=_(
            "One name=value a line, with the names of your posting instructions; "
            "upper and lower case matter. Empty values are left out."
        ),
    )
    tpar_map = NamedFieldsField(
        label=_("Pass-through fields (tPar)"),
        required=False,
        initial=TPAR_MAP,
        help_text=_("Values the LMS keeps for your reports. Empty ones are left out."),
    )
    test_mode = forms.BooleanField(
        label=_("Test mode"),
        required=False,
        help_text=_("No buyer gets the lead. “Send test” always uses it."),
    )
    asynchronous = forms.BooleanField(
        label=_("Do not wait for the auction"),
        required=False,
        help_text=_(
            "The LMS takes the lead and answers at once (closeConnection); it is "
            "asked for the result until there is one. After five minutes without a "
            "buyer the lead is not sold."
        ),
    )
    treat_reject_as = forms.ChoiceField(
        label=_("When no buyer takes the lead"),
        choices=[
            ("success", _("Delivered: the LMS did its work")),
            ("failure", _("Failed")),
        ],
        initial="success",
    )
    on_ambiguous = ambiguity_field("hold")
