"""Opt-outs for the lists of Opt-Intel (Phonexa), which keeps who must be left alone.

Source: support.phonexa.com/phone-number/email-lists-api (read 2026-11-20): POST to the
link of a list with ``/emails-add`` or ``/phones-add`` at its end, with an API key. The
names of header and fields are shown to customers only: see ``list_calls``.
"""

from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from apps.actions.base import Group
from apps.actions.fields import PairsTemplateField
from apps.actions.list_contacts import (
    ContactListAction,
    ContactRuleForm,
    EmailHashForm,
)
from apps.actions.list_forms import PathField
from apps.actions.registry import register


class OptIntelSendForm(EmailHashForm, ContactRuleForm):
    """Who opted out."""

    further_fields = PairsTemplateField(
        label=_("Further fields"),
        required=False,
        help_text=_(
            "One name=value a line, for example reason=unsubscribed, "
            "campaign={offer_name} or sub_id={sub1}. What has no value is left out."
        ),
    )
    path_add_email = PathField(
        label=_("Path of adding an address"), initial="/emails-add"
    )
    path_add_phone = PathField(
        label=_("Path of adding a number"), initial="/phones-add"
    )


@register
class OptIntelSend(ContactListAction):
    """Address and number of one lead, a call each, for the list of the connection."""

    kind: ClassVar = "optintel_send"
    label: ClassVar = _("Send to Opt-Intel")
    group: ClassVar = Group.LISTS
    help: ClassVar = _("Add a lead to an opt-out list of Opt-Intel")
    docs_url: ClassVar = "https://support.phonexa.com/phone-number/email-lists-api"
    keeper: ClassVar = "Opt-Intel"

    RuleForm = OptIntelSendForm
