"""Contacts for the lists of E-Delivery (Phonexa), which sends e-mails and messages.

What is known: support.phonexa.com/event-tracking-type-send-to-e-delivery-contact-list
(read 2026-11-20), an address or a number is added to an existing list. Its API is shown
to customers only: see ``list_calls``.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from apps.actions.base import Group, Job
from apps.actions.fields import PairsTemplateField
from apps.actions.list_calls import ListAction
from apps.actions.list_contacts import (
    ContactRuleForm,
    contact_of,
    contact_summary,
    with_further_fields,
)
from apps.actions.list_forms import PathField, list_id_field
from apps.actions.registry import register
from apps.core.http import OutboundRequest


class EDeliveryContactForm(ContactRuleForm):
    """The contact, and where it goes."""

    list_id = list_id_field()
    further_fields = PairsTemplateField(
        label=_("Further fields"),
        required=False,
        initial="firstName={lead:first_name}\nlastName={lead:last_name}\n"
        "zip={lead:zip}\nstate={lead:state}\nip={ip}\nsource={offer_name}",
        help_text=_(
            "One name=value a line, with the names of the list's fields. What "
            "has no value is left out."
        ),
    )
    path_contact_add = PathField(
        label=_("Path of adding"), initial="/{list_id}/contacts-add"
    )

    field_order = ("list_id",)


@register
class EDeliveryContact(ListAction):
    """One contact for one list, in one call."""

    kind: ClassVar = "edelivery_contact"
    label: ClassVar = _("E-Delivery contact list")
    group: ClassVar = Group.LISTS
    help: ClassVar = _("Add a lead to a contact list of E-Delivery")
    docs_url: ClassVar = (
        "https://support.phonexa.com/"
        "event-tracking-type-send-to-e-delivery-contact-list"
    )
    keeper: ClassVar = "E-Delivery"
    # A contact that gets no e-mail is a pity, no breach of anybody's rights.
    must_not_be_lost: ClassVar = False

    RuleForm = EDeliveryContactForm

    def build_all(self, job: Job) -> Sequence[OutboundRequest]:
        """Return the one call with all that is known of the contact."""
        settings = job.settings
        contact = {settings[f"{n}_field"]: v for n, v in contact_of(job).items()}
        values = with_further_fields(job, contact)
        return [self.call(job, settings["path_contact_add"], values)]

    def summary(self, settings: Mapping[str, Any]) -> str:
        """Return the list and what is sent."""
        return contact_summary(settings)
